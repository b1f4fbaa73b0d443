"""Tensors of an encoder: their device, missing values, firms per pass, finite outputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from firmsim.errors import EncoderError

CHUNK = 256
"""Firms embedded per pass; bounds the memory of long histories."""


def torch_device(device: str) -> torch.device:
    """Device of a parameter's value.

    Parameters
    ----------
    device : str
        cpu, cuda, or auto: cuda where torch finds a GPU.

    Raises
    ------
    EncoderError
        cuda without a GPU.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device == "cuda" and not torch.cuda.is_available():
        message = "device: 'cuda', but torch finds no GPU here; set it to cpu or auto"
        raise EncoderError(message, parameter="device")
    return torch.device(device)


def to_tensor(values: pd.DataFrame | npt.ArrayLike, device: str) -> torch.Tensor:
    """Single-precision tensor on a device, 0 where a value is missing."""
    return torch.as_tensor(
        np.nan_to_num(np.asarray(values, dtype=np.float64)),
        dtype=torch.float32,
        device=torch_device(device),
    )


def chunks(n_firms: int) -> tuple[torch.Tensor, ...]:
    """Positions of the firms, in parts that are embedded one after the other."""
    return torch.split(torch.arange(n_firms), CHUNK)
