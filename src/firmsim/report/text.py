"""How numbers, lists and methods are written for a reader."""

import math
import re
from collections.abc import Mapping, Sequence

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


def number(value: float | None, digits: int = 3) -> str:
    """A number with a true minus sign; an en dash where there is none."""
    if value is None or math.isnan(value):
        return DASH
    rounded = round(value, digits) + 0.0  # turns -0.0 into 0.0
    return f"{rounded:,.{digits}f}".replace("-", MINUS)


def interval(low: float, high: float, digits: int = 3) -> str:
    """An interval such as ``0.86-0.89``; empty where there is none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    join = " to " if low < 0 else DASH
    return f"{number(low, digits)}{join}{number(high, digits)}"


def bracketed(low: float, high: float, digits: int = 3) -> str:
    """An interval to follow its value in a sentence, such as `` [0.86, 0.89]``; empty if none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f" [{number(low, digits)}, {number(high, digits)}]"


def p_value(p: float, floor: float, corrected: float | None = None) -> str:
    """A p value, or what a correction makes of it. Empty where there is none.

    At its floor p is an upper bound, and so is what is made of it.
    """
    if math.isnan(p):
        return ""
    digits = max(2, math.ceil(-math.log10(floor)))
    sign = "\N{LESS-THAN OR EQUAL TO}" if p <= floor * (1 + 1e-9) else "="
    return f"p {sign} {p if corrected is None else corrected:.{digits}f}"


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * share:.0f} %"


def listed(items: Sequence[str]) -> str:
    """Items as English: ``a, b and c``."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def plural(count: int, noun: str) -> str:
    """``1 firm``, ``2 firms``, ``2 taxes``."""
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
        For example ``64(64 + 43 + 1)``, with product dots between factors.
    """
    keys = {"h": "hidden", "s": "state", "d_in": "d_in", "d_out": "outputs"}
    text = re.sub(r"\b(?:d_in|d_out|h|s)\b", lambda found: str(sizes[keys[found[0]]]), formula)
    return re.sub(r"(\d)(?: (?=\d)|(?=\())", "\\1\N{MIDDLE DOT}", text)
