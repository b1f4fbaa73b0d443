"""Closed formulas for the number of weights of a cell."""


def elman_parameters(d_in: int, hidden: int, d_out: int) -> int:
    """Weights and biases of an Elman cell: h(h + d_in + 1) + d_out(h + 1)."""
    return hidden * (hidden + d_in + 1) + d_out * (hidden + 1)


def jordan_parameters(d_in: int, hidden: int, d_out: int, state: int) -> int:
    """Weights and biases of a Jordan cell.

    h(s + d_in + 1) + d_out(h + 1) + s(s + d_out + 1).
    """
    return hidden * (state + d_in + 1) + d_out * (hidden + 1) + state * (state + d_out + 1)
