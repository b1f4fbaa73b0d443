"""Encoders small enough to train in a fraction of a second."""

from firmsim.encoders import ComovementEncoder


def small(kind, **keys):
    """Build an encoder that trains in a fraction of a second."""
    sizes = {
        "hidden": 8,
        "steps": 10,
        "windows": (20, 40),
        "learning_rate": 1e-2,
        "validate_every": 5,
    }
    if kind is ComovementEncoder:
        sizes |= {"outputs": 4, "portfolios": 2}
    return kind(**sizes | keys)
