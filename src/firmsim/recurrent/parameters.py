"""How many weights a cell has, and how large a cell is with so many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from firmsim.errors import EncoderError

if TYPE_CHECKING:
    from firmsim.recurrent.cell import Cell


def elman_parameters(d_in: int, hidden: int, d_out: int) -> int:
    """Weights and biases of an Elman cell: h(h + d_in + 1) + d_out(h + 1)."""
    return hidden * (hidden + d_in + 1) + d_out * (hidden + 1)


def jordan_parameters(d_in: int, hidden: int, d_out: int, state: int) -> int:
    """Weights and biases of a Jordan cell.

    h(s + d_in + 1) + d_out(h + 1) + s(s + d_out + 1).
    """
    return hidden * (state + d_in + 1) + d_out * (hidden + 1) + state * (state + d_out + 1)


def largest_within(kind: type[Cell], budget: int, d_in: int, d_out: int, **options: Any) -> Cell:
    """Build the cell with the most hidden units whose weights stay within a budget.

    Parameters
    ----------
    kind : type of Cell
        The recurrence.
    budget : int
        Most weights and biases.
    d_in, d_out : int
        Sizes of input and output.
    **options
        Passed on to the cell.

    Returns
    -------
    Cell
        With fresh weights.

    Raises
    ------
    EncoderError
        Even one hidden unit has more weights.
    """

    def count(hidden: int) -> int:
        with torch.device("meta"):  # sizes only, no memory, no random numbers
            return kind(d_in, hidden, d_out, **options).parameter_count

    if count(1) > budget:
        message = (
            f"max_parameters = {budget}; with {d_in} inputs and {d_out} outputs, one hidden unit "
            f"of {kind.__name__} has {count(1)} weights already"
        )
        raise EncoderError(message)
    low, high = 1, 2
    while count(high) <= budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) <= budget else (low, middle)
    return kind(d_in, low, d_out, **options)
