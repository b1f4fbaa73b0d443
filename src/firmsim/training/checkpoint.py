"""State of a training on disk, from which a killed run continues."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from firmsim.errors import EncoderError
from firmsim.files import atomic, repair
from firmsim.training.checksum import checksum
from firmsim.typing import Floats

KEY = "firmsim-checkpoint"
"""Name of the only metadata entry."""


def fingerprint(facts: Mapping[str, Any], *arrays: Floats) -> str:
    """Hash of what decides the weights of a training: settings, data, torch and its threads.

    Parameters
    ----------
    facts : mapping
        Settings, in types that JSON has.
    *arrays : ndarray
        Data.

    Returns
    -------
    str
        Hexadecimal.
    """
    known = {**facts, "torch": torch.__version__, "threads": torch.get_num_threads()}
    digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode())
    for values in arrays:
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def save_checkpoint(
    path: Path, tensors: dict[str, torch.Tensor], facts: dict[str, Any], fingerprint: str
) -> None:
    """Write the state of a training atomically.

    Parameters
    ----------
    path : Path
        A ``.safetensors`` file; an earlier state is replaced.
    tensors : dict of str to Tensor
        Weights, optimiser moments, history.
    facts : dict
        Everything else, in types that JSON has.
    fingerprint : str
        Identifies the training by its settings and data.
    """
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    state = {"fingerprint": fingerprint, "facts": facts}
    metadata = {KEY: json.dumps({**state, "checksum": checksum(state, plain)})}
    with atomic(path) as temporary:
        save_file(plain, temporary, metadata=metadata)


def load_checkpoint(
    path: Path, fingerprint: str
) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
    """Read the state of a training.

    Parameters
    ----------
    path : Path
        Written by :func:`save_checkpoint`; it need not exist.
    fingerprint : str
        Identifies the training to continue.

    Returns
    -------
    tensors, facts
        As saved. None where the file does not exist or belongs to another training.

    Raises
    ------
    EncoderError
        The file is damaged.
    """
    if not Path(path).exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            state = json.loads((file.metadata() or {})[KEY])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        known = {"fingerprint": state["fingerprint"], "facts": state["facts"]}
        if checksum(known, tensors) != state["checksum"]:
            message = "its checksum is not the one that was written"
            raise ValueError(message)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        message = f"{path}: is not the state of a training ({reason}); {repair(path)}"
        raise EncoderError(message) from None
    if state["fingerprint"] != fingerprint:
        return None
    return tensors, state["facts"]
