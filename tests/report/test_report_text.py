import pytest
from markupsafe import Markup

from firmsim.report.text import (
    DASH,
    MINUS,
    filled_in,
    interval,
    listed,
    number,
    p_value,
    percent,
    plural,
    scientific,
)

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.500"),
        (-0.25, f"{MINUS}0.250"),
        (-0.0001, "0.000"),
        (1234.5, "1,234.500"),
        (NAN, DASH),
        (None, DASH),
        (-INFINITY, f"{MINUS}\N{INFINITY}"),
    ],
)
def test_number(value, text):
    assert number(value) == text


def test_percent():
    assert percent(0.9314) == "93.1%"
    assert percent(-0.5, 0) == f"{MINUS}50%"
    assert percent(NAN) == percent(None) == DASH


def test_scientific():
    assert scientific(0.0018) == Markup(
        f"1.8&nbsp;\N{MULTIPLICATION SIGN}&nbsp;10<sup>{MINUS}3</sup>"
    )
    assert scientific(4.2e-16).endswith(f"<sup>{MINUS}16</sup>")
    assert scientific(12.0).endswith("<sup>1</sup>")
    assert scientific(NAN) == DASH


def test_interval():
    assert interval(0.1, 0.2, 1) == f"0.1{DASH}0.2"
    assert interval(-0.1, 0.2, 1) == f"{MINUS}0.1 to 0.2"
    assert interval(NAN, 0.2) == ""


def spaced(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_p_value():
    assert spaced(p_value(0.05, 0.05)) == "p ≤ 0.05"
    assert spaced(p_value(0.02, 0.001)) == "p = 0.020"
    assert spaced(p_value(0.004, 0.0001)) == "p = 0.0040"
    assert p_value(NAN, 0.001) == p_value(NAN, 0.001, None) == ""


def test_what_is_made_of_a_bound_is_a_bound():
    assert spaced(p_value(0.001, 0.001, 0.022)) == "p ≤ 0.022"
    assert spaced(p_value(0.002, 0.001, 0.022)) == "p = 0.022"


def test_formulas_are_filled_in():
    sizes = {"hidden": 24, "d_in": 64, "outputs": 16}
    text = filled_in("4 h(h + d_in + 2) + d_out(h + 1)", sizes)
    assert text == "4·24·(24 + 64 + 2) + 16·(24 + 1)"


def test_words():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert plural(1, "firm") == "1 firm"
    assert plural(1200, "firm") == "1,200 firms"
