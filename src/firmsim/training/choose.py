"""Trainers by name, and the trainer that an encoder's settings name."""

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
        `trainer`, and parameters of an encoder; those that the trainer does not have are ignored.
    fingerprint : str
        Identifies the data; see :class:`firmsim.training.gradient.GradientTrainer`.

    Returns
    -------
    Trainer

    Examples
    --------
    >>> trainer = make_trainer({"trainer": "genetic", "steps": 10, "population": 8, "hidden": 64})
    >>> trainer.steps, trainer.population
    (10, 8)
    """
    kind = TRAINERS[settings["trainer"]]
    own = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    chosen = {key: value for key, value in settings.items() if key in own}
    return kind(**chosen | {"fingerprint": fingerprint})
