import pytest

from firmsim.report.text import (
    DASH,
    MINUS,
    bracketed,
    filled_in,
    interval,
    listed,
    number,
    p_value,
    plural,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.500"), (-0.25, f"{MINUS}0.250"), (-0.0001, "0.000"), (NAN, DASH), (None, DASH)],
)
def test_number(value, text):
    assert number(value) == text


def test_interval():
    assert interval(0.1, 0.2, 1) == f"0.1{DASH}0.2"
    assert interval(-0.1, 0.2, 1) == f"{MINUS}0.1 to 0.2"
    assert interval(NAN, 0.2) == ""
    assert f"r = 0.1{bracketed(-0.1, 0.2, 1)}" == f"r = 0.1 [{MINUS}0.1, 0.2]"
    assert bracketed(NAN, 0.2) == ""


def test_p_value():
    assert p_value(0.05, 0.05) == "p ≤ 0.05"
    assert p_value(0.02, 0.001) == "p = 0.020"
    assert p_value(NAN, 0.001) == p_value(NAN, 0.001, None) == ""


def test_what_is_made_of_a_bound_is_a_bound():
    assert p_value(0.001, 0.001, 0.022) == "p ≤ 0.022"
    assert p_value(0.002, 0.001, 0.022) == "p = 0.022"


def test_formulas_are_filled_in():
    sizes = {"hidden": 24, "d_in": 64, "outputs": 16}
    text = filled_in("4 h(h + d_in + 2) + d_out(h + 1)", sizes)
    assert text == "4·24·(24 + 64 + 2) + 16·(24 + 1)"


def test_words():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert plural(1, "firm") == "1 firm"
    assert plural(1200, "firm") == "1,200 firms"
