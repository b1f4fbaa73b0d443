"""Encoders on disk: weights as safetensors, with the parameters and the hash of the data."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from firmsim.encoders import OBJECTIVES, ComovementEncoder, RecurrentEncoder
from firmsim.encoders.checks import check_params
from firmsim.encoders.comovement import portfolios_among
from firmsim.errors import EncoderError
from firmsim.files import atomic
from firmsim.firms import MIN_FIRMS
from firmsim.objectives.comovement.market import Market

KEY = "firmsim"
"""The only metadata entry: one entry, since the order of several is not fixed in the format."""

Count = Annotated[int, Field(ge=1)]


class MarketFacts(BaseModel):
    """Numbers of a fitted market."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    residual: Annotated[float, Field(gt=0)]
    move_scale: float
    dispersion_mean: float
    dispersion_scale: float


class Facts(BaseModel):
    """What a file says of the encoder in it, beside its weights."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    objective: Literal["comovement", "forecast"]
    params: dict[str, Any]
    firms: Annotated[list[str | int], Field(min_length=MIN_FIRMS)]
    train_days: Count
    channels: Count
    data_hash: str
    d_in: Count
    hidden: Count
    formula: str
    parameters_formula: Count
    parameters: Count
    other_parameters: Annotated[int, Field(ge=0)]
    market: MarketFacts | None = None
    checksum: str


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

    Raises
    ------
    UnfittedError
        The encoder is not fitted.
    """
    encoder.check_fitted()
    tensors = {
        f"module.{name}": value.detach().cpu().contiguous()
        for name, value in encoder.module_.state_dict().items()
    }
    facts: dict[str, Any] = {
        "objective": encoder.objective,
        "params": encoder.plain_params(),
        "firms": encoder.firms_,
        "train_days": encoder.train_days_,
        "channels": encoder.channels_,
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
            "residual": market.residual,
            "move_scale": market.move_scale,
            "dispersion_mean": market.dispersion_mean,
            "dispersion_scale": market.dispersion_scale,
        }
    facts["checksum"] = _checksum(facts, tensors)
    with atomic(path) as temporary:
        save_file(tensors, temporary, metadata={KEY: json.dumps(facts)})


def _count(module: torch.nn.Module) -> int:
    """Weights and biases of a module."""
    return sum(weight.numel() for weight in module.parameters())


def _checksum(facts: dict[str, Any], tensors: dict[str, torch.Tensor]) -> str:
    """Hash of everything in a file but itself."""
    digest = hashlib.sha256(
        json.dumps({name: fact for name, fact in facts.items() if name != "checksum"}).encode()
    )
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()


def read_facts(path: Path) -> dict[str, Any]:
    """Read what is known about a saved encoder, without its weights.

    Parameters
    ----------
    path : Path
        Written by :func:`save`.

    Returns
    -------
    dict
        objective, params, firms, train_days, channels, data_hash, d_in, hidden, formula,
        parameters_formula, parameters (the weights of the cell, counted), other_parameters
        (those beside it) and checksum (of everything else in the file).

    Raises
    ------
    EncoderError
        The file is no encoder of firmsim, or its facts are damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts: dict[str, Any] = json.loads((file.metadata() or {})[KEY])
        Facts.model_validate(facts)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "facts"
        raise _damaged(path, f"{where}: {first['msg']}, got {str(first['input'])[:80]}") from None
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise _damaged(path, error) from None
    return facts


def _damaged(path: Path, reason: object) -> EncoderError:
    """One line that says what is wrong with a file."""
    line = " ".join(str(reason).split())
    return EncoderError(f"{path}: is not an encoder saved by firmsim ({line}); train it again")


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
        The file is no encoder of firmsim, is damaged, or its weights are of another architecture
        than the one its parameters describe: names the tensor, the expected and the given shape.
    """
    facts = read_facts(path)
    try:
        encoder = _unfitted(facts)
        check_params("params", encoder.get_params())
        encoder.train_days_, encoder.channels_ = facts["train_days"], facts["channels"]
        with torch.device("meta"):  # shapes only: damaged sizes ask for no memory
            module = encoder.fresh_module(facts["d_in"])
        with safe_open(path, framework="pt") as file:
            # copies: weights must not change when somebody writes into the file
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (TypeError, SafetensorError, EncoderError) as error:
        raise _damaged(path, error) from None
    expected = {f"module.{name}": value for name, value in module.state_dict().items()}
    if isinstance(encoder, ComovementEncoder):
        expected |= _market_tensors(path, facts)
    _check_tensors(path, expected, tensors)
    if (found := _checksum(facts, tensors)) != facts["checksum"]:
        reason = f"its checksum is {found[:12]}..., not {facts['checksum'][:12]}..."
        raise _damaged(path, reason)
    if isinstance(encoder, ComovementEncoder):
        encoder.market_ = Market(
            loadings=tensors["market.loadings"].numpy(),
            portfolio_scale=tensors["market.portfolio_scale"].numpy(),
            **facts["market"],
        )
    module.load_state_dict(
        {name: tensors[f"module.{name}"] for name in module.state_dict()}, assign=True
    )
    encoder.module_ = module.to(encoder.torch_device)
    encoder.firms_ = facts["firms"]
    return encoder


def _unfitted(facts: dict[str, Any]) -> RecurrentEncoder:
    """Encoder with the parameters in a file."""
    params = facts["params"]
    if isinstance(params.get("windows"), list):
        params = params | {"windows": tuple(params["windows"])}  # JSON knows no tuple
    return OBJECTIVES[facts["objective"]](**params)


def _market_tensors(path: Path, facts: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Shapes of the tensors of a market, as the number of inputs and firms asks for."""
    portfolios = portfolios_among(facts["d_in"], facts["channels"])
    if facts.get("market") is None:
        raise _damaged(path, "a comovement encoder without a market")
    double, meta = torch.float64, torch.device("meta")
    return {
        "market.loadings": torch.empty(len(facts["firms"]), portfolios, dtype=double, device=meta),
        "market.portfolio_scale": torch.empty(portfolios, dtype=double, device=meta),
    }


def _check_tensors(
    path: Path, expected: dict[str, torch.Tensor], given: dict[str, torch.Tensor]
) -> None:
    """Refuse weights of another architecture, and weights that are no numbers."""
    for name in [*expected, *(name for name in given if name not in expected)]:
        wanted, got = _described(expected.get(name)), _described(given.get(name))
        if wanted != got:
            message = (
                f"{path}: weights of another architecture: tensor {name}: expected {wanted}, got "
                f"{got}; train it again"
            )
            raise EncoderError(message)
        if bad := int((~torch.isfinite(given[name])).sum()):
            message = (
                f"{path}: {bad} of {given[name].numel()} weights in tensor {name} are not finite; "
                "train it again"
            )
            raise EncoderError(message)


def _described(tensor: torch.Tensor | None) -> str:
    """Type and shape of a tensor."""
    if tensor is None:
        return "none"
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
