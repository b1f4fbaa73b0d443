"""Encoders: a cell, an objective and a trainer behind fit and transform."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from firmsim.encoders.comovement import ComovementEncoder
from firmsim.encoders.estimator import RecurrentEncoder
from firmsim.encoders.forecast import ForecastEncoder

OBJECTIVES: dict[str, type[RecurrentEncoder]] = {
    "comovement": ComovementEncoder,
    "forecast": ForecastEncoder,
}
"""Encoders by the names of their objectives in the configuration."""


def make_encoder(settings: Mapping[str, Any], **shared: Any) -> RecurrentEncoder:
    """Build the encoder that a block of the configuration describes.

    Parameters
    ----------
    settings : mapping
        Keys of `firmsim.config.Encoder`; those of the other objective are left out.
    **shared
        Parameters that do not stand in the block: seed, device, ...

    Returns
    -------
    RecurrentEncoder
        Not yet fitted.
    """
    kind = OBJECTIVES[settings["objective"]]
    known = {item.name for item in fields(kind) if item.init}
    return kind(**{key: value for key, value in settings.items() if key in known}, **shared)


__all__ = [
    "OBJECTIVES",
    "ComovementEncoder",
    "ForecastEncoder",
    "RecurrentEncoder",
    "make_encoder",
]
