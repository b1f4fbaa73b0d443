import numpy as np
import pandas as pd
import pytest
from packed import drawn
from tiny_run import ENCODERS, no_gradients

from firmsim.files import write_csv
from firmsim.report.methods import run_methods
from firmsim.report.page import write_report
from firmsim.report.reach import reach_cards, shade
from firmsim.report.results import Results


def cards_of(results):
    return reach_cards(results, run_methods(results))


def test_one_card_per_encoder_in_the_order_of_the_methods(run):
    cards = cards_of(Results(run))
    assert [card.title for card in cards] == ["Elman co-movement", "Jordan forecast"]
    assert cards[0].half_life == 4


def test_one_line_per_set_of_weights_ever_darker(run):
    lines = drawn(cards_of(Results(run))[0].by_lag)["data"]
    names = ["step 0", "step 150", "step 300", "kept, step 200"]
    assert [line["name"] for line in lines] == names
    assert [line["opacity"] for line in lines] == [shade(0), shade(0.5), shade(1), 1]
    np.testing.assert_allclose(lines[0]["y"], 0.5 ** (np.arange(1, 20) / 4), rtol=1e-6)
    assert lines[0]["x"].tolist() == list(range(1, 20))


def test_the_product_of_jacobians_is_of_the_kept_weights(run):
    (line,) = drawn(cards_of(Results(run))[0].product)["data"]
    assert line["x"].tolist() == [1, 10, 60, 120]
    np.testing.assert_allclose(line["y"], 0.9 ** line["x"], rtol=1e-6)


def test_clipping_is_thinned(run):
    before, after = drawn(cards_of(Results(run))[0].by_step)["data"]
    assert len(before["x"]) == len(before["y"]) == 75
    np.testing.assert_allclose(before["y"][[0, -1]], [2, 0.5])
    np.testing.assert_allclose(after["y"][[0, -1]], [1, 0.5])


def test_all_cards_have_the_same_scales(run):
    path = run / f"encoders/{ENCODERS[0]}/seed0/gradients.csv"
    table = pd.read_csv(path, keep_default_na=False)
    table["value"] = pd.to_numeric(table["value"])
    table.loc[table["quantity"].isin(["gradient_norm", "jacobian_radius"]), "value"] /= 1e3
    write_csv(table, path)
    cards = cards_of(Results(run))
    for figure in ("by_lag", "product", "by_step"):
        one, other = (drawn(getattr(card, figure))["layout"] for card in cards)
        assert one["yaxis"] == other["yaxis"]
        assert one["xaxis"] == other["xaxis"]


def test_without_memory_there_is_no_card(run):
    write_csv(no_gradients(), run / f"encoders/{ENCODERS[0]}/seed0/gradients.csv")
    assert [card.title for card in cards_of(Results(run))] == ["Jordan forecast"]
    write_csv(no_gradients(), run / f"encoders/{ENCODERS[1]}/seed0/gradients.csv")
    assert cards_of(Results(run)) == []
    write_report(run, run / "report.html")


def test_training_without_gradients_has_nothing_to_clip(run):
    for encoder in ENCODERS:
        path = run / f"encoders/{encoder}/seed0/history.csv"
        write_csv(pd.read_csv(path).assign(gradient_norm=np.nan, clipped_norm=np.nan), path)
        assert cards_of(Results(run))[ENCODERS.index(encoder)].by_step is None
    write_report(run, run / "report.html")
    assert "Trained without gradients" in (run / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("share", [0, 0.25, 1])
def test_later_weights_are_drawn_darker(share):
    assert 0 < shade(share) <= 1
    assert shade(share) <= shade(1) == 1
