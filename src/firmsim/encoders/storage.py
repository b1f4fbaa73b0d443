"""Encoders on disk: weights as safetensors, with the parameters and the hash of the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from firmsim.encoders import OBJECTIVES, ComovementEncoder, RecurrentEncoder
from firmsim.errors import EncoderError
from firmsim.files import atomic
from firmsim.objectives.market import Market

KEY = "firmsim"
"""The only metadata entry: one entry, since the order of several is not fixed in the format."""


def save(encoder: RecurrentEncoder, path: Path, data_hash: str) -> None:
    """Write a fitted encoder, atomically; the same encoder gives the same bytes.

    Parameters
    ----------
    encoder : RecurrentEncoder
        Fitted.
    path : Path
        A ``.safetensors`` file.
    data_hash : str
        Hash of the growth rates it was fitted on.
    """
    tensors = {
        f"module.{name}": value.detach().cpu().contiguous()
        for name, value in encoder.module_.state_dict().items()
    }
    facts: dict[str, Any] = {
        "objective": encoder.objective,
        "params": encoder.get_params(),
        "firms": encoder.firms_,
        "train_days": encoder.train_days_,
        "data_hash": data_hash,
        "d_in": encoder.module_.cell.d_in,
        "hidden": encoder.module_.cell.hidden,
        "formula": encoder.module_.cell.formula,
        "parameters_formula": encoder.module_.cell.parameter_count,
        "parameters": _count(encoder.module_.cell),
        "other_parameters": _count(encoder.module_) - _count(encoder.module_.cell),
    }
    if isinstance(encoder, ComovementEncoder):
        market = encoder.market_
        tensors["market.loadings"] = torch.as_tensor(np.ascontiguousarray(market.loadings))
        tensors["market.portfolio_scale"] = torch.as_tensor(market.portfolio_scale)
        facts["market"] = {
            "move_scale": market.move_scale,
            "dispersion_mean": market.dispersion_mean,
            "dispersion_scale": market.dispersion_scale,
        }
    with atomic(path) as temporary:
        save_file(tensors, temporary, metadata={KEY: json.dumps(facts)})


def _count(module: torch.nn.Module) -> int:
    """Weights and biases of a module."""
    return sum(weight.numel() for weight in module.parameters())


def read_facts(path: Path) -> dict[str, Any]:
    """Read what is known about a saved encoder, without its weights.

    Parameters
    ----------
    path : Path
        Written by :func:`save`.

    Returns
    -------
    dict
        objective, params, firms, train_days, data_hash, d_in, hidden, formula,
        parameters_formula, parameters (the weights of the cell, counted) and other_parameters
        (those beside it).

    Raises
    ------
    EncoderError
        The file is no encoder of firmsim.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts: dict[str, Any] = json.loads((file.metadata() or {})[KEY])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        message = f"{path}: is not an encoder saved by firmsim ({error}); train it again"
        raise EncoderError(message) from None
    return facts


def load(path: Path) -> RecurrentEncoder:
    """Read a saved encoder, ready for ``transform``.

    Parameters
    ----------
    path : Path
        Written by :func:`save`.

    Returns
    -------
    RecurrentEncoder
        Fitted; without the training history.

    Raises
    ------
    EncoderError
        The file is no encoder of firmsim.
    """
    facts = read_facts(path)
    encoder = OBJECTIVES[facts["objective"]](**facts["params"])
    encoder.firms_ = facts["firms"]
    encoder.train_days_ = facts["train_days"]
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if isinstance(encoder, ComovementEncoder):
        encoder.market_ = Market(
            loadings=tensors["market.loadings"].numpy(),
            portfolio_scale=tensors["market.portfolio_scale"].numpy(),
            **facts["market"],
        )
    with torch.random.fork_rng():  # fresh weights are drawn, then overwritten
        encoder.build(facts["d_in"])
    weights = {
        name.removeprefix("module."): value
        for name, value in tensors.items()
        if name.startswith("module.")
    }
    encoder.module_.load_state_dict(weights)
    return encoder
