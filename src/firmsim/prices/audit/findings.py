"""Findings of an audit, and the action on each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from firmsim.config import Actions
from firmsim.errors import PriceError
from firmsim.typing import Flags


@dataclass(frozen=True)
class Finding:
    """One row of the table of findings.

    Attributes
    ----------
    ticker : str
        Firm.
    day : Timestamp or None
        First day concerned; None for a firm without any day.
    kind : str
        A field of `Actions`.
    value : str
        What was found, for a reader.
    """

    ticker: str
    day: pd.Timestamp | None
    kind: str
    value: str


class Findings:
    """List of findings with the action on each; stops the run where the action is ``stop``.

    Parameters
    ----------
    actions : Actions
        Action on each kind of finding.
    stops : bool
        Whether ``stop`` raises; otherwise such a finding is listed like any other.

    Examples
    --------
    >>> findings = Findings(Actions())
    >>> findings.record([Finding("A", None, "short_history", "0 prices, 250 are needed")])
    >>> findings.dropped()
    {'A': 'short_history'}
    """

    def __init__(self, actions: Actions, *, stops: bool = True) -> None:
        self.actions = actions
        self.stops = stops
        self._rows: list[dict[str, str]] = []

    def record(self, rows: Iterable[Finding]) -> None:
        """Add findings in order.

        Raises
        ------
        PriceError
            The action on a finding is ``stop``, unless `stops` is false. The parameter is its kind.
        """
        for row in rows:
            date = "" if row.day is None else f"{row.day:%Y-%m-%d}"
            action = self._action(row.kind)
            if action == "stop" and self.stops:
                message = (
                    f"{row.kind}: {row.ticker} on {date or 'no day'} ({row.value}); correct the "
                    f"prices, or change the action on {row.kind}, which is 'stop'"
                )
                raise PriceError(message, parameter=row.kind)
            self._rows.append(
                {
                    "ticker": row.ticker,
                    "date": date,
                    "kind": row.kind,
                    "value": row.value,
                    "action": action,
                }
            )

    def masked(self, panel: pd.DataFrame, kind: str, flags: Flags) -> pd.DataFrame:
        """Mask flagged prices, unless findings of this kind are only noted.

        Parameters
        ----------
        panel : DataFrame of shape (n_days, n_firms)
            Prices.
        kind : str
            A field of `Actions`.
        flags : array of bool, shape (n_days, n_firms)
            Prices that findings of this kind concern.

        Returns
        -------
        DataFrame of shape (n_days, n_firms)
            Missing where flagged; the same panel when the action is ``note``.
        """
        return panel if self._action(kind) == "note" else panel.mask(flags)

    def dropped(self) -> dict[str, str]:
        """Firms to drop, with the kind of the first finding that drops each.

        A ticker given twice loses its second series, not itself.
        """
        firms: dict[str, str] = {}
        for row in self._rows:
            if row["action"] == "drop" and row["kind"] != "duplicate_ticker":
                firms.setdefault(row["ticker"], row["kind"])
        return firms

    def table(self) -> pd.DataFrame:
        """Columns ticker, date, kind, value, action; sorted by the first three."""
        table = pd.DataFrame(self._rows, columns=["ticker", "date", "kind", "value", "action"])
        return table.sort_values(["ticker", "date", "kind"], kind="stable", ignore_index=True)

    def _action(self, kind: str) -> str:
        action: str = getattr(self.actions, kind)
        return action
