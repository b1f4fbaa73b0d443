"""Every way of a run to score pairs of firms, under the name that a reader sees."""

from dataclasses import dataclass
from typing import Literal

from firmsim.report.results import Results
from firmsim.similarity.comparators import COMPARATORS

Kind = Literal["encoder", "comparator", "random"]

CELLS = {"lstm": "LSTM", "gru": "GRU", "feedforward": "Feed-forward"}
"""Cells as people write them, where a capital letter is not enough."""

OBJECTIVES = {"comovement": "co-movement"}
"""Objectives as people write them, where their name does not do."""

NO_MEMORY = "feedforward"
"""The cell that reads one day at a time."""


@dataclass(frozen=True)
class Method:
    """One way to score pairs of firms.

    Attributes
    ----------
    name : str
        As in the configuration and in file names.
    label : str
        Short name, for sentences and narrow columns.
    title : str
        Full name.
    kind : {"encoder", "comparator", "random"}
        The random score is a kind of its own: it shows what chance gives.
    formula : str
        How a comparator is computed; empty for an encoder.
    cell, objective : str
        What an encoder is made of and trained for; empty for the others.
    seeds : tuple of int
        One per training of an encoder.
    """

    name: str
    label: str
    title: str
    kind: Kind
    formula: str = ""
    cell: str = ""
    objective: str = ""
    seeds: tuple[int, ...] = ()

    @property
    def memory(self) -> bool:
        """Whether an encoder carries anything over from one day to the next."""
        return bool(self.cell) and self.cell != NO_MEMORY


def run_methods(results: Results) -> list[Method]:
    """Encoders, comparators and the random score of a run, in that order.

    Parameters
    ----------
    results : Results
        A finished run.

    Returns
    -------
    list of Method
        Encoders and comparators each in the order of the configuration.
    """
    encoders = [_encoder(name, results) for name in results.encoders]
    others = [_comparator(name) for name in results.comparators]
    return encoders + sorted(others, key=lambda method: method.kind == "random")


def _encoder(name: str, results: Results) -> Method:
    trained = [encoder for encoder in results.run["encoders"] if encoder["name"] == name]
    cell, objective = str(trained[0]["cell"]), str(trained[0]["objective"])
    label = name
    if name == f"{cell}-{objective}":
        label = f"{CELLS.get(cell, cell.capitalize())} {OBJECTIVES.get(objective, objective)}"
    title = f"{label} (no memory)" if cell == NO_MEMORY else label
    seeds = tuple(int(encoder["seed"]) for encoder in trained)
    return Method(name, label, title, "encoder", cell=cell, objective=objective, seeds=seeds)


def _comparator(name: str) -> Method:
    comparator = COMPARATORS[name]
    kind: Kind = "random" if name == "random" else "comparator"
    return Method(name, comparator.label, comparator.title, kind, comparator.formula)
