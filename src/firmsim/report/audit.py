"""What the audit found and which prices are missing, counted for the page."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from firmsim.config import Actions

NAMED = 10
"""Most tickers that are named with the symbol of their source."""


@dataclass(frozen=True)
class FindingKind:
    """Findings of one kind that were treated alike.

    Attributes
    ----------
    kind : str
        As in ``audit.csv``.
    about : str
        What the kind means, from the configuration's description of its action; code in backticks.
    action : str
        What was done.
    findings, firms : int
        Numbers of findings and of firms among them.
    """

    kind: str
    about: str
    action: str
    findings: int
    firms: int


@dataclass(frozen=True)
class Missing:
    """Tickers without prices, among those requested for one purpose."""

    purpose: str
    """``scoring``, ``training`` or ``ranking``."""
    lost: int
    requested: int


@dataclass(frozen=True)
class Respelt:
    """Tickers that the source of prices spells otherwise."""

    named: tuple[tuple[str, str], ...]
    """Ticker and symbol; at most `NAMED`."""
    more: int
    """Number of the others."""


def finding_kinds(audit: pd.DataFrame) -> list[FindingKind]:
    """Count findings by kind and action.

    Parameters
    ----------
    audit : DataFrame of str
        Columns ticker, date, kind, value, action.

    Returns
    -------
    list of FindingKind
        Most frequent first.
    """
    rows = []
    for (kind, action), group in audit.groupby(["kind", "action"]):
        about = Actions.model_fields[str(kind)].description or ""
        firms = int(group["ticker"].nunique())
        rows.append(FindingKind(str(kind), about, str(action), len(group), firms))
    return sorted(rows, key=lambda row: (-row.findings, row.kind, row.action))


def remarks(requested: Mapping[str, pd.DataFrame]) -> list[dict[Hashable, Any]]:
    """Tickers whose prices came with a remark, or did not come.

    Parameters
    ----------
    requested : mapping of str to DataFrame
        Requested tickers by purpose, as `firmsim.report.results.Results.requested`.

    Returns
    -------
    list of dict
        Columns of the tables, and ``purposes``, a list. What is the same for several purposes is
        one row.
    """
    tables = [table.assign(purpose=purpose) for purpose, table in requested.items()]
    rows = pd.concat([table[table["reason"] != ""] for table in tables], ignore_index=True)
    same = ["ticker", "status", "reason"]
    purposes = rows.groupby(same)["purpose"].agg(list)
    first = rows.drop_duplicates(same).drop(columns="purpose")
    return [
        row | {"purposes": purposes[tuple(row[key] for key in same)]}
        for row in first.to_dict("records")
    ]


def missing(requested: Mapping[str, pd.DataFrame]) -> list[Missing]:
    """Count the tickers without prices.

    Parameters
    ----------
    requested : mapping of str to DataFrame
        As for `remarks`.

    Returns
    -------
    list of Missing
        One per purpose that lacks any.
    """
    counts = {purpose: int((one["status"] != "ok").sum()) for purpose, one in requested.items()}
    return [
        Missing(purpose, lost, len(requested[purpose])) for purpose, lost in counts.items() if lost
    ]


def respelt(sources: pd.DataFrame) -> Respelt:
    """Tickers that were requested under another symbol.

    Parameters
    ----------
    sources : DataFrame of str
        One row per ticker; the column symbol where the source has symbols of its own.

    Returns
    -------
    Respelt
        Empty where every ticker is spelt as the source spells it.
    """
    if "symbol" not in sources:
        return Respelt((), 0)
    rows = sources[sources["symbol"] != sources["ticker"]]
    named = [(str(ticker), str(symbol)) for ticker, symbol in rows[["ticker", "symbol"]].to_numpy()]
    return Respelt(tuple(named[:NAMED]), max(0, len(named) - NAMED))
