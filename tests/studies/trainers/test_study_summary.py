"""Values at equal budgets, intervals and rank tests, on curves made by hand."""

import pandas as pd
import pytest

from trainers.settings import Study
from trainers.summary import equal_budgets, rank_tests, summarise
from trainers.trials import Trial, trials

STUDY = Study(forward_passes=100, seconds=2.0, seeds=range(5))


def curve(trainer, seed, losses, passes=(0, 50, 100, 150), seconds=(0, 1, 2.5, 3), task="memory"):
    return pd.DataFrame(
        {
            "task": task,
            "cell": "elman",
            "max_parameters": 200,
            "lag": 10,
            "trainer": trainer,
            "seed": seed,
            "forward_passes": passes,
            "seconds": seconds,
            "validation_loss": losses,
        }
    )


@pytest.fixture
def losses():
    curves = [
        curve(trainer, seed, [0.7, last + 0.2, last + 0.01 * seed, 0.0])
        for trainer, last in (("gradient", 0.5), ("genetic", 0.1), ("swarm", 0.5), ("cma-es", 0.9))
        for seed in range(5)
    ]
    return equal_budgets(pd.concat(curves), STUDY)


def test_what_lies_beyond_a_budget_does_not_count(losses):
    first = losses[(losses["trainer"] == "gradient") & (losses["seed"] == 3)]
    by_budget = first.set_index("budget")["loss"]
    assert by_budget["forward_passes"] == pytest.approx(0.53)  # the third check
    assert by_budget["seconds"] == pytest.approx(
        0.7
    )  # the second check is no better than the first


def test_median_and_range(losses):
    table = summarise(losses).set_index(["budget", "trainer"])
    row = table.loc[("forward_passes", "genetic")]
    assert row["median"] == pytest.approx(0.12)
    assert (row["low"], row["high"]) == (pytest.approx(0.10), pytest.approx(0.14))
    assert row["coverage"] == pytest.approx(0.9375)
    assert row["solved"] == 1.0
    assert table.loc[("forward_passes", "gradient"), "solved"] == 0.0


def test_rank_tests(losses):
    table = rank_tests(losses).set_index(["budget", "trainer"]).loc["forward_passes"]
    assert table.loc["genetic", "p"] == pytest.approx(2 / 252)  # 5 against 5, all ahead
    assert table.loc["genetic", "p_holm"] == pytest.approx(3 * 2 / 252)
    assert table.loc["genetic", "chance_better"] == 1.0
    assert table.loc["genetic", "difference"] == pytest.approx(-0.4)
    assert table.loc["cma-es", "chance_better"] == 0.0
    assert table.loc["swarm", "chance_better"] == 0.5
    assert table.loc["swarm", "p_holm"] == 1.0


def test_every_combination_is_a_trial():
    names = [trial.name for trial in trials(STUDY)]
    assert len(set(names)) == len(names) == (2 * 3 * 5 + 4 * 5 + 4) * 5
    assert Trial("memory", "elman", 200, 50, "swarm", 3).name in names
    assert "memory-lstm-200-lag50/gradient/seed0" in names
    assert "memory-lstm-200-lag50/swarm/seed0" not in names
