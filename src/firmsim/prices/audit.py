"""The audit: checks on prices before anything is learnt from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from firmsim.config import MIN_FIRMS, Audit
from firmsim.errors import PriceError
from firmsim.prices.checks import (
    gaps,
    identical_series,
    nonpositive_prices,
    short_histories,
    stale_runs,
)
from firmsim.prices.findings import Findings
from firmsim.prices.jumps import jumps
from firmsim.prices.panel import panel_of


def audit(series: Sequence[pd.Series], settings: Audit) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check prices and leave out what cannot be trusted.

    Nothing is filled or corrected: a price is kept, missing, or gone with its firm.

    Parameters
    ----------
    series : sequence of Series
        As a source gave them: name = ticker, index of days in any order.
    settings : Audit
        Thresholds, and for each kind of finding what to do: ``mask`` the price, ``drop`` the firm,
        or ``stop``.

    Returns
    -------
    prices : DataFrame of shape (n_days, n_firms), float64
        Index ``date``, sorted and unique; prices above zero or missing.
    findings : DataFrame
        Columns ticker, date (ISO, the first day concerned), kind, value, action.

    Raises
    ------
    PriceError
        A finding whose action is ``stop``; fewer than 3 firms are left; or on no two days do 3
        firms have a price.
    """
    findings = Findings(settings.actions)
    panel = panel_of(series, findings)
    gaps(panel, settings.gap_days, findings)
    panel = panel.mask(nonpositive_prices(panel, findings))
    identical_series(panel, findings)
    panel = panel.mask(stale_runs(panel, settings.stale_days, findings))
    panel = panel.mask(jumps(panel, settings, findings))
    left = panel.drop(columns=list(findings.dropped()))
    short_histories(left, settings.min_history, findings)
    dropped = findings.dropped()
    left = panel.drop(columns=list(dropped)).dropna(how="all")
    _refuse_too_little(left, dropped, settings)
    return left, findings.table()


def _refuse_too_little(panel: pd.DataFrame, dropped: dict[str, str], settings: Audit) -> None:
    """Raise when what is left cannot be compared."""
    n_days, n_firms = panel.shape
    counts = Counter(dropped.values())
    why = ", ".join(f"{count} for {kind}" for kind, count in sorted(counts.items()))
    why = why or "none was dropped"
    advice = "give more firms or mend their prices"
    if "short_history" in counts:
        advice = f"lower audit.min_history ({settings.min_history} prices) or give more days"
    if n_firms < MIN_FIRMS:
        message = (
            f"{n_firms} of {n_firms + len(dropped)} firms are left after the audit, at least "
            f"{MIN_FIRMS} are needed ({why}); {advice}"
        )
        raise PriceError(message)
    common = int((panel.notna().sum(axis=1) >= MIN_FIRMS).sum())
    if common < 2:
        message = (
            f"the {n_firms} firms have no common dates: on {common} of {n_days} days do "
            f"{MIN_FIRMS} or more have a price, and 2 such days are needed ({why} by the audit)"
        )
        raise PriceError(message)
