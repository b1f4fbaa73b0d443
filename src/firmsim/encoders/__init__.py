"""Encoders: a recurrent cell, an objective and a trainer behind fit and transform."""

from collections.abc import Mapping
from typing import Any

from firmsim.config.encoder import flatten
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
        Keys of `firmsim.config.Encoder`, in the long or the short form. Its name and seeds are
        passed over.
    **shared
        Parameters that are not in the block: seed, device, ...

    Returns
    -------
    RecurrentEncoder
        Not yet fitted.

    Examples
    --------
    >>> cell = {"name": "jordan", "hidden": 8}
    >>> make_encoder({"cell": cell, "objective": "forecast"}, seed=3).label
    'jordan-forecast, seed 3'
    """
    parameters = flatten(settings)
    return OBJECTIVES[parameters.pop("objective")](**parameters, **shared)


__all__ = [
    "OBJECTIVES",
    "ComovementEncoder",
    "ForecastEncoder",
    "RecurrentEncoder",
    "make_encoder",
]
