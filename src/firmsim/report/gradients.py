"""How far back gradients reach: what the figure draws and the rows of its table."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from firmsim.report.arrays import packed_decades
from firmsim.report.figures import POINTS
from firmsim.report.methods import Method
from firmsim.report.results import Results
from firmsim.report.text import number

FAR = 60
"""The table tells the product of Jacobians over so many trading days, or fewer if there are none
that long."""


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
        title; life (half-life in words); lines (one a set of weights: step, whether it was kept,
        gradient norms at lags 1, 2, ...); lags, radius and norm of the product of Jacobians of
        the kept weights; step, before and after clipping (None where training had no gradients).
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
                "title": method.title,
                "life": life_words(float(_one(kept, "half_life")["value"])),
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


def gradient_table(results: Results) -> list[dict[str, str]]:
    """One row a training: the diagnostics of the weights it kept.

    Parameters
    ----------
    results : Results
        A finished run.

    Returns
    -------
    list of dict
        Keys name, seed, life, why (there is no half-life; "" where there is one), radius, far
        (spectral radius of the product of Jacobians), days (it spans, "" without), saturated and
        clipped (shares).
    """
    rows = []
    for encoder in results.run["encoders"]:
        name, seed = encoder["name"], encoder["seed"]
        table, history = results.gradients(name, seed), results.history(name, seed)
        kept = table[table["weights"] == "kept"]
        life = _one(kept, "half_life")
        far = kept[(kept["quantity"] == "jacobian_radius") & (kept["lag"] <= FAR)]
        norm, clipped = history["gradient_norm"], history["clipped_norm"]
        rows.append(
            {
                "name": str(name),
                "seed": str(seed),
                "life": _days(float(life["value"])),
                "why": str(life["reason"]),
                "radius": number(float(_one(kept, "spectral_radius")["value"]), 2),
                "far": f"{far['value'].iloc[-1]:.1e}" if len(far) else number(None),
                "days": f"{far['lag'].iloc[-1]:.0f}" if len(far) else "",
                "saturated": f"{100 * float(_one(kept, 'saturated_share')['value']):.1f}",
                "clipped": number(None)
                if norm.isna().all()
                else f"{100 * float((norm > clipped).mean()):.0f}",
            }
        )
    return rows


def life_words(days: float) -> str:
    """A half-life as a reader would say it."""
    if math.isnan(days):
        return "no half-life"
    if math.isinf(days):
        return "neither fades nor grows"
    how = "half-life" if days > 0 else "doubles in"
    return f"{how} {_days(abs(days))} days"


def _days(days: float) -> str:
    return "\N{INFINITY}" if math.isinf(days) else number(days, 1 if abs(days) < 100 else 0)


def _one(table: pd.DataFrame, quantity: str) -> "pd.Series[Any]":
    """Row of a quantity that does not depend on the lag."""
    return table[table["quantity"] == quantity].iloc[0]
