"""Runs of flagged days."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from firmsim.typing import Flags


def runs(flags: Flags) -> Iterator[tuple[int, int, int]]:
    """Runs of true values down each column.

    Parameters
    ----------
    flags : array of bool, shape (n_days, n_firms)
        Any flags.

    Yields
    ------
    tuple of int
        Column, first row and number of rows; column by column, rows ascending.

    Examples
    --------
    >>> list(runs(np.array([[True, False], [True, True], [False, True]])))
    [(0, 0, 2), (1, 1, 2)]
    """
    padded = np.pad(flags.T.astype(np.int8), ((0, 0), (1, 1)))
    edges = np.diff(padded, axis=1)
    begin, end = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (column, first), (_, last) in zip(begin.tolist(), end.tolist(), strict=True):
        yield column, first, last - first
