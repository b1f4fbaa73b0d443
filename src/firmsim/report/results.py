"""The files of a finished run, read once and checked."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from firmsim.association.measures import measures_in
from firmsim.errors import FirmsimError
from firmsim.files import read_csv, read_json, read_parquet, repair
from firmsim.run.panels import panel_names
from firmsim.run.paths import REFERENCE, SCORED, TRAINING, Paths
from firmsim.typing import Floats

NUMBERS = ("value", "low", "high", "p", "p_holm", "n")
"""Columns of the association summary that hold numbers."""


PURPOSES = {SCORED: "scoring", TRAINING: "training", REFERENCE: "ranking"}
"""What the firms of a panel are downloaded for."""


class ResultsError(FirmsimError):
    """A file of the run is missing or does not fit the others."""


@dataclass(frozen=True)
class Results:
    """The files under ``results/<run>``; scores and neighbours are read when they are needed.

    Parameters
    ----------
    folder : Path
        ``results/<run>``.

    Raises
    ------
    ResultsError
        A file is missing, the summary lacks a column, or a ticker of the scores is not in
        ``firms.csv``: names both.
    """

    folder: Path
    run: dict[str, Any] = field(init=False)
    """``run.json``: configuration, versions, data, encoders, notes."""
    summary: pd.DataFrame = field(init=False)
    """Tidy: method, attribute, measure, value, low, high, p, p_holm, n."""
    audit: pd.DataFrame = field(init=False)
    """One row per finding, as text."""
    sources: pd.DataFrame = field(init=False)
    """One row per requested ticker, as text."""

    def __post_init__(self) -> None:
        read = {
            "run": read_json(_made(self.paths.record)),
            "summary": read_csv(_made(self.paths.summary)),
            "audit": read_csv(_made(self.paths.panel(SCORED).audit)),
            "sources": read_csv(_made(self.paths.panel(SCORED).sources)),
        }
        for column in NUMBERS:
            if column not in read["summary"]:
                path = self.paths.summary
                message = f"{path}: has no column {column!r}; {repair(path)}"
                raise ResultsError(message)
            read["summary"][column] = pd.to_numeric(read["summary"][column])
        for name, value in read.items():
            object.__setattr__(self, name, value)

    @cached_property
    def requested(self) -> dict[str, pd.DataFrame]:
        """Tickers whose prices were requested, as text, by purpose: scoring, training, ranking.

        Training has tickers of its own only where its firms or days are pinned.
        """
        training = self.run["config"]["training"]
        return {
            PURPOSES[name]: read_csv(_made(self.paths.panel(name).sources))
            for name in panel_names(training["train_firms"], training["fit_end"])
        }

    @property
    def paths(self) -> Paths:
        """Where the files of the run are."""
        return Paths(self.folder)

    @cached_property
    def encoders(self) -> list[str]:
        """Names of the encoders, as configured, each once."""
        return list(dict.fromkeys(str(encoder["name"]) for encoder in self.run["encoders"]))

    @cached_property
    def comparators(self) -> list[str]:
        """Names of the comparators, as configured."""
        return list(self.run["config"]["similarity"]["comparators"])

    @property
    def methods(self) -> list[str]:
        """Encoders, then comparators."""
        return self.encoders + self.comparators

    @cached_property
    def firms(self) -> pd.DataFrame:
        """The scored firms by ticker: name, sector, industry, size (a float), its kind and date."""
        path = _made(self.paths.firms)
        table = read_csv(path).set_index("ticker")
        scored = read_parquet(_made(self.paths.scores(self.methods[0]))).index
        if len(unknown := scored.difference(table.index)):
            message = f"{path}: ticker {unknown[0]!r} has scores but no row; {repair(path)}"
            raise ResultsError(message)
        table = table.loc[scored]
        return table.assign(size=pd.to_numeric(table["size"]))

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """``association/<method>.json`` of every method."""
        paths = {name: _made(self.paths.association(name)) for name in self.methods}
        return {name: read_json(path) for name, path in paths.items()}

    @cached_property
    def reasons(self) -> dict[tuple[str, str, str], str]:
        """Why a statistic has no value, by (method, attribute, measure)."""
        found = {}
        for method, record in self.records.items():
            for measure in measures_in("summary"):
                statistic = record[measure.attribute][measure.section]
                if statistic[measure.key] is None:
                    key = (method, measure.attribute, measure.measure)
                    found[key] = str(statistic["reason"])
        return found

    @property
    def size_kind(self) -> str:
        """What size means in this run, for example ``traded value (USD/day)``."""
        return str(self.firms["size_kind"].iloc[0])

    def scores(self, method: str) -> Floats:
        """Scores in the order of `firms`.

        Parameters
        ----------
        method : str
            One of `methods`.

        Returns
        -------
        ndarray of shape (n_firms, n_firms)
            Symmetric, unit diagonal, in [-1, 1].

        Raises
        ------
        ResultsError
            The file is missing, has other firms than the first method, or a score is missing.
        """
        path = _made(self.paths.scores(method))
        tickers = self.firms.index
        scores = read_parquet(path).reindex(index=tickers, columns=tickers)
        values = scores.to_numpy(dtype=np.float64)
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
            message = f"{path}: a score of {tickers[row]!r} is missing; {repair(path)}"
            raise ResultsError(message)
        return np.asarray(np.clip((values + values.T) / 2, -1.0, 1.0))

    def neighbours(self, method: str) -> pd.DataFrame:
        """Nearest peers: columns firm, rank (from 1), neighbour, score."""
        return read_parquet(_made(self.paths.neighbours(method)))

    def history(self, encoder: str, seed: int) -> pd.DataFrame:
        """Training history: columns step, loss, validation_loss (NaN without a check), ..."""
        return read_csv(_made(self.paths.fit(encoder, seed).history), dtype={})

    def gradients(self, encoder: str, seed: int) -> pd.DataFrame:
        """Gradient diagnostics: columns step, weights, quantity, lag, value, reason."""
        path = _made(self.paths.fit(encoder, seed).gradients)
        table = read_csv(path, dtype={"reason": str})
        return table.assign(reason=table["reason"].fillna(""))


def _made(path: Path) -> Path:
    """Refuse a file that is missing."""
    if not path.exists():
        message = f"{path} is missing; run the workflow again to make it"
        raise ResultsError(message)
    return path
