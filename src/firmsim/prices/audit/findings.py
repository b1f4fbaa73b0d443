"""What the audit found, and what is to be done about it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.config import Actions
from firmsim.errors import PriceError


class Findings:
    """List of findings, one row each, that stops the run where it is told to.

    Parameters
    ----------
    actions : Actions
        What to do about each kind.
    stops : bool
        Whether ``stop`` does; else such a finding is listed like any other.
    """

    def __init__(self, actions: Actions, *, stops: bool = True) -> None:
        self.actions = actions
        self.stops = stops
        self._rows: list[dict[str, str]] = []

    def add(self, ticker: str, day: pd.Timestamp | None, kind: str, value: str) -> None:
        """Write a finding down.

        Parameters
        ----------
        ticker : str
            Firm.
        day : Timestamp or None
            First day it concerns; None when the firm has no day at all.
        kind : str
            A field of `Actions`.
        value : str
            What was found, for a person to read.

        Raises
        ------
        PriceError
            The action for this kind is ``stop``, and stops are wanted.
        """
        date = "" if day is None else f"{day:%Y-%m-%d}"
        action = getattr(self.actions, kind)
        if action == "stop" and self.stops:
            message = (
                f"{ticker}: {kind} on {date or 'no day'} ({value}); mend the prices, "
                f"or change audit.actions.{kind}, which is 'stop'"
            )
            raise PriceError(message)
        row = {"ticker": ticker, "date": date, "kind": kind, "value": value, "action": action}
        self._rows.append(row)

    def masked(self, panel: pd.DataFrame, kind: str, flags: NDArray[np.bool_]) -> pd.DataFrame:
        """Take prices out, unless findings of this kind are only noted.

        Parameters
        ----------
        panel : DataFrame of shape (n_days, n_firms)
            Prices.
        kind : str
            A field of `Actions`.
        flags : array of bool, shape (n_days, n_firms)
            The prices concerned.

        Returns
        -------
        DataFrame
            Missing where flagged; the same panel when the action is ``note``.
        """
        return panel if getattr(self.actions, kind) == "note" else panel.mask(flags)

    def dropped(self) -> dict[str, str]:
        """Firm -> kind of the first finding that drops it.

        A ticker that stands twice loses its second series, not itself.
        """
        firms: dict[str, str] = {}
        for row in self._rows:
            if row["action"] == "drop" and row["kind"] != "duplicate_ticker":
                firms.setdefault(row["ticker"], row["kind"])
        return firms

    def table(self) -> pd.DataFrame:
        """Columns ticker, date, kind, value, action, sorted by the first three."""
        table = pd.DataFrame(self._rows, columns=["ticker", "date", "kind", "value", "action"])
        return table.sort_values(["ticker", "date", "kind"], kind="stable", ignore_index=True)
