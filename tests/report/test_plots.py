import numpy as np
import pandas as pd
import pytest
from packed import drawn

from firmsim.report.plots import (
    POINTS,
    figure_json,
    linear_axis,
    log_axis,
    static_figure,
    thinned,
    trace,
)

EVIL = "</script><script>alert('x')</script>\u2028&"


def figure(name="line", x=(1, 2, 4), y=(0.1, 0.2, 0.4)):
    return static_figure([trace(name, x, y)], x={"title": "x"}, y={}, unit="at %{x}")


@pytest.mark.parametrize("x", [(1, 2, 4), (1, 2, 3), (0.5, 3.5), (7,)])
def test_lines_keep_their_places(x):
    (line,) = drawn(figure(x=x, y=np.arange(len(x)) / 3))["data"]
    assert line["x"].tolist() == list(x)
    np.testing.assert_allclose(line["y"], np.arange(len(x)) / 3, rtol=1e-6)


def test_missing_values_are_gaps():
    (line,) = drawn(figure(y=(0.1, np.nan, 0.4)))["data"]
    assert np.isnan(line["y"]).tolist() == [False, True, False]


def test_a_figure_is_the_same_bytes_and_cannot_end_its_element():
    text = figure_json(figure(EVIL))
    assert text == figure_json(figure(EVIL))
    assert not set("<>\u2028") & set(text)
    assert drawn(figure(EVIL))["data"][0]["name"] == EVIL


def test_thinning_averages_neighbouring_steps():
    history = pd.DataFrame({"step": np.arange(1, 1501), "loss": 1.0})
    thin = thinned(history)
    assert len(thin) <= POINTS
    assert thin["step"].iloc[0] == np.mean(range(1, 20))
    pd.testing.assert_frame_equal(thinned(history[:POINTS]), history[:POINTS], check_dtype=False)


@pytest.mark.parametrize(
    ("low", "high", "form"), [(0.2, 2.1, ",.1f"), (0.01, 0.05, ",.2f"), (0, 5000, ",.0f")]
)
def test_ticks_of_a_linear_axis_have_the_same_digits(low, high, form):
    axis = linear_axis(np.array([low, np.nan, high]))
    assert axis["tickformat"] == form
    assert 2 <= (high - low) / axis["dtick"] <= 5


def test_a_constant_has_an_axis():
    assert linear_axis(np.array([1.0, 1.0]))["dtick"] > 0


def test_a_log_axis_ends_at_its_depth():
    axis = log_axis(10.0 ** -np.arange(20), depth=8)
    assert axis["range"] == pytest.approx([-8, 0], abs=0.6)
    assert axis["ticktext"][-1] == "1"
    assert axis["ticktext"][0] == "10<sup>\N{MINUS SIGN}6</sup>"
    assert axis["tickvals"] == pytest.approx([1e-6, 1e-3, 1])


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.1, 2.0], ["0.1", "0.2", "0.5", "1", "2"]),
        ([1.0, 1.0], ["1"]),
        ([3.1, 3.9], ["3", "4"]),
        ([0.0, np.nan, 5.0], ["5"]),
        ([0.0], ["1"]),
    ],
)
def test_a_short_log_axis_has_round_ticks(values, text):
    axis = log_axis(np.array(values), depth=3)
    ticks = [float(tick) for tick in axis["ticktext"]]
    assert ticks == pytest.approx(axis["tickvals"])
    assert set(text) <= set(axis["ticktext"])
    low, high = axis["range"]
    assert all(low <= np.log10(tick) <= high for tick in ticks)
