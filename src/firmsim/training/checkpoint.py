"""The state of a training on disk, so that a killed run goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from firmsim.errors import EncoderError
from firmsim.files import atomic

KEY = "firmsim-checkpoint"


def save_checkpoint(
    path: Path, tensors: dict[str, torch.Tensor], facts: dict[str, Any], fingerprint: str
) -> None:
    """Write the state of a training, atomically.

    Parameters
    ----------
    path : Path
        A ``.safetensors`` file; an earlier state there is replaced.
    tensors : dict of str to Tensor
        Weights, optimiser moments, history.
    facts : dict
        Everything else, as JSON holds it exactly.
    fingerprint : str
        Tells the training apart from others: its settings and its data.
    """
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    metadata = {KEY: json.dumps({"fingerprint": fingerprint, "facts": facts})}
    with atomic(path) as temporary:
        save_file(plain, temporary, metadata=metadata)


def load_checkpoint(
    path: Path, fingerprint: str
) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
    """Read the state of a training.

    Parameters
    ----------
    path : Path
        Written by :func:`save_checkpoint`, or not there.
    fingerprint : str
        Of the training that is to go on.

    Returns
    -------
    tensors, facts
        As saved; None when there is no file, or one of a training with other settings or data.

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
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        message = f"{path}: is not the state of a training ({error}); remove it to train anew"
        raise EncoderError(message) from None
    if state["fingerprint"] != fingerprint:
        return None
    return tensors, state["facts"]
