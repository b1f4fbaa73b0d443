"""Checksum of tensors and of the facts beside them, for files that hold both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import torch


def checksum(facts: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> str:
    """Hash facts, in their order, and tensors, in the order of their names.

    Parameters
    ----------
    facts : mapping
        In types that JSON has, without the checksum itself.
    tensors : mapping of str to Tensor
        On the CPU.

    Returns
    -------
    str
        SHA-256 in hexadecimal.

    Examples
    --------
    >>> one = checksum({"step": 1}, {"weights": torch.zeros(2)})
    >>> one == checksum({"step": 1}, {"weights": torch.tensor([0.0, -0.0])})
    False
    """
    digest = hashlib.sha256(json.dumps(facts).encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()
