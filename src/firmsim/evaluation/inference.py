"""Means over windows, seeds and firms: intervals, and differences between methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.stats import norm

from firmsim.association.estimate import CONFIDENCE
from firmsim.association.permutation.holm import holm
from firmsim.typing import Floats

COLUMNS = ["method", "window", "split", "measure", "value", "low", "high", "n"]
DIFFERENCES = ["method", "against", *COLUMNS[1:], "best"]

ROUNDING = 1e-12
"""Smaller differences of means are rounding."""

Entry = tuple[str, str, str]
"""Window, split and measure."""


@dataclass(frozen=True)
class Contributions:
    """What each firm contributes to one measure, by window and seed.

    Attributes
    ----------
    value : float
        Mean of the measure over windows and seeds.
    firms : DataFrame of shape (n_windows * n_seeds, n_firms)
        Contribution of each firm, whose mean is about the value; index (start, seed).
    """

    value: float
    firms: pd.DataFrame

    def cube(self) -> Floats:
        """Contributions of shape (n_windows, n_seeds, n_firms), shifted to the value as mean."""
        shape = [self.firms.index.unique(level).size for level in ("start", "seed")]
        cube = self.firms.to_numpy().reshape(*shape, -1)
        return np.asarray(cube + (self.value - cube.mean()))


def contributions(found: pd.DataFrame) -> dict[Entry, Contributions]:
    """Contributions of the firms to every entry of one method.

    Parameters
    ----------
    found : DataFrame
        From `firmsim.evaluation.protocol.evaluate`, with a column seed.

    Returns
    -------
    dict of (window, split, measure) to Contributions
        A firm that a window does not count contributes the mean of those that it counts.
    """
    entries: dict[Entry, Contributions] = {}
    for (window, split, name), rows in found.groupby(["window", "split", "measure"], sort=False):
        whole = rows["ticker"] == ""
        value = float(rows.loc[whole, "value"].mean())
        firms = rows[~whole].set_index(["start", "seed", "ticker"])["value"].unstack("ticker")  # noqa: PD010
        every = pd.MultiIndex.from_product([rows["start"].unique(), rows["seed"].unique()])
        firms = firms.reindex(every.set_names(["start", "seed"]))
        filled = firms.T.fillna(firms.mean(axis=1)).T.fillna(value)
        entries[str(window), str(split), str(name)] = Contributions(value, filled)
    return entries


def tabulate(
    methods: Mapping[str, Mapping[Entry, Contributions]], draws: int, seed: int
) -> pd.DataFrame:
    """Mean of every measure with its interval, as one tidy table.

    Parameters
    ----------
    methods : mapping of str to mapping
        `contributions` of each method.
    draws, seed : int
        Number of draws of the bootstrap over windows, seeds and firms, and their seed.

    Returns
    -------
    DataFrame
        Columns of `COLUMNS`; n is the number of firms.
    """
    rows = []
    for method, entries in methods.items():
        for (window, split, name), found in entries.items():
            low, high = crossed_bootstrap(found.cube(), draws, seed)
            n = found.firms.shape[1]
            rows.append((method, window, split, name, found.value, low, high, n))
    return pd.DataFrame(rows, columns=COLUMNS)


def differences(
    methods: Mapping[str, Mapping[Entry, Contributions]],
    encoders: Iterable[str],
    comparators: Iterable[str],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Difference of every encoder to every comparator, over the same drawn windows and firms.

    A comparator that measured only a sample of the firms is left out.

    Parameters
    ----------
    methods : mapping of str to mapping
        `contributions` of each method.
    encoders, comparators : iterable of str
        Names in `methods`.
    draws, seed : int
        Number of draws of the paired bootstrap, and their seed.

    Returns
    -------
    DataFrame
        Columns method, against, window, split, measure, value (encoder less comparator), low, high,
        n, best (whether the comparator has the largest value of all) and p_holm.

    Notes
    -----
    p_holm is given for the best comparator, else NaN: p of no difference after Holm's correction
    over every window, split and measure of the encoder. It is from the normal distribution with the
    spread of the interval, because a thousand draws resolve no p small enough for a hundred tests.
    """
    comparators = list(comparators)
    tables = [_against(methods, method, comparators, draws, seed) for method in encoders]
    empty = pd.DataFrame(columns=[*DIFFERENCES, "p_holm"])
    return pd.concat(tables, ignore_index=True) if tables else empty


def _against(
    methods: Mapping[str, Mapping[Entry, Contributions]],
    method: str,
    comparators: Sequence[str],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Rows of `differences` of one encoder."""
    rows = []
    for entry, own in methods[method].items():
        against = {
            name: methods[name][entry]
            for name in comparators
            if entry in methods[name]
            and methods[name][entry].firms.columns.equals(own.firms.columns)
        }
        best = max(against, key=lambda name: against[name].value, default=None)
        for name, other in against.items():
            # the one seed of a comparator is compared with every seed of the encoder
            paired = own.cube() - other.cube()
            low, high = crossed_bootstrap(paired, draws, seed)
            value = own.value - other.value
            rows.append((method, name, *entry, value, low, high, paired.shape[2], name == best))
    table = pd.DataFrame(rows, columns=DIFFERENCES)
    family = table[table["best"]]
    return table.assign(p_holm=pd.Series(holm(list(_p_values(family))), family.index, float))


def _p_values(differences: pd.DataFrame) -> Floats:
    """Two-sided p of no difference: normal, with the spread that the interval has."""
    spread = (differences["high"] - differences["low"]) / (2 * norm.isf((1 - CONFIDENCE) / 2))
    value = differences["value"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(np.abs(value) < ROUNDING, 0.0, np.abs(value) / spread.to_numpy())
    return np.asarray(2 * norm.sf(z))


def crossed_bootstrap(values: Floats, draws: int, seed: int) -> tuple[float, float]:
    r"""Percentile interval of a mean over crossed units, each kind drawn with replacement.

    .. math:: \theta^* = \sum_{w,k,i} a_w b_k c_i x_{wki}

    a, b and c are the shares that windows, seeds and firms have in a draw: the pigeonhole bootstrap
    of Owen (2007), Annals of Applied Statistics 1(2). Firms are drawn independently of windows
    because the same firms are in every window. An interval over windows alone would say nothing
    about other firms. The interval is conservative.

    Parameters
    ----------
    values : array of shape (n_windows, n_seeds, n_firms)
        What each firm contributes, such as jackknife pseudo-values or their differences between
        two methods; nothing missing.
    draws : int
        Number of draws.
    seed : int
        Seed of the draws; two calls with the same seed and shape draw the same units.

    Returns
    -------
    (float, float)
        2.5th and 97.5th percentile.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(3, 2, 50))
    >>> low, high = crossed_bootstrap(values, draws=200, seed=0)
    >>> bool(low < values.mean() < high)
    True
    """
    of_windows, of_seeds, of_firms = _shares(values.shape, draws, seed)
    drawn = np.tensordot(of_firms, values, axes=(1, 2))
    means = np.einsum("bw,bk,bwk->b", of_windows, of_seeds, drawn)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


@lru_cache(maxsize=8)
def _shares(shape: tuple[int, ...], draws: int, seed: int) -> list[Floats]:
    """Share of each unit in each draw, by kind: (draws, size); cached, since tables repeat it."""
    rng = np.random.default_rng(seed)
    return [rng.multinomial(size, np.full(size, 1 / size), draws) / size for size in shape]
