"""Encoders on disk: weights as safetensors, with their parameters and a hash of the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from firmsim.config.renamed import RENAMED_PARAMETERS
from firmsim.encoders import OBJECTIVES, ComovementEncoder, RecurrentEncoder
from firmsim.encoders.checks import check_params
from firmsim.encoders.comovement import portfolios_among
from firmsim.encoders.tensors import torch_device
from firmsim.errors import EncoderError
from firmsim.files import DamagedFileError, atomic, repair, verify
from firmsim.firms import MIN_FIRMS
from firmsim.objectives.comovement.market import Market
from firmsim.training.checksum import checksum

KEY = "firmsim"
"""Name of the only metadata entry; the format does not fix the order of several."""

Count = Annotated[int, Field(ge=1)]


class MarketFacts(BaseModel):
    """Numbers of a fitted market."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    residual: Annotated[float, Field(gt=0)]
    move_scale: float
    dispersion_mean: float
    dispersion_scale: float


class Facts(BaseModel):
    """Facts in a file beside the weights."""

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
    """Write a fitted encoder atomically; the same encoder gives the same bytes.

    Parameters
    ----------
    encoder : RecurrentEncoder
        Fitted.
    path : Path
        A ``.safetensors`` file.
    data_hash : str
        Hash of the growth rates that it was fitted on.

    Raises
    ------
    UnfittedError
        The encoder is not fitted.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, pandas as pd
    >>> from firmsim.encoders import ForecastEncoder
    >>> growth = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 4)), columns=list("ABCD"))
    >>> encoder = ForecastEncoder(hidden=3, windows=(5,), steps=2).fit(growth)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "encoder.safetensors"
    ...     save(encoder, path, data_hash="")
    ...     load(path).transform(growth).equals(encoder.transform(growth))
    True
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
    facts["checksum"] = checksum(facts, tensors)
    with atomic(path) as temporary:
        save_file(tensors, temporary, metadata={KEY: json.dumps(facts)})


def _count(module: torch.nn.Module) -> int:
    """Weights and biases of a module."""
    return sum(weight.numel() for weight in module.parameters())


def read_facts(path: Path) -> dict[str, Any]:
    """Read the facts about a saved encoder.

    Parameters
    ----------
    path : Path
        Written by :func:`save`.

    Returns
    -------
    dict
        objective, params, firms, train_days, channels, data_hash, d_in, hidden, formula,
        parameters_formula, parameters (number of weights of the cell), other_parameters (number
        of weights beside it) and checksum (of everything else in the file). Parameters of version
        0.1.0 have their names of today.

    Raises
    ------
    EncoderError
        The file is not an encoder saved by firmsim, or is damaged.
    """
    facts = _facts_in(path)
    _check_sum(path, facts, _tensors_in(path))
    return _renamed(facts)


def _facts_in(path: Path) -> dict[str, Any]:
    """Facts as they are in a file, which the checksum is over."""
    try:
        verify(path)  # the weights of another training are whole as well
        with safe_open(path, framework="pt") as file:
            facts: dict[str, Any] = json.loads((file.metadata() or {})[KEY])
        Facts.model_validate(facts)
    except DamagedFileError as error:
        raise EncoderError(str(error)) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "facts"
        raise _damaged(path, f"{where}: {first['msg']}, got {str(first['input'])[:80]}") from None
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise _damaged(path, error) from None
    return facts


def _tensors_in(path: Path) -> dict[str, torch.Tensor]:
    """Tensors in a file, copied, so that weights do not change with it."""
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from None


def _check_sum(path: Path, facts: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
    """Refuse a file that is not what was written."""
    known = {name: fact for name, fact in facts.items() if name != "checksum"}
    if (found := checksum(known, tensors)) != facts["checksum"]:
        reason = f"its checksum is {found[:12]}..., not {facts['checksum'][:12]}..."
        raise _damaged(path, reason)


def _renamed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with the parameters' names of today."""
    params = {RENAMED_PARAMETERS.get(name, name): fact for name, fact in facts["params"].items()}
    return {**facts, "params": params}


def _damaged(path: Path, reason: object) -> EncoderError:
    """Error of a file that cannot be read, in one line."""
    line = " ".join(str(reason).split())
    return EncoderError(f"{path}: is not an encoder saved by firmsim ({line}); {repair(path)}")


def load(path: Path) -> RecurrentEncoder:
    """Read a saved encoder, ready to transform.

    Files of version 0.1.0 can be read, too.

    Parameters
    ----------
    path : Path
        Written by :func:`save`.

    Returns
    -------
    RecurrentEncoder
        Fitted, without the history and snapshots of its training.

    Raises
    ------
    EncoderError
        The file is not an encoder saved by firmsim, is damaged, or its weights do not fit its
        parameters. Names the tensor, the expected shape and the shape found.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, pandas as pd
    >>> from firmsim.encoders import ForecastEncoder
    >>> growth = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 4)), columns=list("ABCD"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "encoder.safetensors"
    ...     save(ForecastEncoder(hidden=3, windows=(5,), steps=2).fit(growth), path, data_hash="")
    ...     load(path).firms_
    ['A', 'B', 'C', 'D']
    """
    stored = _facts_in(path)
    facts = _renamed(stored)
    try:
        encoder = _unfitted(facts)
        check_params("params", encoder.get_params())
        encoder.train_days_, encoder.channels_ = facts["train_days"], facts["channels"]
        with torch.device("meta"):  # shapes only: damaged sizes allocate no memory
            module = encoder.fresh_module(facts["d_in"])
    except (TypeError, EncoderError) as error:
        raise _damaged(path, error) from None
    tensors = _tensors_in(path)
    expected = {f"module.{name}": value for name, value in module.state_dict().items()}
    if isinstance(encoder, ComovementEncoder):
        expected |= _market_tensors(path, facts)
    _check_tensors(path, expected, tensors)
    _check_sum(path, stored, tensors)
    if isinstance(encoder, ComovementEncoder):
        encoder.market_ = Market(
            loadings=tensors["market.loadings"].numpy(),
            portfolio_scale=tensors["market.portfolio_scale"].numpy(),
            **facts["market"],
        )
    module.load_state_dict(
        {name: tensors[f"module.{name}"] for name in module.state_dict()}, assign=True
    )
    encoder.module_ = module.to(torch_device(encoder.device))
    encoder.firms_ = facts["firms"]
    return encoder


def _unfitted(facts: dict[str, Any]) -> RecurrentEncoder:
    """Encoder with the parameters in a file."""
    params = facts["params"]
    if isinstance(params.get("windows"), list):
        params = params | {"windows": tuple(params["windows"])}  # JSON has no tuple
    return OBJECTIVES[facts["objective"]](**params)


def _market_tensors(path: Path, facts: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Shapes of a market's tensors, which follow from the number of inputs and firms."""
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
    """Refuse weights of another architecture, and weights that are not finite."""
    for name in [*expected, *(name for name in given if name not in expected)]:
        wanted, got = _described(expected.get(name)), _described(given.get(name))
        if wanted != got:
            message = (
                f"{path}: weights of another architecture: tensor {name}: expected {wanted}, got "
                f"{got}; {repair(path)}"
            )
            raise EncoderError(message)
        if bad := int((~torch.isfinite(given[name])).sum()):
            message = (
                f"{path}: {bad} of {given[name].numel()} weights in tensor {name} are not finite; "
                f"{repair(path)}"
            )
            raise EncoderError(message)


def _described(tensor: torch.Tensor | None) -> str:
    """Type and shape of a tensor."""
    if tensor is None:
        return "none"
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
