import numpy as np
import pandas as pd
import pytest
from packed import drawn
from tiny_run import ENCODERS

from firmsim.report.curves import curve_cards, curve_figure
from firmsim.report.methods import run_methods
from firmsim.report.results import Results


def history(steps=1500):
    at = np.arange(1, steps + 1)
    table = pd.DataFrame({"step": at, "loss": at / steps, "validation_loss": np.nan})
    table.loc[[99, 199], "validation_loss"] = [0.5, 0.4]
    return table


def test_curves_are_thinned_but_validation_checks_are_kept():
    training, validation = drawn(curve_figure(history(), best_step=200))["data"]
    assert len(training["x"]) == len(training["y"]) <= 80
    assert training["x"][0] == np.mean(range(1, 20))
    assert training["y"][0] == pytest.approx(np.mean(range(1, 20)) / 1500, rel=1e-6)
    assert validation["x"].tolist() == [100, 200]
    assert validation["y"].tolist() == pytest.approx([0.5, 0.4])


@pytest.mark.parametrize(("best_step", "side"), [(200, "left"), (1490, "right")])
def test_the_kept_step_is_marked_inside_the_figure(best_step, side):
    layout = drawn(curve_figure(history(), best_step))["layout"]
    (line,), (label,) = layout["shapes"], layout["annotations"]
    assert line["x0"] == line["x1"] == label["x"] == best_step
    assert label["xanchor"] == side


def test_one_card_per_training_under_the_title_of_its_encoder(run):
    results = Results(run)
    cards = curve_cards(results, run_methods(results))
    assert [(card.title, card.seed) for card in cards] == [
        ("Elman co-movement", 0),
        ("Jordan forecast", 0),
    ]
    assert len(cards) == len(ENCODERS)
