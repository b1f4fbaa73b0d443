"""Number of weights of a cell, and the largest cell within a number of weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from firmsim.errors import EncoderError

if TYPE_CHECKING:
    from firmsim.recurrent.cell import Cell


def elman_parameters(d_in: int, hidden: int, d_out: int) -> int:
    """Number of weights and biases of an Elman cell: h(h + d_in + 1) + d_out(h + 1).

    Examples
    --------
    >>> elman_parameters(d_in=3, hidden=5, d_out=2)
    57
    """
    return hidden * (hidden + d_in + 1) + d_out * (hidden + 1)


def jordan_parameters(d_in: int, hidden: int, d_out: int, state: int) -> int:
    """Number of weights and biases of a Jordan cell.

    h(s + d_in + 1) + d_out(h + 1) + s(s + d_out + 1).

    Examples
    --------
    >>> jordan_parameters(d_in=3, hidden=5, d_out=2, state=4)
    80
    """
    return hidden * (state + d_in + 1) + d_out * (hidden + 1) + state * (state + d_out + 1)


def largest_within(kind: type[Cell], budget: int, d_in: int, d_out: int, **options: Any) -> Cell:
    """Build the cell with the most hidden units within a number of weights.

    Parameters
    ----------
    kind : type of Cell
        The recurrence.
    budget : int
        Most weights and biases.
    d_in, d_out : int
        Sizes of input and output.
    **options
        Further arguments of the cell.

    Returns
    -------
    Cell
        With fresh weights.

    Raises
    ------
    EncoderError
        A cell with one hidden unit has more weights.

    Examples
    --------
    >>> from firmsim.recurrent import GRU
    >>> largest_within(GRU, 1_000, d_in=3, d_out=2)
    GRU(
      d_in=3, hidden=15, d_out=2, parameters=932
      (recurrence): GRU(3, 15)
    )
    """

    def count(hidden: int) -> int:
        with torch.device("meta"):  # sizes only, no memory, no random numbers
            return kind(d_in, hidden, d_out, **options).parameter_count

    if count(1) > budget:
        message = (
            f"max_parameters: {budget} is too small: {kind.__name__} with {d_in} inputs, {d_out} "
            f"outputs and one hidden unit has {count(1)} weights; raise it"
        )
        raise EncoderError(message, parameter="max_parameters")
    low, high = 1, 2
    while count(high) <= budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) <= budget else (low, middle)
    return kind(d_in, low, d_out, **options)
