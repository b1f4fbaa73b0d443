import math
import re

import numpy as np
import pandas as pd
import pytest
from test_report_figures import unpacked
from tiny_run import ENCODERS, gradients, no_gradients

from firmsim.files import write_csv
from firmsim.report.arrays import packed_decades
from firmsim.report.gradients import clipping_data, gradient_table, life_words, reach_data
from firmsim.report.methods import run_methods
from firmsim.report.page import write_report
from firmsim.report.results import Results
from firmsim.report.text import DASH, MINUS


def leave(run, table, encoder=ENCODERS[0]):
    write_csv(table, run / f"encoders/{encoder}/seed0/gradients.csv")
    return Results(run)


def drawn(results):
    return reach_data(results, run_methods(results))


def test_a_card_an_encoder_in_the_order_of_the_methods(run):
    cards = drawn(Results(run))
    assert [card["title"] for card in cards] == ["Elman co-movement", "Jordan forecast"]
    assert cards[0]["life"] == "half-life 4.0 days"
    lines = [(line["step"], line["kept"]) for line in cards[0]["lines"]]
    assert lines == [(0, False), (150, False), (300, False), (200, True)]
    norms = 10 ** (unpacked(cards[0]["lines"][0]["norms"], "i2") / 1000)
    np.testing.assert_allclose(norms, 0.5 ** (np.arange(1, 20) / 4), rtol=2e-3)
    assert cards[0]["lags"] == [1, 10, 60, 120]


def test_without_memory_there_is_a_row_but_no_card(run):
    results = leave(run, no_gradients())
    assert [card["title"] for card in drawn(results)] == ["Jordan forecast"]
    row, _ = gradient_table(results)
    assert (row["life"], row["radius"], row["far"], row["days"]) == (DASH, DASH, DASH, "")
    assert (row["why"], row["saturated"], row["clipped"]) == ("none", "12.5", "25")
    write_report(run, run / "report.html")
    assert "No half-life: none." in (run / "report.html").read_text(encoding="utf-8")


def test_the_table_tells_the_weights_that_were_kept(run):
    table = gradients()
    table.loc[(table["weights"] == "kept") & (table["quantity"] == "half_life"), "value"] = -7.27
    row, _ = gradient_table(leave(run, table))
    assert row["life"] == f"{MINUS}7.3"
    assert (row["radius"], row["days"], row["saturated"]) == ("0.90", "60", "25.0")
    assert float(row["far"]) == pytest.approx(0.9**60, rel=0.05)


def test_training_without_gradients_has_nothing_to_clip(run):
    path = run / f"encoders/{ENCODERS[0]}/seed0/history.csv"
    write_csv(pd.read_csv(path).assign(gradient_norm=np.nan, clipped_norm=np.nan), path)
    results = Results(run)
    assert drawn(results)[0]["before"] is None
    assert gradient_table(results)[0]["clipped"] == DASH
    write_report(run, run / "report.html")


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


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (4.04, "half-life 4.0 days"),
        (-7.27, "doubles in 7.3 days"),
        (1234.0, "half-life 1,234 days"),
        (math.inf, "neither fades nor grows"),
        (math.nan, "no half-life"),
    ],
)
def test_half_life_in_words(days, words):
    assert life_words(days) == words


def test_the_page_explains_the_figure(run):
    write_report(run, run / "report.html")
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "How far back gradients reach" in page
    assert re.search(r'id="reach"', page)
    assert "A half-life of 5 days means" in page
