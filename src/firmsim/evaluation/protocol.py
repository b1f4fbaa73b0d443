"""The evaluation protocol: scores of windows after the fit period, also of unseen firms.

Encoders are fitted on the days before a date and on part of the firms; then their weights are
frozen. Windows of several lengths roll over the days after that date. The scores of a window are
made from no other day. They are compared with sector and industry, and with how pairs move over the
horizon: the days after the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from firmsim.association.estimate import Estimate
from firmsim.association.horizon import horizon_correlation
from firmsim.association.inputs import AttributeInput, HorizonInput
from firmsim.association.measures import evaluation_measures
from firmsim.evaluation.holdout import stratified_sample
from firmsim.evaluation.windows import WHOLE, Window
from firmsim.similarity.comparator_scores import comparator_scores
from firmsim.similarity.comparators import COMPARATORS

ALL, UNSEEN = "all firms", "unseen firms"
"""Splits of the firms: every firm, and those that no training used, among themselves."""


def comparator_in_windows(
    name: str,
    windows: Sequence[Window],
    firms: pd.DataFrame,
    tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    seed: int,
) -> Callable[[int], pd.DataFrame]:
    """Scores of a comparator in each window, computed when asked for.

    Where there are too many firms for the comparator, it scores a sample of them, the same share of
    every sector.

    Parameters
    ----------
    name : str
        A key of `firmsim.similarity.comparators.COMPARATORS`.
    windows : sequence of Window
        Windows to score.
    firms : DataFrame
        From `firmsim.evaluation.holdout.hold_out`.
    tables : tuple of three DataFrames of shape (n_days, n_firms)
        Growth rates, volatility-scaled growth rates and normal scores of all days.
    seed : int
        Seed of the random score and of the sample.

    Returns
    -------
    callable
        Maps the position of a window to its scores, tickers on both axes.
    """
    sector = firms.set_index("ticker")["sector"]

    def score(position: int) -> pd.DataFrame:
        days = slice(windows[position].start, windows[position].end)
        among = list(tables[0].columns)
        most = COMPARATORS[name].max_firms(days.stop - days.start)
        if most is not None and most < len(among):
            among = stratified_sample(sector[among], most / len(among), seed)
        growth, scaled, q = (table.loc[:, among].iloc[days] for table in tables)
        return comparator_scores(name, growth, scaled, q, seed)

    return score


def evaluate(
    score: Callable[[int], pd.DataFrame],
    windows: Sequence[Window],
    firms: pd.DataFrame,
    q: pd.DataFrame,
) -> pd.DataFrame:
    """Measure the scores of every window, over all firms and over the unseen.

    Parameters
    ----------
    score : callable
        Scores of the window at a position of `windows`, tickers on both axes. Firms without scores
        there are not measured.
    windows : sequence of Window
        Windows to score.
    firms : DataFrame
        From `firmsim.evaluation.holdout.hold_out`.
    q : DataFrame of shape (n_days, n_firms)
        Normal scores of all days; co-movement over the horizon is measured in them.

    Returns
    -------
    DataFrame
        One row per window, split, measure and firm: columns window, start, split, measure, ticker
        and value. The value of the measure is under the ticker ""; the other rows are what each
        firm contributes to it.
    """
    table = firms.set_index("ticker")
    splits = {ALL: list(table.index), UNSEEN: list(table.index[table["unseen"]])}
    parts = []
    for position, window in enumerate(windows):
        scores = score(position)
        horizon_q = q.iloc[window.end : window.judged]
        for split, chosen in splits.items():
            among = [ticker for ticker in chosen if ticker in scores.index]
            labels = table.loc[among]
            found = measure(
                scores.loc[among, among],
                labels["sector"],
                labels["industry"],
                horizon_q[among],
                slow=window.name == WHOLE,
            )
            for name, (value, contributed) in found.items():
                values = pd.concat([pd.Series({"": value}), contributed])
                part = {
                    "window": window.name,
                    "start": window.start,
                    "split": split,
                    "measure": name,
                    "ticker": values.index,
                    "value": values.to_numpy(),
                }
                parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def measure(
    scores: pd.DataFrame,
    sector: pd.Series,
    industry: pd.Series,
    horizon_q: pd.DataFrame,
    *,
    slow: bool,
) -> dict[str, tuple[float, pd.Series]]:
    """Every measure of one score matrix.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Score matrix, tickers on both axes.
    sector, industry : Series
        By ticker; "" where it is unknown. Its measures leave out firms without one.
    horizon_q : DataFrame of shape (n_days, n_firms)
        Normal scores of the days after the window.
    slow : bool
        Whether to compute the measures that take seconds.

    Returns
    -------
    dict of str to (float, Series)
        Value of the measures that these firms allow, and what each firm contributes.

    Notes
    -----
    A firm contributes its own value where the measure is a mean over firms, else its jackknife
    pseudo-value (Tukey 1958), whose mean is about the value. Means over firms have no consistent
    jackknife (Efron and Tibshirani 1993, section 11.5): a vote of five or a list of ten jumps when
    a firm leaves.
    """
    correlation = horizon_correlation(scores, horizon_q)
    inputs: dict[str, tuple[AttributeInput | HorizonInput, pd.Index]] = {
        "sector": _labelled(scores, sector),
        "industry": _labelled(scores, industry),
        "horizon": (HorizonInput(scores, correlation, interval=False), correlation.index),
    }
    found = {}
    for name, basis, registered in evaluation_measures():
        if registered.slow and not slow:
            continue
        given, firms = inputs[basis]
        estimate = registered.of(given)
        if estimate.value is not None:
            found[name] = estimate.value, _contributions(estimate.value, estimate, firms)
    return found


def _labelled(scores: pd.DataFrame, labels: pd.Series) -> tuple[AttributeInput, pd.Index]:
    """Scores and labels of the firms with a label, and these firms."""
    firms = labels.index[labels != ""].intersection(scores.index)
    among = scores.loc[firms, firms].to_numpy(dtype=np.float64)
    codes = np.unique(labels[firms], return_inverse=True)[1]
    size = np.full(len(firms), np.nan)
    return AttributeInput(among, codes, size, interval=False, adapt=False), firms


def _contributions(value: float, estimate: Estimate, firms: pd.Index) -> pd.Series:
    """Own values of the firms, or pseudo-values: n value - (n - 1) value without the firm."""
    if estimate.own is not None:
        return pd.Series(estimate.own, firms).dropna()
    if estimate.without is None:
        return pd.Series(value, firms, dtype=np.float64)
    pseudo = len(firms) * value - (len(firms) - 1) * estimate.without
    return pd.Series(np.where(np.isnan(pseudo), value, pseudo), firms)
