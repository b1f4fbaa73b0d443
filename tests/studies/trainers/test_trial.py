"""One trial of the study: both budgets are spent, the start is shared, the gradient vanishes."""

import pandas as pd
import pytest

from trainers.settings import Study
from trainers.trial import lag_gradients, run_trial
from trainers.trials import Trial

STUDY = Study(
    forward_passes=64,
    seconds=0.05,
    validation_checks=2,
    population=8,
    seeds=[0, 1],
    memory={"max_parameters": [40], "lags": [5], "sequences": 16},
)


def run(trainer, cell="elman", study=STUDY):
    return run_trial(Trial("memory", cell, 40, 5, trainer, 1), study, pd.DataFrame())


@pytest.mark.parametrize("trainer", ["gradient", "genetic", "annealing", "swarm", "cma-es"])
def test_runs_until_both_budgets_are_spent(trainer):
    curve = run(trainer)
    assert curve["forward_passes"].iloc[-1] >= STUDY.forward_passes
    assert curve["seconds"].iloc[-1] >= STUDY.seconds
    assert curve["forward_passes"].is_monotonic_increasing
    assert curve["seconds"].is_monotonic_increasing
    within = curve["forward_passes"] <= STUDY.forward_passes
    assert curve["forward_passes"][within].iloc[-1] == STUDY.forward_passes  # a check at the budget
    assert not ((curve["forward_passes"] > 64) & (curve["seconds"] > 0.05)).iloc[:-1].any()


def test_losses_at_equal_forward_passes_are_the_same_again():
    validation_checks = [run("swarm").iloc[:3]["validation_loss"].tolist() for _ in range(2)]
    assert validation_checks[0] == validation_checks[1]


def test_all_trainers_start_from_the_same_weights():
    starts = {run(trainer)["validation_loss"].iloc[0] for trainer in ("gradient", "cma-es")}
    assert len(starts) == 1


def test_the_gradient_of_a_plain_recurrence_vanishes_and_that_of_an_lstm_does_not():
    study = Study(memory={"lags": [100]})
    shares = {
        cell: lag_gradients(Trial("memory", cell, 200, 100, "gradient", 0), study)["share"]
        for cell in ("elman", "lstm")
    }
    assert shares["elman"].iloc[0] == shares["lstm"].iloc[0] == 1
    assert len(shares["elman"]) == 101
    assert shares["elman"].iloc[-1] < 1e-8
    assert shares["lstm"].iloc[-1] > 1e-4
