"""Share of the scores that sector, size, volatility and beta explain, and what size adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from firmsim.association.attributes import FirmAttributes
from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation import (
    Mrqap,
    holm_by,
    label_distance,
    mrqap,
    score_distance,
    size_distance,
)
from firmsim.association.permutation.moments import explained, inverses_without_each
from firmsim.config import Association
from firmsim.errors import AssociationError
from firmsim.typing import Floats, Labels

TERMS = ("sector", "size", "volatility", "beta")
"""Predictors of the distances, by name."""
MIN_REGRESSION_FIRMS = 10
"""Fewest firms: with fewer, four predictors leave hardly anything of the firms to permute."""
COLUMNS = ["method", "quantity", "value", "low", "high", "p", "p_holm", "coefficient", "n"]
"""Columns of the table of all methods."""
_CONSTANT = 1e-12


def explain(
    scores: Floats, firms: FirmAttributes, risk: pd.DataFrame | None, settings: Association
) -> dict[str, Any]:
    r"""Regress the distances between firms on those in sector, size, volatility and beta.

    .. math:: 1 - s_{ij} = a + b_1 [g_i \ne g_j] + b_2 |\ln S_i - \ln S_j|
              + b_3 |\ln \sigma_i - \ln \sigma_j| + b_4 |\beta_i - \beta_j| + e_{ij}

    The test is the multiple regression quadratic assignment procedure (MRQAP) with double
    semi-partialling (Dekker, Krackhardt and Snijders 2007, Psychometrika 72).

    Sector is tested by permuting all firms. Size is tested by permuting firms within sectors: a
    sector's 0/1 distance leaves some clustering by sector, for which a free permutation rejects
    true nulls (docs/statistics.md). Volatility and beta are controlled for and not tested. Effect
    sizes and intervals are those of all pairs in both cases.

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Scores in [-1, 1].
    firms : FirmAttributes
        Sector and size of the same firms.
    risk : DataFrame of shape (n_firms, 2) or None
        Columns volatility and beta of the same firms in the same order; from
        `firmsim.association.risk.volatility_and_beta`.
    settings : Association
        Number of permutations and their seed.

    Returns
    -------
    dict
        Ready for JSON, with the keys below; null with a ``reason`` where these firms do not allow
        the regression.

        ``firms``, ``left_out``: number of firms in the regression, and of those that lack a sector,
        size, volatility or beta.

        ``terms``: one record per predictor with the partial correlation ``r``, its 95% interval,
        ``p`` (null where not tested) and the standardised ``coefficient``.

        ``r2``, ``without_size``, ``size_adds``: R2 of all predictors, R2 without size, and their
        difference with its interval.
    """
    if risk is None:
        return _none("growth rates were not given", 0, len(scores))
    values = {
        "size": firms.size,
        "volatility": risk["volatility"].to_numpy(dtype=np.float64),
        "beta": risk["beta"].to_numpy(dtype=np.float64),
    }
    used = (firms.sector != "") & np.isfinite(np.column_stack(list(values.values()))).all(axis=1)
    n, left_out = int(used.sum()), int((~used).sum())
    values = {name: column[used] for name, column in values.items()}
    sector = firms.sector[used]
    if reason := _why_not(sector, values, firms.kinds):
        return _none(reason, n, left_out)
    distance = score_distance(scores[np.ix_(used, used)])
    predictors = {
        "sector": label_distance(sector),
        "size": size_distance(values["size"]),
        "volatility": size_distance(values["volatility"]),
        "beta": np.abs(values["beta"][:, None] - values["beta"]),
    }
    draws = (settings.permutations, settings.seed)
    try:
        free = mrqap(distance, predictors, *draws, tested=["sector"])
        within = mrqap(distance, predictors, *draws, strata=sector, tested=["size"])
    except AssociationError as error:
        return _none(str(error), n, left_out)
    if free.r2.value is None:
        return _none(str(free.r2.reason), n, left_out)
    return _record(free, within, _size_adds(distance, predictors, free), n, left_out)


def explained_table(records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Lay out what explains the scores of several methods as a tidy table.

    Parameters
    ----------
    records : iterable of mapping
        From `firmsim.association.summary.associate`.

    Returns
    -------
    DataFrame
        Columns method, quantity, value, low, high, p, p_holm, coefficient (standardised, from the
        regression) and n (firms). p_holm is corrected over all methods of one quantity (Holm 1979).
        Missing where there is no value.

    Notes
    -----
    The quantities are ``sector_r2`` (PERMANOVA) and ``sector_scatter`` (PERMDISP) of all firms with
    a sector; ``<term>_given_others``, the partial correlations of the regression; ``all_r2``,
    ``without_size_r2`` and ``size_adds_r2``.
    """
    rows = [row for record in records for row in _rows(record)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    numbers = ["value", "low", "high", "p", "p_holm", "coefficient"]
    table = table.astype(dict.fromkeys(numbers, np.float64))
    return table.assign(p_holm=holm_by(table, "quantity"))


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    sector, regression = record["sector"], record["explained"]
    n = regression["firms"]
    found = {
        "sector_r2": sector["permanova"] | {"value": sector["permanova"]["r2"]},
        "sector_scatter": sector["permdisp"] | {"value": sector["permdisp"]["eta2"]},
    }
    for name in TERMS:
        term = regression["terms"][name]
        found[f"{name}_given_others"] = term | {"value": term["r"], "n": n}
    for quantity, key in (
        ("all_r2", "r2"),
        ("without_size_r2", "without_size"),
        ("size_adds_r2", "size_adds"),
    ):
        found[quantity] = regression[key] | {"n": n}
    keys = ("value", "low", "high", "p", "coefficient", "n")
    return [
        {"method": record["method"], "quantity": quantity}
        | {key: statistic.get(key) for key in keys}
        for quantity, statistic in found.items()
    ]


def _why_not(sector: Labels, values: Mapping[str, Floats], kinds: list[str]) -> str | None:
    """Why there is no regression for these firms."""
    n = len(sector)
    if len(kinds) > 1:
        return f"sizes are of different kinds ({', '.join(kinds)})"
    if n < MIN_REGRESSION_FIRMS:
        needed = f"{MIN_REGRESSION_FIRMS} firms with a sector, a size, a volatility and a beta"
        return f"needs {needed}; {n} have"
    counts = np.unique(sector, return_counts=True)[1]
    if len(counts) == 1:
        return f"all {n} firms with a sector and a size are in the same sector"
    if counts.max() == 1:
        return f"no two of the {n} firms with a sector and a size share a sector"
    for name, column in values.items():
        if np.ptp(column) <= _CONSTANT * np.abs(column).max():
            return f"all {n} firms have the same {name}"
    return None


def _size_adds(distance: Floats, predictors: Mapping[str, Floats], fitted: Mrqap) -> Estimate:
    """R2 of all predictors less R2 without size, exactly, from the partial r of size."""
    r = fitted.coefficients["size"].partial_r.value
    if fitted.r2.value is None or r is None:
        return impossible(str(fitted.r2.reason))
    others = [matrix for name, matrix in predictors.items() if name != "size"]
    each = explained(inverses_without_each([distance, predictors["size"], *others]), 0)
    each_without = explained(inverses_without_each([distance, *others]), 0)
    value = (1 - fitted.r2.value) * r**2 / (1 - r**2)
    return jackknifed(value, each - each_without, (0.0, 1.0))


def _record(free: Mrqap, within: Mrqap, adds: Estimate, n: int, left_out: int) -> dict[str, Any]:
    terms = {}
    for name in TERMS:
        found = (free if name == "sector" else within).coefficients[name]
        terms[name] = found.partial_r.to_json("r") | {
            "p": found.partial_r.p,
            "coefficient": found.beta,
        }
    total, gained = float(free.r2.value or 0.0), float(adds.value or 0.0)
    return {
        "firms": n,
        "left_out": left_out,
        "terms": terms,
        "r2": free.r2.to_json(),
        "without_size": {"value": total - gained, "low": None, "high": None},
        "size_adds": adds.to_json(),
    }


def _none(reason: str, n: int, left_out: int) -> dict[str, Any]:
    none = impossible(reason)
    return {
        "firms": n,
        "left_out": left_out,
        "reason": reason,
        "terms": {name: none.to_json("r") | {"p": None, "coefficient": None} for name in TERMS},
        "r2": none.to_json(),
        "without_size": none.to_json(),
        "size_adds": none.to_json(),
    }
