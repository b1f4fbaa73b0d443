"""The firms that are evaluated, those held out from training, and the end of the fit period."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from firmsim.config import Evaluation
from firmsim.errors import ConfigError
from firmsim.files import read_csv
from firmsim.firms import MIN_FIRMS
from firmsim.growth import fit_period


def hold_out(
    growth: pd.DataFrame, firms: pd.DataFrame, settings: Evaluation, fit_share: float
) -> tuple[pd.DataFrame, int]:
    """Choose firms with a whole history, hold out a share of every sector, end the fit period.

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates.
    firms : DataFrame
        Columns ticker, sector and industry, "" where unknown.
    settings : Evaluation
        Required share of days, share of unseen firms, first day after the fit period.
    fit_share : float
        Share of the days that are fitted on, unless the settings name a day.

    Returns
    -------
    firms : DataFrame
        Columns ticker, sector, industry, unseen (bool); one row per firm that is evaluated, in the
        order of their tickers.
    fit_days : int
        Number of days that are fitted on.

    Raises
    ------
    ConfigError
        Too few firms are left, or there is no day before or after the end of the fit period.
    """
    if settings.fit_end is None:
        fit_days = len(fit_period(growth, fit_share))
    else:
        fit_days = int(growth.index.searchsorted(pd.Timestamp(settings.fit_end)))
        if not 0 < fit_days < len(growth):
            message = (
                f"fit_end: {settings.fit_end} is outside the days of the prices, "
                f"{growth.index[0]:%Y-%m-%d} to {growth.index[-1]:%Y-%m-%d}; name a day within"
            )
            raise ConfigError(message, parameter="fit_end")
    whole = growth.columns[growth.notna().mean() >= settings.min_history_share]
    labels = firms.set_index("ticker").reindex(sorted(whole))[["sector", "industry"]].fillna("")
    unseen = stratified_sample(labels["sector"], settings.unseen_share, settings.seed)
    for kind, count in (("training", len(labels) - len(unseen)), ("unseen", len(unseen))):
        if count < MIN_FIRMS:
            message = (
                f"unseen_share: {settings.unseen_share:g} of {len(labels)} firms with a growth "
                f"rate on {settings.min_history_share:.0%} of the days leaves {count} {kind} "
                f"firms, and {MIN_FIRMS} are needed; give more firms, or choose another share"
            )
            raise ConfigError(message, parameter="unseen_share")
    table = labels.rename_axis("ticker").reset_index()
    return table.assign(unseen=table["ticker"].isin(unseen)), fit_days


def stratified_sample(sector: pd.Series, share: float, seed: int) -> list[str]:
    """Draw firms at random, the same share of every sector.

    Parameters
    ----------
    sector : Series
        Sector by ticker; "" where it is unknown, which counts as a sector of its own.
    share : float
        Share of the firms.
    seed : int
        Seed of the draw.

    Returns
    -------
    list of str
        Tickers in the order of `sector`.

    Examples
    --------
    >>> sector = pd.Series(["Energy"] * 4 + ["Utilities"] * 2, list("ABCDEF"))
    >>> sector[stratified_sample(sector, share=0.5, seed=0)].value_counts().to_dict()
    {'Energy': 2, 'Utilities': 1}
    """
    order = np.random.default_rng(seed).permutation(len(sector))
    lined_up = sector.iloc[order].sort_values(kind="stable")
    # every (1 / share)-th firm of the line, sector after sector
    place = np.arange(len(lined_up))
    chosen = set(lined_up.index[np.floor((place + 1) * share) > np.floor(place * share)])
    return [ticker for ticker in sector.index if ticker in chosen]


def read_firms(path: Path) -> pd.DataFrame:
    """Firms of `hold_out` from a CSV."""
    table = read_csv(path)
    return table.assign(unseen=table["unseen"] == "True")
