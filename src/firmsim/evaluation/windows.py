"""Windows of the evaluation protocol: rolling origins after the fit period, and all of that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firmsim.config import Evaluation
from firmsim.errors import ConfigError
from firmsim.files import read_csv

WHOLE = "all"
"""Name of the window that is the whole fit period."""


@dataclass(frozen=True)
class Window:
    """Days that scores are made from, and the end of the later days that judge them.

    Attributes
    ----------
    name : str
        Its length in trading days, or `WHOLE`.
    start, end, judged : int
        The window is the days start to end - 1, the later days are end to judged - 1.
    """

    name: str
    start: int
    end: int
    judged: int


def rolling_windows(n_days: int, fit_days: int, settings: Evaluation) -> list[Window]:
    """Windows after the fit period at rolling origins, and the whole fit period.

    Parameters
    ----------
    n_days, fit_days : int
        Days there are, and days fitted on.
    settings : Evaluation
        Lengths, strides and horizons (trading days).

    Returns
    -------
    list of Window
        By length, then by origin.

    Raises
    ------
    ConfigError
        The later days are too few for a length.
    """
    found = []
    for length in settings.windows:
        last = n_days - length - settings.min_horizon
        if last < fit_days:
            message = (
                f"evaluation.windows: {length} days and {settings.min_horizon} to judge them "
                f"(evaluation.min_horizon) do not fit into the {n_days - fit_days} days after the "
                "fit period; shorten one of them or end the fit period earlier"
            )
            raise ConfigError(message)
        stride = max(settings.stride, length // 2)
        for start in range(fit_days, last + 1, stride):
            end = start + length
            found.append(Window(str(length), start, end, min(end + settings.horizon, n_days)))
    found.append(Window(WHOLE, 0, fit_days, min(fit_days + settings.horizon, n_days)))
    return found


def read_windows(path: Path) -> list[Window]:
    """Windows from a CSV with a column for each attribute."""
    rows = read_csv(path).to_dict("records")
    return [
        Window(row["name"], *(int(row[key]) for key in ("start", "end", "judged"))) for row in rows
    ]
