"""The evaluation protocol: scores of later windows and unseen firms, held against what they know.

Encoders are fitted on the days before a date and on part of the firms; then the weights are frozen.
Windows of several lengths roll over the days after it; the scores of a window see no other day.
They are held against sector and industry, and against how pairs move in the year after the window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from firmsim.association.estimate import CONFIDENCE, Estimate
from firmsim.association.future import future_peers, future_spearman, later_correlation
from firmsim.association.permutation.holm import holm
from firmsim.association.retrieval import (
    knn_accuracy,
    others_by_score,
    precision_at,
    r_precision,
    same_sector_auc,
)
from firmsim.evaluation.classification import sector_f1
from firmsim.evaluation.clustering import adjusted_mutual_information, adjusted_rand
from firmsim.evaluation.inference import crossed_bootstrap
from firmsim.evaluation.windows import WHOLE, Window

BY_NEIGHBOURS: dict[str, Callable[..., Estimate]] = {
    "knn_accuracy": knn_accuracy,
    "precision_at_10": precision_at,
    "r_precision": r_precision,
}
RETRIEVAL = ("auc", *BY_NEIGHBOURS)
"""Measures of sectors, and again of industries."""

MEASURES = (
    *RETRIEVAL,
    "ari",
    "ami",
    "sector_f1",
    *(f"industry_{name}" for name in RETRIEVAL),
    "future_spearman",
    "future_peers",
)
"""Measures in the order in which tables show them; larger is better in all."""

COLUMNS = ["method", "window", "split", "measure", "value", "low", "high", "n"]
DIFFERENCES = ["method", "against", *COLUMNS[1:], "best"]

ROUNDING = 1e-12
"""Differences of means below it are none."""


def measure(
    scores: pd.DataFrame,
    sector: pd.Series,
    industry: pd.Series,
    later_q: pd.DataFrame,
    classify: bool,
) -> dict[str, tuple[float, pd.Series]]:
    """Every measure of one score matrix.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Score matrix, tickers on both axes.
    sector, industry : Series
        By ticker; "" where it is not known. Firms without one are left out of its measures.
    later_q : DataFrame of shape (n_days, n_firms)
        Normal scores of the days after the window.
    classify : bool
        Whether to train the classifier of ``sector_f1``, which takes seconds.

    Returns
    -------
    dict of str to (float, Series)
        Value of the measures of `MEASURES` that these firms allow, and what each firm contributes:
        its own value where the measure is a mean over firms, else its jackknife pseudo-value
        (Tukey 1958), whose mean is about the value. Pseudo-values would not do for the former: a
        vote of five or a list of ten jumps when a firm leaves, and the jackknife of such a
        statistic is not consistent (Efron and Tibshirani 1993, section 11.5).
    """
    found: dict[str, tuple[Estimate, pd.Index]] = {}
    for prefix, labels in (("", sector), ("industry_", industry)):
        known = labels.index[labels != ""].intersection(scores.index)
        among = scores.loc[known, known].to_numpy(dtype=np.float64)
        names = np.unique(labels[known], return_inverse=True)[1]
        found[f"{prefix}auc"] = same_sector_auc(among, names), known
        order = others_by_score(among)
        for name, statistic in BY_NEIGHBOURS.items():
            found[prefix + name] = statistic(among, names, order=order, interval=False), known
        if not prefix:
            found["ari"] = adjusted_rand(among, names), known
            found["ami"] = adjusted_mutual_information(among, names), known
            if classify:
                found["sector_f1"] = sector_f1(among, names), known
    later = later_correlation(scores, later_q)
    found["future_spearman"] = future_spearman(scores, later), later.index
    found["future_peers"] = future_peers(scores, later, interval=False), later.index
    return {
        name: (estimate.value, _contributions(estimate.value, estimate, firms))
        for name, (estimate, firms) in ((name, found[name]) for name in MEASURES if name in found)
        if estimate.value is not None
    }


def _contributions(value: float, estimate: Estimate, firms: pd.Index) -> pd.Series:
    """Own values of the firms, or pseudo-values: n value - (n - 1) value without the firm."""
    if estimate.own is not None:
        return pd.Series(estimate.own, firms).dropna()
    if estimate.without is None:
        return pd.Series(value, firms, dtype=np.float64)
    pseudo = len(firms) * value - (len(firms) - 1) * estimate.without
    return pd.Series(np.where(np.isnan(pseudo), value, pseudo), firms)


ALL, UNSEEN = "all firms", "unseen firms"
"""Splits of the firms: every firm, and those that no training saw, among themselves."""


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
        Scores of the window at a position of `windows`, tickers on both axes; firms that have none
        there are not measured.
    windows : sequence of Window
        Windows to score.
    firms : DataFrame
        As `firmsim.evaluation.holdout.split` tells.
    q : DataFrame of shape (n_days, n_firms)
        Normal scores of all days, in which later co-movement is measured.

    Returns
    -------
    DataFrame
        One row a window, split, measure and firm: columns window, start, split, measure, ticker
        and value. The value of the measure stands under the ticker "", beside it what each firm
        contributes.
    """
    table = firms.set_index("ticker")
    splits = {ALL: list(table.index), UNSEEN: list(table.index[table["unseen"]])}
    parts = []
    for position, window in enumerate(windows):
        scores = score(position)
        later_q = q.iloc[window.end : window.judged]
        for split, chosen in splits.items():
            among = [ticker for ticker in chosen if ticker in scores.index]
            labels = table.loc[among]
            found = measure(
                scores.loc[among, among],
                labels["sector"],
                labels["industry"],
                later_q[among],
                classify=window.name == WHOLE,
            )
            for name, (value, contributed) in found.items():
                values = pd.concat([pd.Series({"": value}), contributed])
                parts.append(
                    pd.DataFrame(
                        {
                            "window": window.name,
                            "start": window.start,
                            "split": split,
                            "measure": name,
                            "ticker": values.index,
                            "value": values.to_numpy(),
                        }
                    )
                )
    return pd.concat(parts, ignore_index=True)


Cell = tuple[str, str, str]
"""Window, split and measure."""


@dataclass(frozen=True)
class Contributions:
    """What each firm contributes to one measure, window by window and seed by seed.

    Attributes
    ----------
    value : float
        Mean of the measure over windows and seeds.
    firms : DataFrame of shape (n_windows * n_seeds, n_firms)
        Contribution of each firm, whose mean is about the value; index (start, seed).
    """

    value: float
    firms: pd.DataFrame

    def cube(self) -> NDArray[np.float64]:
        """Contributions of shape (n_windows, n_seeds, n_firms), their mean put at the value."""
        shape = [self.firms.index.unique(level).size for level in ("start", "seed")]
        cube = self.firms.to_numpy().reshape(*shape, -1)
        return np.asarray(cube + (self.value - cube.mean()))


def contributions(found: pd.DataFrame) -> dict[Cell, Contributions]:
    """Lay out what :func:`evaluate` found for one method.

    Parameters
    ----------
    found : DataFrame
        As :func:`evaluate` tells, with a column seed.

    Returns
    -------
    dict of (window, split, measure) to Contributions
        A firm that a window does not count contributes the mean of those it does.
    """
    cells: dict[Cell, Contributions] = {}
    for (window, split, name), rows in found.groupby(["window", "split", "measure"], sort=False):
        whole = rows["ticker"] == ""
        value = float(rows.loc[whole, "value"].mean())
        firms = rows[~whole].set_index(["start", "seed", "ticker"])["value"].unstack("ticker")  # noqa: PD010
        every = pd.MultiIndex.from_product([rows["start"].unique(), rows["seed"].unique()])
        firms = firms.reindex(every.set_names(["start", "seed"]))
        filled = firms.T.fillna(firms.mean(axis=1)).T.fillna(value)
        cells[str(window), str(split), str(name)] = Contributions(value, filled)
    return cells


def tabulate(
    methods: Mapping[str, Mapping[Cell, Contributions]], draws: int, seed: int
) -> pd.DataFrame:
    """Mean of every measure with its interval, one tidy table.

    Parameters
    ----------
    methods : mapping of str to mapping
        For each method what :func:`contributions` tells.
    draws, seed : int
        Of the bootstrap over windows, seeds and firms.

    Returns
    -------
    DataFrame
        Columns of `COLUMNS`; n is the number of firms.
    """
    rows = []
    for method, cells in methods.items():
        for (window, split, name), found in cells.items():
            low, high = crossed_bootstrap(found.cube(), draws, seed)
            n = found.firms.shape[1]
            rows.append((method, window, split, name, found.value, low, high, n))
    return pd.DataFrame(rows, columns=COLUMNS)


def differences(
    methods: Mapping[str, Mapping[Cell, Contributions]],
    encoders: Iterable[str],
    comparators: Iterable[str],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Difference of every encoder to every comparator, the same windows and firms drawn for both.

    Nothing is compared where a comparator measured only a sample of the firms.

    Parameters
    ----------
    methods : mapping of str to mapping
        For each method what :func:`contributions` tells.
    encoders, comparators : iterable of str
        Names in `methods`.
    draws, seed : int
        Of the paired bootstrap.

    Returns
    -------
    DataFrame
        Columns method, against, window, split, measure, value (encoder less comparator), low, high,
        n, best: whether the comparator has the largest value of all; and p_holm: for the best,
        p of no difference after Holm's correction over every window, split and measure of the
        encoder, by the normal distribution with the spread of the interval (a thousand draws
        resolve no p small enough for a hundred cells); else NaN.
    """
    comparators = list(comparators)
    tables = [_against(methods, method, comparators, draws, seed) for method in encoders]
    empty = pd.DataFrame(columns=[*DIFFERENCES, "p_holm"])
    return pd.concat(tables, ignore_index=True) if tables else empty


def _against(
    methods: Mapping[str, Mapping[Cell, Contributions]],
    method: str,
    comparators: Sequence[str],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Rows of :func:`differences` of one encoder."""
    rows = []
    for cell, own in methods[method].items():
        against = {
            name: methods[name][cell]
            for name in comparators
            if cell in methods[name] and methods[name][cell].firms.columns.equals(own.firms.columns)
        }
        best = max(against, key=lambda name: against[name].value, default=None)
        for name, other in against.items():
            # a comparator has one seed, and stands against every seed of the encoder
            paired = own.cube() - other.cube()
            low, high = crossed_bootstrap(paired, draws, seed)
            value = own.value - other.value
            rows.append((method, name, *cell, value, low, high, paired.shape[2], name == best))
    table = pd.DataFrame(rows, columns=DIFFERENCES)
    family = table[table["best"]]
    return table.assign(p_holm=pd.Series(holm(list(_p_values(family))), family.index, float))


def _p_values(differences: pd.DataFrame) -> NDArray[np.float64]:
    """Two-sided p of no difference: normal, with the spread that the interval has."""
    spread = (differences["high"] - differences["low"]) / (2 * norm.isf((1 - CONFIDENCE) / 2))
    value = differences["value"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(np.abs(value) < ROUNDING, 0.0, np.abs(value) / spread.to_numpy())
    return np.asarray(2 * norm.sf(z))
