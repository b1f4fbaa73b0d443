"""Filters of the templates: how numbers, lists and formulas are written for a reader."""

import math
import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
SPACE = "\N{NO-BREAK SPACE}"


def number(value: float | None, digits: int = 3) -> str:
    """A number with a true minus sign; an en dash where there is none.

    Examples
    --------
    >>> number(0.7, 2), number(1234.5, 1)
    ('0.70', '1,234.5')
    """
    if value is None or math.isnan(value):
        return DASH
    if math.isinf(value):
        return ("" if value > 0 else MINUS) + "\N{INFINITY}"
    rounded = round(value, digits) + 0.0  # turns -0.0 into 0.0
    return f"{rounded:,.{digits}f}".replace("-", MINUS)


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage; an en dash where there is none.

    Examples
    --------
    >>> percent(0.931), percent(0.5, 0)
    ('93.1%', '50%')
    """
    if share is None or math.isnan(share):
        return DASH
    return f"{number(100 * share, digits)}%"


def scientific(value: float | None) -> str:
    """A number with two digits and a power of ten, as HTML; an en dash where there is none."""
    if value is None or math.isnan(value):
        return DASH
    mantissa, exponent = f"{value:.1e}".split("e")
    power = str(int(exponent)).replace("-", MINUS)
    return Markup("{}&nbsp;\N{MULTIPLICATION SIGN}&nbsp;10<sup>{}</sup>").format(mantissa, power)


def coded(text: str) -> Markup:
    """Text as HTML, with what is in backticks as code.

    Examples
    --------
    >>> str(coded("`drop` keeps one & notes it"))
    '<code>drop</code> keeps one &amp; notes it'
    """
    return Markup(re.sub(r"`(.+?)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 (escaped)


def interval(low: float, high: float, digits: int = 3) -> str:
    """An interval for a narrow column; empty where there is none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    join = " to " if low < 0 else DASH
    return f"{number(low, digits)}{join}{number(high, digits)}"


def p_value(p: float, floor: float, corrected: float | None = None) -> str:
    """A p value, or what a correction makes of it; empty where there is none.

    At its floor p is an upper bound, and so is what is made of it.
    """
    if math.isnan(p):
        return ""
    digits = max(2, math.ceil(-math.log10(floor)))
    sign = "\N{LESS-THAN OR EQUAL TO}" if p <= floor * (1 + 1e-9) else "="
    return f"p{SPACE}{sign}{SPACE}{p if corrected is None else corrected:.{digits}f}"


def listed(items: Sequence[str]) -> str:
    """Items as English.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(items) < 2:
        return "".join(items)
    return " and ".join([", ".join(items[:-1]), items[-1]])


def plural(count: int, noun: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> plural(1, "firm"), plural(1200, "firm"), plural(2, "match")
    ('1 firm', '1,200 firms', '2 matches')
    """
    ending = "" if count == 1 else "es" if noun.endswith(("s", "x", "ch")) else "s"
    return f"{count:,} {noun}{ending}"


def filled_in(formula: str, sizes: Mapping[str, int]) -> str:
    """A parameter formula with its sizes put in.

    Parameters
    ----------
    formula : str
        In the symbols h, s, d_in and d_out, for example ``h(h + d_in + 1)``.
    sizes : mapping
        Keys hidden, d_in, outputs and, where the formula has s, state.

    Returns
    -------
    str
        The same with numbers, and product dots between factors.

    Examples
    --------
    >>> filled_in("h(h + d_in + 1)", {"hidden": 64, "d_in": 43})
    '64·(64 + 43 + 1)'
    """
    keys = {"h": "hidden", "s": "state", "d_in": "d_in", "d_out": "outputs"}
    text = re.sub(r"\b(?:d_in|d_out|h|s)\b", lambda found: str(sizes[keys[found[0]]]), formula)
    return re.sub(r"(\d)(?: (?=\d)|(?=\())", "\\1\N{MIDDLE DOT}", text)
