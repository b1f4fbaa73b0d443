"""All statistics of one method as one record, and those of all methods as one tidy table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from firmsim.association.attributes import FirmAttributes, attributes
from firmsim.association.disagreement import disagreements
from firmsim.association.estimate import impossible
from firmsim.association.explain import explain
from firmsim.association.horizon import horizon_correlation
from firmsim.association.inputs import AttributeInput, HorizonInput
from firmsim.association.measures import Measure, measures_in
from firmsim.association.permutation import holm_by
from firmsim.config import Association
from firmsim.similarity.scores import check_scores
from firmsim.typing import Floats

COLUMNS = ["method", "attribute", "measure", "value", "low", "high", "p", "p_holm", "n"]
"""Columns of the table of all methods."""


def associate(
    method: str,
    scores: pd.DataFrame,
    firms: pd.DataFrame,
    settings: Association,
    fit_scores: pd.DataFrame | None = None,
    horizon_q: pd.DataFrame | None = None,
    risk: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Compare the scores of one method with sector, size and the days after the fit period.

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
    horizon_q : DataFrame of shape (n_days, n_firms), optional
        Normal scores of the days after the fit period.
    risk : DataFrame of shape (n_firms, 2), optional
        Volatility and beta by ticker, from `firmsim.association.risk.volatility_and_beta`.

    Returns
    -------
    dict
        Ready for JSON. Counts of firms; ``explained`` from `firmsim.association.explain.explain`;
        ``disagreements`` from `firmsim.association.disagreement.disagreements`; ``sector``,
        ``size`` and ``horizon`` with one record per measure of `firmsim.association.measures`.

        A record has the value, its 95% interval (``low``, ``high``; null where it cannot be
        estimated), p where it is tested, the number of firms ``n`` and, where it counts neighbours,
        their number ``k``. The value is null, with a ``reason``, where these firms do not allow it.

    Raises
    ------
    FirmsError
        The firms table lacks a column or a ticker, or a size is not a number above zero.
    ValueError
        `scores` is not a score matrix.
    """
    tickers = sorted(check_scores(scores).index)  # equal scores then rank by ticker
    found = attributes(firms, tickers)
    observed_risk = None if risk is None else risk.reindex(tickers)
    values = scores.loc[tickers, tickers].to_numpy(dtype=np.float64)
    has_sector = found.observed(("sector",))
    return {
        "method": method,
        "firms": len(tickers),
        "firms_with_sector": int(has_sector.sum()),
        "firms_without_sector": int((~has_sector).sum()),
        "firms_with_size": int(found.observed(("size",)).sum()),
        "size_kind": " and ".join(found.kinds) or "unknown",
        "permutations": settings.permutations,
        "p_floor": 1 / (settings.permutations + 1),
        **_of_attributes(values, found, settings),
        "horizon": _of_horizon(fit_scores, horizon_q),
        "disagreements": disagreements(
            values[np.ix_(has_sector, has_sector)],
            found.sector[has_sector],
            [ticker for ticker, has in zip(tickers, has_sector, strict=True) if has],
        ),
        "explained": explain(values, found, observed_risk, settings),
    }


def summarise(records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Lay the records of several methods out as a tidy table.

    Parameters
    ----------
    records : iterable of mapping
        From `associate`.

    Returns
    -------
    DataFrame
        Columns method, attribute, measure, value, low, high, p, p_holm and n (firms). p_holm is
        corrected over all methods of one measure, random scores included (Holm 1979). One row per
        method and measure of the summary, in their order; missing where there is no value.
    """
    rows = []
    for record in records:
        for measure in measures_in("summary"):
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


def _of_attributes(values: Floats, found: FirmAttributes, settings: Association) -> dict[str, Any]:
    """Records of the measures of sector and of size, each over the firms that it needs."""
    measures = [*measures_in("record", "sector"), *measures_in("record", "size")]
    mixed = f"sizes are of different kinds ({', '.join(found.kinds)})"
    records: dict[str, Any] = {"sector": {}, "size": {}}
    for needed in dict.fromkeys(measure.firms for measure in measures):
        kept = found.observed(needed)
        given = AttributeInput(
            values[np.ix_(kept, kept)],
            found.sector[kept],
            found.size[kept],
            settings.permutations,
            settings.seed,
        )
        reason = mixed if "size" in needed and len(found.kinds) > 1 else None
        for measure in measures:
            if measure.firms == needed:
                records[measure.attribute][measure.section] = _record(measure, given, reason)
    return records


def _of_horizon(fit_scores: pd.DataFrame | None, horizon_q: pd.DataFrame | None) -> dict[str, Any]:
    """Records of the measures of the horizon."""
    if fit_scores is None or horizon_q is None:
        given, reason = HorizonInput(pd.DataFrame(), pd.DataFrame()), "no later days were held out"
    else:
        correlation = horizon_correlation(check_scores(fit_scores), horizon_q)
        given, reason = HorizonInput(fit_scores, correlation), None
    measures = measures_in("record", "horizon")
    return {measure.section: _record(measure, given, reason) for measure in measures}


def _record(
    measure: Measure, given: AttributeInput | HorizonInput, reason: str | None
) -> dict[str, Any]:
    """Record of one measure; without a value where there is a reason for that."""
    estimate = impossible(reason) if reason else measure.of(given)
    record: dict[str, Any] = estimate.to_json(measure.key)
    if measure.tested:
        record["p"] = estimate.p
    record["n"] = given.n
    if measure.neighbours is not None:
        record["k"] = given.k(measure.neighbours)
    return {**record, **estimate.beside}
