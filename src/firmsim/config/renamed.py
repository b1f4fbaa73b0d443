"""Keys and parameters that have a new name or place since version 0.1.0, in one table."""

from __future__ import annotations

RENAMED_PARAMETERS = {
    "parameters": "max_parameters",
    "batch_firms": "batch_size",
    "embedding": "embedding_size",
    "future": "horizon",
    "regime": "variance_power",
}
"""Old -> new name of an encoder's parameter."""
