"""Data of the linked figures: the map, the matrix and the peers; ``static/*.js`` draw them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from firmsim.report.arrays import packed, packed_positions, packed_scores
from firmsim.report.layout import aligned, diameters, firm_map, landscape
from firmsim.report.methods import Method
from firmsim.report.ordering import block_means, block_size, dendrogram
from firmsim.report.palette import UNKNOWN, sector_marks
from firmsim.report.results import Results
from firmsim.typing import Floats

PEERS = 10
"""Nearest peers shown for each firm."""


def explore_data(results: Results, methods: Sequence[Method]) -> dict[str, Any]:
    """Everything the linked figures need.

    Parameters
    ----------
    results : Results
        A finished run.
    methods : sequence of Method
        The methods to offer, in order.

    Returns
    -------
    dict
        JSON-ready: firms, sectors, methods (with map, matrix and peers each). Arrays
        are base64, from `firmsim.report.arrays`.
    """
    firms = results.firms
    marks = sector_marks(firms["sector"])
    names = list(marks)
    sizes = firms["size"].astype(float)
    drawn = []
    reference: Floats | None = None
    for method in tqdm(methods, desc="report figures", unit="method", disable=None):
        scores = results.scores(method.name)
        positions = firm_map(scores)
        reference = landscape(positions) if reference is None else reference
        drawn.append(
            {
                "name": method.name,
                "title": method.title,
                "kind": method.kind,
                "map": packed_positions(aligned(positions, reference)),
                "matrix": matrix_data(scores),
                "peers": peer_data(results.neighbours(method.name), firms.index),
            }
        )
    return {
        "tickers": firms.index.tolist(),
        "names": firms["name"].tolist(),
        "industries": firms["industry"].tolist(),
        "sector": [names.index(sector or UNKNOWN) for sector in firms["sector"]],
        "sectors": [
            {"name": name, "colour": mark.colour, "symbol": mark.symbol, "known": name != UNKNOWN}
            for name, mark in marks.items()
        ],
        "size": [None if np.isnan(size) else float(f"{size:.4g}") for size in sizes],
        "diameter": diameters(np.asarray(sizes, dtype=np.float64)).round(1).tolist(),
        "sizeKind": results.size_kind,
        "methods": drawn,
    }


def matrix_data(scores: Floats) -> dict[str, Any]:
    """The ordered score matrix and its dendrogram, as base64.

    Parameters
    ----------
    scores : ndarray of shape (n_firms, n_firms)
        Symmetric, unit diagonal, in [-1, 1].

    Returns
    -------
    dict
        leaves, merges (pairs), heights (in 1/30,000), block (firms per row), cells (upper triangle)
        and the colour range: 1st and 99th percentile of the scores of two different firms.
    """
    tree = dendrogram(scores)
    block = block_size(len(scores))
    pairs = scores[np.triu_indices(len(scores), 1)]
    low, high = np.percentile(pairs, [1, 99])
    return {
        "leaves": packed(tree.leaves, "u2"),
        "merges": packed(tree.merges, "u2"),
        "heights": packed(np.rint(30_000 * np.clip(tree.heights, 0, 2)), "u2"),
        "block": block,
        "cells": packed_scores(block_means(scores, tree.leaves, block)),
        "low": round(float(low), 3),
        "high": round(max(float(high), float(low) + 0.01), 3),
    }


def peer_data(neighbours: pd.DataFrame, tickers: pd.Index) -> dict[str, Any]:
    """Nearest peers of every firm, as base64.

    Parameters
    ----------
    neighbours : DataFrame
        Columns firm, rank (from 1), neighbour, score.
    tickers : Index
        The firms, in order.

    Returns
    -------
    dict
        count (peers per firm), firms (positions in `tickers`), scores (in 1/10,000).
    """
    count = min(PEERS, len(tickers) - 1)
    near = neighbours[neighbours["rank"] <= count]
    wide = near.pivot_table(index="firm", columns="rank", values="neighbour", aggfunc="first")
    score = near.pivot_table(index="firm", columns="rank", values="score", aggfunc="first")
    places = tickers.get_indexer(pd.Index(wide.loc[tickers].to_numpy(dtype=object).ravel()))
    return {
        "count": count,
        "firms": packed(places, "u2"),
        "scores": packed(np.rint(10_000 * score.loc[tickers].to_numpy(dtype=float)), "i2"),
    }
