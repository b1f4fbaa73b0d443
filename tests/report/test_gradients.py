import math

import numpy as np
import pandas as pd
from test_report_figures import unpacked
from tiny_run import ENCODERS, no_gradients

from firmsim.files import write_csv
from firmsim.report.arrays import packed_decades
from firmsim.report.gradients import clipping_data, reach_data
from firmsim.report.methods import run_methods
from firmsim.report.results import Results


def leave(run, table, encoder=ENCODERS[0]):
    write_csv(table, run / f"encoders/{encoder}/seed0/gradients.csv")
    return Results(run)


def drawn(results):
    return reach_data(results, run_methods(results))


def test_a_card_an_encoder_in_the_order_of_the_methods(run):
    cards = drawn(Results(run))
    assert [card["title"] for card in cards] == ["Elman co-movement", "Jordan forecast"]
    lines = [(line["step"], line["kept"]) for line in cards[0]["lines"]]
    assert lines == [(0, False), (150, False), (300, False), (200, True)]
    norms = 10 ** (unpacked(cards[0]["lines"][0]["norms"], "i2") / 1000)
    np.testing.assert_allclose(norms, 0.5 ** (np.arange(1, 20) / 4), rtol=2e-3)
    assert cards[0]["lags"] == [1, 10, 60, 120]


def test_without_memory_there_is_a_row_but_no_card(run):
    results = leave(run, no_gradients())
    assert [card["title"] for card in drawn(results)] == ["Jordan forecast"]


def test_training_without_gradients_has_nothing_to_clip(run):
    path = run / f"encoders/{ENCODERS[0]}/seed0/history.csv"
    write_csv(pd.read_csv(path).assign(gradient_norm=np.nan, clipped_norm=np.nan), path)
    results = Results(run)
    assert drawn(results)[0]["before"] is None


def test_clipping_is_thinned(run):
    history = Results(run).history(ENCODERS[0], 0)
    data = clipping_data(history)
    assert len(data["step"]) == len(unpacked(data["before"], "i2")) == 75
    before, after = (10 ** (unpacked(data[key], "i2") / 1000) for key in ("before", "after"))
    np.testing.assert_allclose(before[[0, -1]], [2, 0.5], rtol=2e-3)
    np.testing.assert_allclose(after[[0, -1]], [1, 0.5], rtol=2e-3)


def test_decades_are_packed_down_to_the_smallest():
    stored = unpacked(packed_decades(np.array([0.0, 1e-40, 1.0, 123.0])), "i2")
    assert stored.tolist() == [-32_000, -32_000, 0, round(1000 * math.log10(123))]
