"""Every file that a run leaves, what it holds, and the target that makes it again.

Snakemake makes again what a target asks for, and misses nothing else. So the targets ask for every
file. ``docs/reference/files.md`` is written from this list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from firmsim.run.paths import FIT_PERIOD, REFERENCE, SCORED, TRAINING, FitPaths, PanelPaths, Paths
from firmsim.run.plan import Plan

ALL, EVALUATION = TARGETS = ("all", "evaluation")
"""Targets of the package: the run, and the evaluation out of sample."""

Names = tuple[str, ...]


@dataclass(frozen=True)
class Each:
    """How often a kind of file occurs in a run.

    Parameters
    ----------
    names : callable
        Maps the plan of a run to the names within the path, one tuple per file.
    placeholders : tuple of str
        What docs write in the place of the names.
    """

    names: Callable[[Plan], Iterable[Names]]
    placeholders: Names = ()


ONCE = Each(lambda _: [()])
INDEX = Each(lambda plan: [()] if plan.universe else [])
METHOD = Each(lambda plan: [(method,) for method in plan.methods], ("<method>",))
ENCODER = Each(lambda plan: [(encoder,) for encoder in plan.encoders], ("<encoder>",))
FIT = Each(
    lambda plan: [(name, str(seed)) for name, made in plan.encoders.items() for seed in made.seeds],
    ("<encoder>", "<k>"),
)


@dataclass(frozen=True)
class ResultFile:
    """One kind of file that a run leaves.

    Parameters
    ----------
    where : callable
        Path of a file, given the layout of the run and the names within the path.
    holds : str
        What a person finds in it, in Markdown.
    targets : tuple of str
        Some of `TARGETS`: those that make it.
    each : Each
        How often it occurs.
    """

    where: Callable[..., Path]
    holds: str
    targets: Names = (ALL,)
    each: Each = ONCE

    @property
    def pattern(self) -> str:
        """Path below the folder of the run, as docs write it.

        Examples
        --------
        >>> ResultFile(lambda paths, method: paths.scores(method), "", each=METHOD).pattern
        'scores/<method>.parquet'
        """
        return self.where(Paths(Path()), *self.each.placeholders).as_posix()


def _panel(name: str, of: str, *targets: str) -> Iterable[ResultFile]:
    """Files of one panel of prices."""
    every: list[tuple[Callable[[PanelPaths], Path], str]] = [
        (lambda panel: panel.prices, f"audited prices{of}, date x ticker"),
        (lambda panel: panel.audit, "every doubtful price: ticker, date, kind, value, action"),
        (lambda panel: panel.sources, "status of each ticker, with the reason; missing sessions"),
        (lambda panel: panel.attributes, "sector, industry and size as the source knows them"),
        (lambda panel: panel.growth, f"growth rates (1/year){of}, date x ticker"),
    ]
    each = Each(lambda plan: [()] if name in plan.panels else [])
    for where, holds in every:
        yield ResultFile(lambda paths, file=where: file(paths.panel(name)), holds, targets, each)


def _fit(fit: Callable[[Paths, str, str], FitPaths], target: str) -> Iterable[ResultFile]:
    """Files of a training."""
    every: list[tuple[Callable[[FitPaths], Path], str]] = [
        (lambda made: made.model, "weights, and what it takes to use them"),
        (lambda made: made.history, "losses of the training, one row per step"),
        (lambda made: made.gradients, "how far back gradients reach"),
    ]
    for where, holds in every:
        yield ResultFile(
            lambda paths, name, seed, file=where: file(fit(paths, name, seed)),
            holds,
            (target,),
            FIT,
        )


FILES: tuple[ResultFile, ...] = (
    ResultFile(lambda run: run.report, "the page that people open"),
    ResultFile(lambda run: run.record, "versions, seeds, configuration, hashes of the data"),
    ResultFile(
        lambda run: run.universe,
        "members of the index that `firms` names: a firms table to copy and change",
        TARGETS,
        INDEX,
    ),
    ResultFile(lambda run: run.firms, "sector, industry and size of every scored firm", TARGETS),
    *_panel(SCORED, " of the scored firms", *TARGETS),
    *_panel(TRAINING, " of the firms and days that training is pinned to", ALL),
    *_panel(REFERENCE, " of the firms that training is pinned to, on all days", ALL),
    *_fit(Paths.fit, ALL),
    ResultFile(Paths.embeddings, "vectors of the firms: seed, numbers", each=ENCODER),
    ResultFile(
        lambda run, encoder: run.embeddings(encoder, FIT_PERIOD),
        "the same, from the fit period only",
        each=ENCODER,
    ),
    ResultFile(Paths.scores, "score of every pair, square, in [-1, 1]", each=METHOD),
    ResultFile(
        lambda run, method: run.scores(method, FIT_PERIOD),
        "the same, from the fit period only",
        each=METHOD,
    ),
    ResultFile(
        Paths.neighbours,
        "nearest peers of each firm: firm, rank, neighbour, score",
        each=METHOD,
    ),
    ResultFile(Paths.association, "every statistic of one method", each=METHOD),
    ResultFile(
        lambda run: run.summary,
        "method, attribute, measure, value, 95% interval, p, `p_holm` (p corrected for the number "
        "of methods), n",
    ),
    ResultFile(
        lambda run: run.explained,
        "what sector explains of the scores, and what size adds given sector, volatility and beta",
    ),
    ResultFile(lambda run: run.disagreements, "firms whose nearest peers are of another sector"),
    ResultFile(lambda run: run.evaluation.table, "means and intervals", (EVALUATION,)),
    ResultFile(
        lambda run: run.evaluation.differences,
        "every encoder less every comparator, with intervals",
        (EVALUATION,),
    ),
    ResultFile(
        lambda run: run.evaluation.figure, "measures by length of the window", (EVALUATION,)
    ),
    ResultFile(
        lambda run: run.evaluation.record,
        "versions, seeds, configuration, hashes of the data",
        (EVALUATION,),
    ),
    ResultFile(lambda run: run.evaluation.firms, "which firms are unseen", (EVALUATION,)),
    ResultFile(
        lambda run: run.evaluation.windows,
        "which days are scored, and which days judge them",
        (EVALUATION,),
    ),
    ResultFile(
        lambda run: run.evaluation.growth,
        "growth rates (1/year) of the evaluated firms",
        (EVALUATION,),
    ),
    ResultFile(
        lambda run: run.evaluation.training_growth,
        "growth rates (1/year) of the firms and days that encoders are fitted on",
        (EVALUATION,),
    ),
    *_fit(lambda run, name, seed: run.evaluation.fit(name, seed), EVALUATION),
    ResultFile(
        lambda run, method: run.evaluation.method(method),
        "every measure of every window, and what each firm contributes to it",
        (EVALUATION,),
        METHOD,
    ),
)
"""Every kind of file of a run, in the order in which a person looks for them."""


def files_of(target: str, plan: Plan, paths: Paths) -> list[Path]:
    """List every file that a target makes, on its way or at its end.

    Parameters
    ----------
    target : str
        One of `TARGETS`.
    plan : Plan
        What the run computes.
    paths : Paths
        Layout of the run.

    Returns
    -------
    list of Path
        Each file once.
    """
    return [
        file.where(paths, *names)
        for file in FILES
        if target in file.targets
        for names in file.each.names(plan)
    ]
