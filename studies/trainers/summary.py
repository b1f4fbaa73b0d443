"""What the curves of a study show: losses at equal budgets, ranges and rank tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import PermutationMethod, mannwhitneyu

from firmsim.association.permutation.holm import holm
from trainers.memory_task import CHANCE
from trainers.settings import Study
from trainers.trials import GRADIENT

CASE = ["task", "cell", "max_parameters", "lag"]
"""Columns that identify a network and its task."""

PERMUTATIONS = 9_999
"""Maximum number of permutations of a rank test; five seeds against five have 252."""

REMEMBERED = CHANCE / 2
"""Loss (nats) below which the memory task counts as solved: half the loss of guessing."""


def at_budget(curves: pd.DataFrame, budget: str, limit: float) -> pd.DataFrame:
    """Smallest validation loss of each trial within a budget.

    Parameters
    ----------
    curves : DataFrame
        Curves of all trials, one below the other.
    budget : str
        Column that is spent: forward_passes or seconds.
    limit : float
        Size of the budget.

    Returns
    -------
    DataFrame
        Columns of :data:`CASE`, trainer, seed, budget, limit, forward_passes and seconds spent by
        the last validation check within the budget, and loss.
    """
    within = curves[curves[budget] <= limit]
    found = within.groupby([*CASE, "trainer", "seed"], as_index=False, sort=False).agg(
        forward_passes=("forward_passes", "max"),
        seconds=("seconds", "max"),
        loss=("validation_loss", "min"),
    )
    return found.assign(budget=budget, limit=limit)


def equal_budgets(curves: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Smallest validation losses at equal forward passes and at equal seconds, one below the other.

    The columns are those of :func:`at_budget`.
    """
    limits = {"forward_passes": study.forward_passes, "seconds": study.seconds}
    return pd.concat(
        [at_budget(curves, budget, limit) for budget, limit in limits.items()], ignore_index=True
    )


def summarise(losses: pd.DataFrame) -> pd.DataFrame:
    """Median and range over seeds.

    Parameters
    ----------
    losses : DataFrame
        From :func:`equal_budgets`.

    Returns
    -------
    DataFrame
        One row per case, budget and trainer.

        * median, low, high: median, smallest and largest loss of the seeds.
        * coverage: probability 1 - 2^(1 - n) that low and high of n seeds enclose the median of
          all possible seeds.
        * seeds: number of seeds.
        * solved: share of seeds that remember; missing but for the memory task.
        * forward_passes, seconds: medians of what was spent.
    """
    keys = [*CASE, "budget", "limit", "trainer"]
    table = losses.groupby(keys, as_index=False, sort=False).agg(
        median=("loss", "median"),
        low=("loss", "min"),
        high=("loss", "max"),
        seeds=("seed", "nunique"),
        solved=("loss", lambda loss: float((loss < REMEMBERED).mean())),
        forward_passes=("forward_passes", "median"),
        seconds=("seconds", "median"),
    )
    table["coverage"] = 1 - 0.5 ** (table["seeds"] - 1)
    table.loc[table["task"] != "memory", "solved"] = np.nan
    return table


def rank_tests(losses: pd.DataFrame) -> pd.DataFrame:
    """Rank test of each search against the gradient trainer.

    Mann and Whitney (1947), two-sided. The p values come from permutations, so ties do no harm:
    from all of them where there are fewer than :data:`PERMUTATIONS`. They are corrected by Holm
    (1979) over the searches of one case and budget.

    Parameters
    ----------
    losses : DataFrame
        From :func:`equal_budgets`.

    Returns
    -------
    DataFrame
        One row per case, budget and search.

        * difference: median loss less the gradient trainer's.
        * chance_better: probability that the search's loss is below the gradient trainer's, ties
          half; the effect size of Vargha and Delaney (2000).
        * p, p_holm: p value, before and after the correction.
        * seeds: number of seeds.
    """
    rows: list[dict[str, Any]] = []
    for key, case in losses.groupby([*CASE, "budget"], sort=False):
        by_trainer = {name: group["loss"] for name, group in case.groupby("trainer", sort=False)}
        gradient = by_trainer.pop(GRADIENT)
        family = []
        for trainer, loss in by_trainer.items():
            method = PermutationMethod(n_resamples=PERMUTATIONS, rng=0)
            test = mannwhitneyu(gradient, loss, method=method)
            family.append(
                dict(zip([*CASE, "budget"], key, strict=True))
                | {
                    "trainer": trainer,
                    "difference": loss.median() - gradient.median(),
                    "chance_better": test.statistic / (len(gradient) * len(loss)),
                    "p": test.pvalue,
                    "seeds": len(loss),
                }
            )
        corrected = holm([row["p"] for row in family])
        rows += [row | {"p_holm": p} for row, p in zip(family, corrected, strict=True)]
    return pd.DataFrame(rows)
