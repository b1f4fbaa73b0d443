"""The study's page in docs/: fills in tables and figures, and keeps the text around them.

``make trainers`` calls it with the folder of the run, to refresh ``docs/trainers.md``.
"""

from __future__ import annotations

import math
import re
import shutil
import sys
from pathlib import Path

import pandas as pd

from firmsim.errors import FirmsimError
from firmsim.files import atomic, read_csv, verify
from firmsim.surroundings import machine_error
from trainers.figures import BUDGETS, STYLES
from trainers.paths import FIGURES, StudyPaths
from trainers.summary import CASE
from trainers.trials import CONTRAST, GRADIENT

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
    """Medians and ranges of one task at one budget: a row per case, a column per trainer.

    Parameters
    ----------
    summary, tests : DataFrame
        From :func:`trainers.summary.summarise` and ``rank_tests``.
    task, budget : str
        Selects their rows.

    Returns
    -------
    str
        Markdown. Bold: a search that ends below BPTT; italic: one that ends above it; both with a
        corrected p below 0.05.
    """
    part = summary[(summary["task"] == task) & (summary["budget"] == budget)]
    trainers = list(part["trainer"].unique())
    header = [STYLES[trainer][0] for trainer in trainers]
    lines = [
        "| network | " + " | ".join(header) + " |",
        "|---|" + "---|" * len(header),
    ]
    for (cell, size, lag), case in part.groupby(["cell", "max_parameters", "lag"], sort=False):
        name = _network(cell, size) + (f", T = {lag}" if lag else "")
        entries = []
        for trainer in trainers:
            row = case[case["trainer"] == trainer]
            test = tests[
                (tests[CASE] == [task, cell, size, lag]).all(axis=1)
                & (tests["budget"] == budget)
                & (tests["trainer"] == trainer)
            ]
            entries.append(_entry(row, test))
        lines.append(f"| {name} | " + " | ".join(entries) + " |")
    return "\n".join(lines)


def tests_table(tests: pd.DataFrame) -> str:
    """Number of cases in which each search ends below or above BPTT beyond chance: Markdown."""
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
    for (budget, cell, size, trainer), group in part.groupby(
        ["budget", "cell", "max_parameters", "trainer"], sort=False
    ):
        by_lag = group.set_index("lag")
        shares = [
            f"{round(by_lag.loc[lag, 'solved'] * by_lag.loc[lag, 'seeds'])}/"
            f"{by_lag.loc[lag, 'seeds']}"
            for lag in lags
        ]
        lines.append(
            f"| {BUDGETS[str(budget)]} | {_network(cell, size)} | {STYLES[str(trainer)][0]} | "
            + " | ".join(shares)
            + " |"
        )
    return "\n".join(lines)


def refresh(study: StudyPaths, page: Path) -> None:
    """Fill the page from a finished study.

    Parameters
    ----------
    study : StudyPaths
        Files of the study.
    page : Path
        The Markdown page; figures go into a folder of its name beside it.
    """
    summary, tests = (read_csv(file, dtype={}) for file in (study.summary, study.tests))
    tables = {
        f"{task}-{budget}": loss_table(summary, tests, task, budget)
        for task in ("firm", "memory")
        for budget in BUDGETS
    }
    tables |= {"tests": tests_table(tests), "solved": solved_table(summary)}
    text = filled(page.read_text(encoding="utf-8"), tables)
    figures = page.with_suffix("")
    for name in FIGURES:
        verify(study.figure(name))
        with atomic(figures / f"{name}.png") as temporary:
            shutil.copyfile(study.figure(name), temporary)
    with atomic(page) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _network(cell: object, size: object) -> str:
    """Name of a network in tables."""
    name = "LSTM" if cell == CONTRAST else str(cell).capitalize()
    return f"{name}, {size:,} weights"


def _entry(row: pd.DataFrame, test: pd.DataFrame) -> str:
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


def main(results: Path, page: Path = PAGE) -> None:
    """Fill the page; what is damaged or refused ends in one line.

    Parameters
    ----------
    results : Path
        Folder of the run, ``results/<run>``.
    page : Path
        The Markdown page.
    """
    try:
        refresh(StudyPaths.of(results), page)
    except FirmsimError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        if (refused := machine_error(error)) is None:
            raise
        sys.exit(f"error: {refused}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
