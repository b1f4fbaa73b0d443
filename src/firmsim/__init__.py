"""Which listed firms move alike: recurrent encoders of growth rates and what their scores mean.

The public names are loaded when they are first used, so that ``import firmsim`` takes no time.

Examples
--------
>>> import firmsim
>>> encoder = firmsim.ComovementEncoder(hidden=8, steps=50)
>>> encoder.hidden
8
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firmsim.association.permutation import (
        holm,
        label_distance,
        mantel,
        mantel_within,
        mrqap,
        partial_mantel,
        permanova,
        permdisp,
        score_distance,
        size_distance,
    )
    from firmsim.encoders import ComovementEncoder, ForecastEncoder
    from firmsim.encoders.storage import load, save
    from firmsim.errors import FirmsimError
    from firmsim.growth import cross_section, growth_rates
    from firmsim.recurrent import GRU, LSTM, Elman, FeedForward, Jordan
    from firmsim.similarity.comparator_scores import comparator_scores
    from firmsim.similarity.neighbours import nearest
    from firmsim.similarity.scores import cosine_scores

__version__ = "0.2.0"

__all__ = [
    "GRU",
    "LSTM",
    "ComovementEncoder",
    "Elman",
    "FeedForward",
    "FirmsimError",
    "ForecastEncoder",
    "Jordan",
    "__version__",
    "comparator_scores",
    "cosine_scores",
    "cross_section",
    "growth_rates",
    "holm",
    "label_distance",
    "load",
    "mantel",
    "mantel_within",
    "mrqap",
    "nearest",
    "partial_mantel",
    "permanova",
    "permdisp",
    "save",
    "score_distance",
    "size_distance",
]

_NAMES = {
    "firmsim.association.permutation": (
        *("holm", "mantel", "mantel_within", "mrqap", "partial_mantel", "permanova", "permdisp"),
        *("label_distance", "score_distance", "size_distance"),
    ),
    "firmsim.encoders": ("ComovementEncoder", "ForecastEncoder"),
    "firmsim.encoders.storage": ("load", "save"),
    "firmsim.errors": ("FirmsimError",),
    "firmsim.growth": ("cross_section", "growth_rates"),
    "firmsim.recurrent": ("GRU", "LSTM", "Elman", "FeedForward", "Jordan"),
    "firmsim.similarity.comparator_scores": ("comparator_scores",),
    "firmsim.similarity.neighbours": ("nearest",),
    "firmsim.similarity.scores": ("cosine_scores",),
}
"""Module -> public names that it defines; the same as type checkers see above."""

_MODULES = {name: module for module, names in _NAMES.items() for name in names}

if not TYPE_CHECKING:  # a checker would take every name for one that exists

    def __getattr__(name: str) -> Any:
        """Load a public name from its module (PEP 562)."""
        if name not in _MODULES:
            message = f"module 'firmsim' has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(import_module(_MODULES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
