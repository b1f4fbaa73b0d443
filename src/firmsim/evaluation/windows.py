"""Windows of the evaluation: rolling origins after the fit period, and the fit period itself."""

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
    """Days that scores are made from, and the end of their horizon.

    Attributes
    ----------
    name : str
        Its length in trading days, or `WHOLE`.
    start, end, judged : int
        Positions of days: the window is start to end - 1, its horizon is end to judged - 1.
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
        Number of all days, and of those of the fit period.
    settings : Evaluation
        Lengths, strides and horizons (trading days).

    Returns
    -------
    list of Window
        By length, then by origin.

    Raises
    ------
    ConfigError
        A length and its horizon do not fit into the days after the fit period.

    Examples
    --------
    >>> settings = Evaluation(windows=[60], stride=60, horizon=100, min_horizon=80)
    >>> for window in rolling_windows(400, 200, settings):
    ...     print(window)
    Window(name='60', start=200, end=260, judged=360)
    Window(name='60', start=260, end=320, judged=400)
    Window(name='all', start=0, end=200, judged=300)
    """
    found = []
    for length in settings.windows:
        last = n_days - length - settings.min_horizon
        if last < fit_days:
            message = (
                f"windows: {length} days and a horizon of {settings.min_horizon} (min_horizon) do "
                f"not fit into the {n_days - fit_days} days after the fit period; shorten one of "
                "them, or end the fit period earlier"
            )
            raise ConfigError(message, parameter="windows")
        stride = max(settings.stride, length // 2)
        for start in range(fit_days, last + 1, stride):
            end = start + length
            found.append(Window(str(length), start, end, min(end + settings.horizon, n_days)))
    found.append(Window(WHOLE, 0, fit_days, min(fit_days + settings.horizon, n_days)))
    return found


def read_windows(path: Path) -> list[Window]:
    """Windows from a CSV with one column per attribute."""
    rows = read_csv(path).to_dict("records")
    return [
        Window(row["name"], *(int(row[key]) for key in ("start", "end", "judged"))) for row in rows
    ]
