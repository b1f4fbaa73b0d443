"""The study's page in docs/: figures and tables put in place, the text around them kept.

``python -m firmsim.trainer_study.page results/trainers``, in the project's folder, refreshes
``docs/trainers.md`` and its figures.
"""

from __future__ import annotations

import math
import re
import shutil
import sys
from pathlib import Path

import pandas as pd

from firmsim.files import atomic
from firmsim.trainer_study.figures import BUDGETS, STYLES
from firmsim.trainer_study.trials import CONTRAST, FIGURES, GRADIENT

PAGE = Path("docs/trainers.md")
"""The page, in the project's folder."""


def filled(page: str, tables: dict[str, str]) -> str:
    """Put each table between its two markers, ``<!-- name: begin -->`` and ``<!-- name: end -->``.

    Raises
    ------
    ValueError
        A marker is missing.
    """
    for name, table in tables.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(page):
            message = f"{PAGE}: has no {begin} ... {end}; put the two markers back"
            raise ValueError(message)
        before, after = pattern.split(page, maxsplit=1)
        page = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return page


def loss_table(summary: pd.DataFrame, tests: pd.DataFrame, task: str, budget: str) -> str:
    """Medians and ranges of one task at one budget, a row a case, a column a trainer.

    Parameters
    ----------
    summary, tests : DataFrame
        From :func:`firmsim.trainer_study.summary.summarise` and ``rank_tests``.
    task, budget : str
        Which rows of them.

    Returns
    -------
    str
        Markdown. Bold: a search that ends below BPTT, and italic: one above it, with a corrected
        p below .05.
    """
    part = summary[(summary["task"] == task) & (summary["budget"] == budget)]
    trainers = list(part["trainer"].unique())
    header = [STYLES[trainer][0] for trainer in trainers]
    lines = [
        "| network | " + " | ".join(header) + " |",
        "|---|" + "---|" * len(header),
    ]
    for (cell, weights, lag), case in part.groupby(["cell", "weights", "lag"], sort=False):
        name = _network(cell, weights) + (f", T = {lag}" if lag else "")
        cells = []
        for trainer in trainers:
            row = case[case["trainer"] == trainer]
            test = tests[
                (tests[["task", "cell", "weights", "lag"]] == [task, cell, weights, lag]).all(
                    axis=1
                )
                & (tests["budget"] == budget)
                & (tests["trainer"] == trainer)
            ]
            cells.append(_cell(row, test))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def tests_table(tests: pd.DataFrame) -> str:
    """How often each search ends below or above BPTT beyond chance: Markdown."""
    lines = [
        "| task | equal | trainer | cases | better | worse | undecided | median chance of better |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (task, budget, trainer), group in tests.groupby(["task", "budget", "trainer"], sort=False):
        decided = group["p_holm"] < 0.05
        better = int((decided & (group["difference"] < 0)).sum())
        worse = int((decided & (group["difference"] > 0)).sum())
        chance = group["chance_better"].median()
        lines.append(
            f"| {task} | {BUDGETS[str(budget)]} | {STYLES[str(trainer)][0]} | {len(group)} | "
            f"{better} | {worse} | {len(group) - better - worse} | {chance:.2f} |"
        )
    return "\n".join(lines)


def solved_table(summary: pd.DataFrame) -> str:
    """Share of seeds that solve the memory task within both budgets: Markdown."""
    part = summary[summary["task"] == "memory"]
    lags = sorted(part["lag"].unique())
    lines = [
        "| equal | network | trainer | " + " | ".join(f"T = {lag}" for lag in lags) + " |",
        "|---|---|---|" + "---|" * len(lags),
    ]
    for (budget, cell, weights, trainer), group in part.groupby(
        ["budget", "cell", "weights", "trainer"], sort=False
    ):
        by_lag = group.set_index("lag")
        shares = [
            f"{round(by_lag.loc[lag, 'solved'] * by_lag.loc[lag, 'seeds'])}/"
            f"{by_lag.loc[lag, 'seeds']}"
            for lag in lags
        ]
        lines.append(
            f"| {BUDGETS[str(budget)]} | {_network(cell, weights)} | {STYLES[str(trainer)][0]} | "
            + " | ".join(shares)
            + " |"
        )
    return "\n".join(lines)


def refresh(study: Path, page: Path) -> None:
    """Fill the page from a finished study.

    Parameters
    ----------
    study : Path
        Folder ``results/<run>/trainers``.
    page : Path
        The Markdown page; figures go into a folder of its name beside it.
    """
    summary, tests = (pd.read_csv(study / f"{name}.csv") for name in ("summary", "tests"))
    tables = {
        f"{task}-{budget}": loss_table(summary, tests, task, budget)
        for task in ("firm", "memory")
        for budget in BUDGETS
    }
    tables |= {"tests": tests_table(tests), "solved": solved_table(summary)}
    text = filled(page.read_text(encoding="utf-8"), tables)
    figures = page.with_suffix("")
    for name in FIGURES:
        with atomic(figures / f"{name}.png") as temporary:
            shutil.copyfile(study / f"{name}.png", temporary)
    with atomic(page) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _network(cell: object, weights: object) -> str:
    """Name of a network for people."""
    name = "LSTM" if cell == CONTRAST else str(cell).capitalize()
    return f"{name}, {weights:,} weights"


def _cell(row: pd.DataFrame, test: pd.DataFrame) -> str:
    """Median and range of one trainer in one case, marked by the test."""
    if row.empty:
        return ""
    entry = row.iloc[0]
    text = f"{entry['median']:.3f}"
    if entry["trainer"] != GRADIENT and not test.empty:
        found = test.iloc[0]
        if found["p_holm"] < 0.05 and not math.isclose(found["difference"], 0.0):
            text = f"**{text}**" if found["difference"] < 0 else f"*{text}*"
    return f"{text} ({entry['low']:.3f}-{entry['high']:.3f})"


if __name__ == "__main__":
    refresh(Path(sys.argv[1]) / "trainers", PAGE)
