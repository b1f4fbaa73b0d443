"""The trainer that an encoder's settings name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from firmsim.training.annealing import AnnealingTrainer
from firmsim.training.evolution import CMAESTrainer, GeneticTrainer, SwarmTrainer
from firmsim.training.gradient import GradientTrainer
from firmsim.training.trainer import Trainer

TRAINERS: dict[str, type[Trainer]] = {
    "gradient": GradientTrainer,
    "genetic": GeneticTrainer,
    "annealing": AnnealingTrainer,
    "swarm": SwarmTrainer,
    "cma-es": CMAESTrainer,
}
"""Trainers by their names in the configuration."""


def make_trainer(settings: Mapping[str, Any], fingerprint: str = "") -> Trainer:
    """Build the trainer that settings name.

    Parameters
    ----------
    settings : mapping
        `trainer`, and keys of `firmsim.config.Encoder`; those that the trainer does not have are
        left out.
    fingerprint : str
        Tells the data apart from other data.

    Returns
    -------
    Trainer
        Ready to train.
    """
    kind = TRAINERS[settings["trainer"]]
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    chosen = {key: value for key, value in settings.items() if key in known}
    return kind(**chosen | {"fingerprint": fingerprint})
