"""The record of a run: configuration, data, versions and seeds."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from firmsim import __version__
from firmsim.encoders.storage import read_facts
from firmsim.files import read_csv, read_parquet, sha256, verify
from firmsim.growth import fit_days, fit_period

PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "scikit-bio",
    "torch",
    "snakemake",
    "yfinance",
    "pitindex",
    "exchange-calendars",
)
"""Packages whose versions can change a number."""

PROVENANCE = {
    "bundled": (
        "431 members of the S&P 500, adjusted for splits and dividends, from the examples of "
        "cvxportfolio 1.5.1."
    ),
    "file": "The user's own prices.",
    "yahoo": "Yahoo Finance, close adjusted for splits and dividends.",
}
"""Origin of the prices, by source."""

SURVIVORS = {
    "bundled": "Survivors only: firms that left the index before the end are missing.",
    "file": (
        "Unless you know that firms which left the market on the way are among them, take these "
        "for survivors only."
    ),
    "yahoo": "Survivors only: firms that are no longer listed are missing.",
}
"""Firms that are missing unless an index names the firms, by source of prices."""

FEW_FIRMS = 30
"""Number of firms below which the report warns that they show little."""


def run_record(
    settings: Mapping[str, Any],
    universe: Mapping[str, Any] | None,
    training_universe: Mapping[str, Any] | None,
    fit_share: float | None,
    prices: Path,
    growth: Path,
    training: Path,
    trainings: Sequence[tuple[str, int, Path, Path]],
) -> dict[str, Any]:
    """Collect the record of a run.

    The record holds no time of day, so the same run gives the same bytes.

    Parameters
    ----------
    settings : mapping
        Configuration of what was run.
    universe, training_universe : mapping or None
        Facts of the index whose members are scored, and of the one whose members training is
        pinned to, from `firmsim.firms.universes.Universe.facts`; None: no index names them.
    fit_share : float or None
        Share of the training firms' days that is the fit period; None: all of them.
    prices : Path
        Audited prices of the scored firms.
    growth, training : Path
        Growth rates (1/year) of the scored and of the training firms.
    trainings : sequence of (name, seed, model, history)
        Every training, with its weights and its losses.

    Returns
    -------
    dict
        JSON-ready: run, firmsim, versions, config, data, encoders, notes.
    """
    verify(prices)
    rates = read_parquet(growth)
    trained_on = read_parquet(training)
    fitted, end = fit_period(trained_on, fit_share), fit_days(rates, trained_on, fit_share)
    source = settings["prices"]["source"]
    return {
        "run": settings["run"],
        "firmsim": __version__,
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in PACKAGES},
        "config": dict(settings),
        "data": {
            "source": source,
            "note": f"{PROVENANCE[source]} {survivorship(source, universe, rates)}",
            "universe": None if universe is None else dict(universe),
            "training_universe": None if training_universe is None else dict(training_universe),
            "sha256": sha256(prices),
            "firms": rates.shape[1],
            "training_firms": fitted.shape[1],
            "days": len(rates),
            "first": _day(rates.index[0]),
            "last": _day(rates.index[-1]),
            "fit_last": _day(rates.index[end - 1]),
            "test_first": _day(rates.index[end]) if end < len(rates) else None,
        },
        "encoders": [_training(*training) for training in trainings],
        "notes": _notes(rates.shape[1], fitted.shape[1], len(rates)),
    }


def survivorship(source: str, universe: Mapping[str, Any] | None, rates: pd.DataFrame) -> str:
    """Describe who the firms are, and which firms are missing because they did not last.

    Parameters
    ----------
    source : str
        Source of the prices.
    universe : mapping or None
        As for :func:`run_record`.
    rates : DataFrame of shape (n_days, n_firms)
        Growth rates of the scored firms, in 1/year.

    Returns
    -------
    str
        A few sentences for the report.
    """
    if universe is None:
        return SURVIVORS[source]
    day, count, first = universe["as_of"], universe["members"], _day(rates.index[0])
    who = f"Firms: the {members_of(universe)}"
    if day is None:
        return (
            f"{who}. Survivors only: firms that left the index before are missing, and those that "
            "joined it on the way had done well by then."
        )
    missing = count - rates.shape[1]
    text = f"{who}, whatever became of them later."
    if missing:
        text += (
            f" {missing} of them have no usable prices and are missing, mostly those that are no "
            "longer listed: to that extent these are survivors."
        )
    if day > first:
        text += f" Before {day} they are survivors: the prices start on {first}."
    return text


def members_of(universe: Mapping[str, Any]) -> str:
    """Describe the members of an index: their number, the day of membership and the source.

    Parameters
    ----------
    universe : mapping
        From `firmsim.firms.universes.Universe.facts`.

    Returns
    -------
    str
        One phrase.

    Examples
    --------
    >>> facts = {"members": 499, "name": "S&P 500", "as_of": "2015-01-02", "source": "pitindex"}
    >>> members_of(facts)
    '499 members of the S&P 500 on 2015-01-02 (pitindex)'
    """
    day = universe["as_of"] or universe["known_until"]
    return (
        f"{universe['members']} members of the {universe['name']} on {day} ({universe['source']})"
    )


def _day(stamp: Any) -> str:
    """Write a day as YYYY-MM-DD."""
    return f"{stamp:%Y-%m-%d}"


def _training(name: str, seed: int, model: Path, history: Path) -> dict[str, Any]:
    """Entry of one training: sizes, number of weights and the best step."""
    facts = read_facts(model)
    steps = read_csv(history, dtype={})
    best = int(steps["validation_loss"].argmin())
    params = facts["params"]
    sizes = {
        "d_in": facts["d_in"],
        "hidden": facts["hidden"],
        "outputs": params.get("outputs", 1),
        "state": (params["state"] or facts["hidden"]) if params["cell"] == "jordan" else None,
    }
    return {
        "name": name,
        "cell": params["cell"],
        "objective": facts["objective"],
        "seed": seed,
        "formula": facts["formula"],
        "sizes": sizes,
        "parameters_formula": facts["parameters_formula"],
        "parameters": facts["parameters"],
        "other_parameters": facts["other_parameters"],
        "steps": len(steps),
        "best_step": int(steps["step"].iloc[best]),
        "validation_loss": float(steps["validation_loss"].iloc[best]),
    }


def _notes(firms: int, training_firms: int, days: int) -> list[str]:
    """Warnings for a reader when there is little data."""
    notes = []
    if firms < FEW_FIRMS:
        notes.append(
            f"{firms} firms have only {firms * (firms - 1) // 2} pairs, and few firms in each "
            "sector: differences between methods here are mostly chance. Portfolios, batches, "
            "neighbours and embeddings were cut down to what so few firms allow. Ranks across "
            "firms, which the co-movement encoders read, are coarse below about 30 firms."
        )
    if training_firms < FEW_FIRMS and training_firms != firms:
        notes.append(f"Training saw {training_firms} firms only.")
    if days < 2 * 252:
        notes.append(
            f"{days} trading days are less than two years: the fit period is short, and the days "
            "after it hardly test anything."
        )
    return notes
