"""How far back gradients reach: what the figure draws."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from firmsim.report.arrays import packed_decades
from firmsim.report.figures import POINTS
from firmsim.report.methods import Method
from firmsim.report.results import Results


def reach_data(results: Results, methods: Sequence[Method]) -> list[dict[str, Any]]:
    """Gradients of every encoder that has a memory, first seed, as the figure draws them.

    Parameters
    ----------
    results : Results
        A finished run.
    methods : sequence of Method
        Methods of the run, the encoders in the order to draw them in.

    Returns
    -------
    list of dict
        name and title of the method; lines (one per set of weights: step, whether it was kept,
        gradient norms at lags 1, 2, ...); lags and radius of the product of Jacobians of the kept
        weights; step, before and after clipping (None where training had no gradients).
        Norms are packed as logarithms.
    """
    seeds: dict[str, int] = {}
    for encoder in results.run["encoders"]:
        seeds.setdefault(encoder["name"], encoder["seed"])
    drawn = []
    for method in methods:
        if method.name not in seeds:
            continue
        table = results.gradients(method.name, seeds[method.name])
        norms = table[table["quantity"] == "gradient_norm"]
        if norms.empty:
            continue
        kept = table[table["weights"] == "kept"]
        radius = kept[kept["quantity"] == "jacobian_radius"]
        drawn.append(
            {
                "name": method.name,
                "title": method.title,
                "lines": [
                    {
                        "step": int(str(step)),
                        "kept": kind == "kept",
                        "norms": packed_decades(line["value"].to_numpy(dtype=float)),
                    }
                    for (kind, step), line in norms.groupby(["weights", "step"], sort=False)
                ],
                "lags": radius["lag"].astype(int).tolist(),
                "radius": packed_decades(radius["value"].to_numpy(dtype=float)),
            }
            | clipping_data(results.history(method.name, seeds[method.name]))
        )
    return drawn


def clipping_data(history: pd.DataFrame) -> dict[str, Any]:
    """Gradient norm before and after clipping, thinned to means of neighbouring steps.

    Parameters
    ----------
    history : DataFrame
        Columns step, gradient_norm and clipped_norm, the latter two missing where training had no
        gradients.

    Returns
    -------
    dict
        step, before and after; the latter two packed as logarithms, or None.
    """
    norms = history[["step", "gradient_norm", "clipped_norm"]]
    if norms["gradient_norm"].isna().all():
        return {"step": [], "before": None, "after": None}
    thin = norms.groupby(np.arange(len(norms)) // -(-len(norms) // POINTS)).mean()
    return {
        "step": thin["step"].round(1).tolist(),
        "before": packed_decades(thin["gradient_norm"].to_numpy(dtype=float)),
        "after": packed_decades(thin["clipped_norm"].to_numpy(dtype=float)),
    }
