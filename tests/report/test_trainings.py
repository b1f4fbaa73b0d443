import math

import numpy as np
import pandas as pd
import pytest
from tiny_run import ENCODERS, gradients, no_gradients

from firmsim.files import write_csv
from firmsim.report.results import Results
from firmsim.report.trainings import gradient_reach, trainings


def leave(run, table):
    write_csv(table, run / f"encoders/{ENCODERS[0]}/seed0/gradients.csv")
    return Results(run)


def test_the_table_tells_the_weights_that_were_kept(run):
    table = gradients()
    table.loc[(table["weights"] == "kept") & (table["quantity"] == "half_life"), "value"] = -7.27
    row, _ = gradient_reach(leave(run, table))
    assert (row.name, row.seed, row.half_life, row.reason) == (ENCODERS[0], 0, -7.27, "")
    assert (row.spectral_radius, row.days, row.saturated) == (0.9, 60, 0.25)
    assert row.product == pytest.approx(0.9**60)


def test_without_memory_there_is_a_reason(run):
    row, _ = gradient_reach(leave(run, no_gradients()))
    assert all(map(math.isnan, (row.half_life, row.spectral_radius, row.product)))
    assert (row.reason, row.days, row.saturated, row.clipped) == ("none", 0, 0.125, 0.25)


def test_training_without_gradients_has_nothing_to_clip(run):
    path = run / f"encoders/{ENCODERS[0]}/seed0/history.csv"
    write_csv(pd.read_csv(path).assign(gradient_norm=np.nan, clipped_norm=np.nan), path)
    assert math.isnan(gradient_reach(Results(run))[0].clipped)


def test_a_count_that_differs_from_the_formula_is_shown():
    training = {
        "name": "x",
        "cell": "jordan",
        "objective": "forecast",
        "seed": 3,
        "formula": "h(s + d_in + 1) + d_out(h + 1) + s(s + d_out + 1)",
        "sizes": {"d_in": 3, "hidden": 5, "outputs": 2, "state": 4},
        "parameters_formula": 80,
        "other_parameters": 2,
        "parameters": 81,
        "steps": 1500,
        "best_step": 1000,
        "validation_loss": 0.25,
    }
    (row,) = trainings([training])
    assert row.filled == "5·(4 + 3 + 1) + 2·(5 + 1) + 4·(4 + 2 + 1)"
    assert eval(row.filled.replace("·", "*")) == row.by_formula == 80
    assert (row.parameters, row.other_parameters) == (81, 2)
