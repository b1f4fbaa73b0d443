"""All statistics of one method as one record, and of all methods as one tidy table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.association.attributes import attributes
from firmsim.association.disagreement import disagreements
from firmsim.association.estimate import Estimate, impossible
from firmsim.association.explain import explain
from firmsim.association.future import future_spearman, later_correlation
from firmsim.association.measures import MEASURES, Measure
from firmsim.association.neighbour_count import neighbour_count
from firmsim.association.permutation import (
    holm_by,
    label_distance,
    mantel,
    mantel_within,
    permanova,
    permdisp,
    score_distance,
    size_distance,
)
from firmsim.association.retrieval import (
    knn_accuracy,
    others_by_score,
    precision_at,
    r_precision,
    same_sector_auc,
)
from firmsim.config import Association
from firmsim.similarity.scores import check_scores

__all__ = ["MEASURES", "Measure", "associate", "summarise"]

COLUMNS = ["method", "attribute", "measure", "value", "low", "high", "p", "p_holm", "n"]
"""Columns of the table of all methods."""
KNN = 5
PRECISION_AT = 10
"""Neighbours to look at; fewer where sectors are small."""


def associate(
    method: str,
    scores: pd.DataFrame,
    firms: pd.DataFrame,
    settings: Association,
    fit_scores: pd.DataFrame | None = None,
    later_q: pd.DataFrame | None = None,
    risk: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Hold the scores of one method against sector, size and the days after the fit.

    Parameters
    ----------
    method : str
        Name of the method.
    scores : DataFrame of shape (n_firms, n_firms)
        Score matrix, tickers on both axes.
    firms : DataFrame
        Columns ticker, sector, size (unit in size_kind) and size_kind; sector and size may be
        missing or empty. Firms without scores are ignored.
    settings : Association
        Number of permutations and their seed.
    fit_scores : DataFrame of shape (n_firms, n_firms), optional
        Scores of the same method from the fit period alone.
    later_q : DataFrame of shape (n_days, n_firms), optional
        Normal scores of the days after the fit period.
    risk : DataFrame of shape (n_firms, 2), optional
        Volatility and beta by ticker, from `firmsim.association.risk.volatility_and_beta`.

    Returns
    -------
    dict
        Ready for JSON: counts of firms; ``explained`` from
        `firmsim.association.explain.explain`; ``disagreements`` from
        `firmsim.association.disagreement.disagreements`; under ``sector``, ``size`` and ``future``
        one record a statistic with its value, 95 % interval (``low``, ``high``; null where it
        cannot be estimated), p where it is tested, the number of firms ``n``, the number of
        neighbours ``k`` where these are looked at, and null with a ``reason`` where these firms do
        not allow it.

    Raises
    ------
    FirmsError
        The firms table lacks a column or a ticker, or a size is not a number above zero.
    ValueError
        `scores` is not a score matrix.
    """
    tickers = sorted(check_scores(scores).index)  # equal scores then rank by ticker
    found = attributes(firms, tickers)
    sector, size, kinds = found
    known_risk = None if risk is None else risk.reindex(tickers)
    values = scores.loc[tickers, tickers].to_numpy(dtype=np.float64)
    has_sector = sector != ""
    return {
        "method": method,
        "firms": len(tickers),
        "firms_with_sector": int(has_sector.sum()),
        "firms_without_sector": int((~has_sector).sum()),
        "firms_with_size": int((~np.isnan(size)).sum()),
        "size_kind": " and ".join(kinds) or "unknown",
        "permutations": settings.permutations,
        "p_floor": 1 / (settings.permutations + 1),
        "sector": _sector(values[np.ix_(has_sector, has_sector)], sector[has_sector], settings),
        "size": _size(values, sector, size, kinds, settings),
        "future": _future(fit_scores, later_q),
        "disagreements": disagreements(
            values[np.ix_(has_sector, has_sector)],
            sector[has_sector],
            [ticker for ticker, known in zip(tickers, has_sector, strict=True) if known],
        ),
        "explained": explain(values, found, known_risk, settings),
    }


def summarise(records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Lay the records of several methods out as a tidy table.

    Parameters
    ----------
    records : iterable of mapping
        As made by `associate`.

    Returns
    -------
    DataFrame
        Columns method, attribute, measure, value, low, high, p, p_holm (corrected for having asked
        all these methods the same question, random scores among them; Holm 1979) and n (firms); one
        row a method and a measure of `MEASURES`, in their order; missing where there is no value.
    """
    rows = []
    for record in records:
        for measure in MEASURES:
            found = record[measure.attribute][measure.section]
            rows.append(
                {
                    "method": record["method"],
                    "attribute": measure.attribute,
                    "measure": measure.measure,
                    "value": found[measure.key],
                    "low": found["low"],
                    "high": found["high"],
                    "p": found.get("p"),
                    "n": found["n"],
                }
            )
    numbers = dict.fromkeys(("value", "low", "high", "p", "p_holm"), np.float64)
    table = pd.DataFrame(rows, columns=COLUMNS).astype(numbers)
    return table.assign(p_holm=holm_by(table, ["attribute", "measure"]))


def _sector(
    scores: NDArray[np.float64], sector: NDArray[Any], settings: Association
) -> dict[str, Any]:
    n = len(sector)
    draws = (settings.permutations, settings.seed)
    distance = score_distance(scores)
    knn, depth = neighbour_count(sector, KNN), neighbour_count(sector, PRECISION_AT)
    order = others_by_score(scores)
    chord = np.sqrt(2 * distance)  # between unit vectors whose cosine is the score
    anova = permanova(chord, sector, *draws)
    scatter = permdisp(chord, sector, *draws)
    return {
        "auc": _record(same_sector_auc(scores, sector), n),
        "knn_accuracy": _record(knn_accuracy(scores, sector, knn, order=order), n) | {"k": knn},
        "precision_at_10": _record(precision_at(scores, sector, depth, order=order), n)
        | {"k": depth},
        "r_precision": _record(r_precision(scores, sector, order=order), n),
        "permanova": _tested(anova.r2, n, "r2")
        | {"pseudo_f": anova.pseudo_f, "sectors": len(np.unique(sector))},
        "permdisp": _tested(scatter.eta2, n, "eta2") | {"f": scatter.f},
        "mantel": _tested(mantel(distance, label_distance(sector), *draws), n),
    }


def _size(
    scores: NDArray[np.float64],
    sector: NDArray[Any],
    size: NDArray[np.float64],
    kinds: list[str],
    settings: Association,
) -> dict[str, Any]:
    known = ~np.isnan(size)
    both = known & (sector != "")
    if len(kinds) > 1:
        mixed = impossible(f"sizes are of different kinds ({', '.join(kinds)})")
        return {
            "mantel": _tested(mixed, int(known.sum())),
            "mantel_within_sector": _tested(mixed, int(both.sum())),
        }
    draws = (settings.permutations, settings.seed)

    def distances(chosen: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return score_distance(scores[np.ix_(chosen, chosen)]), size_distance(size[chosen])

    within = mantel_within(*distances(both), sector[both], *draws)
    return {
        "mantel": _tested(mantel(*distances(known), *draws), int(known.sum())),
        "mantel_within_sector": _tested(within, int(both.sum())),
    }


def _future(fit_scores: pd.DataFrame | None, later_q: pd.DataFrame | None) -> dict[str, Any]:
    if fit_scores is None or later_q is None:
        return {"spearman": _record(impossible("no later days were held out"), 0)}
    later = later_correlation(check_scores(fit_scores), later_q)
    return {"spearman": _record(future_spearman(fit_scores, later), len(later))}


def _record(estimate: Estimate, n: int) -> dict[str, Any]:
    return estimate.to_json() | {"n": n}


def _tested(estimate: Estimate, n: int, name: str = "r") -> dict[str, Any]:
    return estimate.to_json(name) | {"p": estimate.p, "n": n}
