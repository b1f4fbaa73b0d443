"""The one shape of every check, and what a check may read besides the prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from firmsim.config import Audit
from firmsim.prices.audit.changes import Changes, changes_of
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.panel import impossible, inner_gaps
from firmsim.prices.sessions import closed_days
from firmsim.typing import Flags


@dataclass(frozen=True)
class Found:
    """What a check found.

    Attributes
    ----------
    rows : sequence of Finding
        In the order of the firms, then of the days.
    flags : mapping of str to array of bool, shape (n_days, n_firms)
        Kind -> prices that findings of this kind concern; empty for a check that masks nothing.
    """

    rows: Sequence[Finding] = ()
    flags: Mapping[str, Flags] = field(default_factory=dict)


@dataclass
class Context:
    """What a check may read besides the prices.

    Attributes
    ----------
    settings : Audit
        Thresholds of the user.
    given : DataFrame of shape (n_days, n_firms)
        Panel of the source, before any price is masked.
    calendars : mapping of str to str
        Ticker -> calendar of its exchange, "" or left out where it is unknown.
    quotes : mapping of str to DataFrame
        Ticker -> closing prices and dividends, see `firmsim.prices.raw.RawPrices`.
    flagged : dict of str to array of bool
        Kind -> prices that earlier checks of the same stage flagged; they are not masked yet.

    Examples
    --------
    >>> panel = pd.DataFrame({"A": [1.0, np.nan, 2.0]})
    >>> Context(Audit(), panel).gaps(panel)[:, 0].tolist()
    [False, True, False]
    """

    settings: Audit
    given: pd.DataFrame
    calendars: Mapping[str, str] = field(default_factory=dict)
    quotes: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    flagged: dict[str, Flags] = field(default_factory=dict)
    _changes: tuple[pd.DataFrame, Changes] | None = field(default=None, init=False, repr=False)

    def gaps(self, panel: pd.DataFrame) -> Flags:
        """Days without a price in the source, inside the history of each firm of a panel."""
        return self._gaps[:, self.given.columns.get_indexer(panel.columns)]

    def closed(self, panel: pd.DataFrame) -> Flags:
        """Days without a session of the exchange of each firm of a panel."""
        return self._closed[:, self.given.columns.get_indexer(panel.columns)]

    def changes(self, panel: pd.DataFrame) -> Changes:
        """Price changes of a panel, computed once for all checks of a stage."""
        if self._changes is None or self._changes[0] is not panel:
            self._changes = panel, changes_of(panel, self.closed(panel))
        return self._changes[1]

    def flags(self, panel: pd.DataFrame, *kinds: str) -> Flags:
        """Prices of a panel that earlier checks of the same stage flagged under these kinds."""
        flags = np.zeros(panel.shape, dtype=bool)
        for kind in kinds:
            if kind in self.flagged:
                flags |= self.flagged[kind]
        return flags

    @cached_property
    def _gaps(self) -> Flags:
        return inner_gaps(self.given)

    @cached_property
    def _closed(self) -> Flags:
        return closed_days(self.given.mask(impossible(self.given)), self.calendars)


class Check(Protocol):
    """A function that looks for one kind of fault in prices.

    It reads the panel and the context and changes neither. To add one: write it in a file of its
    own, add it to a stage of `firmsim.prices.audit.audit.STAGES`, and give its kind an action in
    `firmsim.config.audit.Actions`.
    """

    def __call__(self, panel: pd.DataFrame, context: Context) -> Found:
        """Look for a fault.

        Parameters
        ----------
        panel : DataFrame of shape (n_days, n_firms)
            Prices that earlier stages have left; missing allowed.
        context : Context
            Everything else.

        Returns
        -------
        Found
            Findings, and the prices that they concern.
        """
        ...


@dataclass(frozen=True)
class Stage:
    """Checks that read the same prices; what they flag is masked after the last of them.

    Attributes
    ----------
    checks : tuple of Check
        In the order in which their findings are recorded.
    all_firms : bool
        Whether the checks read all firms; otherwise only those that no finding drops.
    """

    checks: tuple[Check, ...]
    all_firms: bool = True
