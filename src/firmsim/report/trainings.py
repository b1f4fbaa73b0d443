"""How every training went: its parameters, its losses and how far back its gradients reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from firmsim.report.results import Results
from firmsim.report.text import filled_in

FAR = 60
"""Trading days whose product of Jacobians the table shows; fewer where a run has none that long."""


@dataclass(frozen=True)
class TrainingRow:
    """One training of an encoder.

    Attributes
    ----------
    name : str
        Name of the encoder.
    seed : int
        Seed of the training.
    formula, filled : str
        Number of the cell's parameters by formula, in symbols and with its sizes.
    parameters, by_formula : int
        Parameters of the cell as counted and as the formula gives.
    other_parameters : int
        Parameters beside the cell.
    steps, best_step : int
        Training steps, and the one whose weights were kept.
    validation_loss : float
        Loss of the kept weights on the validation days.
    """

    name: str
    seed: int
    formula: str
    filled: str
    parameters: int
    by_formula: int
    other_parameters: int
    steps: int
    best_step: int
    validation_loss: float


@dataclass(frozen=True)
class GradientReach:
    """How far back the gradients of one training reached, at the weights that were kept.

    Attributes
    ----------
    name : str
        Name of the encoder.
    seed : int
        Seed of the training.
    half_life : float
        Trading days in which the gradient halves; negative where it grows; NaN without one.
    reason : str
        Why there is no half-life; empty where there is one.
    spectral_radius : float
        Of the recurrent matrix.
    product : float
        Spectral radius of the product of the Jacobians of `days` days.
    days : int
        At most `FAR`; 0 without a product.
    saturated : float
        Share of units that pass hardly any gradient.
    clipped : float
        Share of steps whose gradient was clipped; NaN where training used no gradients.
    """

    name: str
    seed: int
    half_life: float
    reason: str
    spectral_radius: float
    product: float
    days: int
    saturated: float
    clipped: float


def trainings(encoders: Sequence[Mapping[str, Any]]) -> list[TrainingRow]:
    """Parameters and losses of every training.

    Parameters
    ----------
    encoders : sequence of mapping
        ``encoders`` of ``run.json``.

    Returns
    -------
    list of TrainingRow
        In the same order.
    """
    return [
        TrainingRow(
            name=str(encoder["name"]),
            seed=int(encoder["seed"]),
            formula=str(encoder["formula"]),
            filled=filled_in(encoder["formula"], encoder["sizes"]),
            parameters=int(encoder["parameters"]),
            by_formula=int(encoder["parameters_formula"]),
            other_parameters=int(encoder["other_parameters"]),
            steps=int(encoder["steps"]),
            best_step=int(encoder["best_step"]),
            validation_loss=float(encoder["validation_loss"]),
        )
        for encoder in encoders
    ]


def gradient_reach(results: Results) -> list[GradientReach]:
    """Gradient diagnostics of every training.

    Parameters
    ----------
    results : Results
        A finished run.

    Returns
    -------
    list of GradientReach
        In the order of ``run.json``.
    """
    return [
        _reach(
            str(encoder["name"]),
            int(encoder["seed"]),
            results.gradients(encoder["name"], encoder["seed"]),
            results.history(encoder["name"], encoder["seed"]),
        )
        for encoder in results.run["encoders"]
    ]


def _reach(name: str, seed: int, table: pd.DataFrame, history: pd.DataFrame) -> GradientReach:
    kept = table[table["weights"] == "kept"]
    values = dict(zip(kept["quantity"], kept["value"].astype(float), strict=True))
    far = kept[(kept["quantity"] == "jacobian_radius") & (kept["lag"] <= FAR)].tail(1)
    norm, clipped = history["gradient_norm"], history["clipped_norm"]
    return GradientReach(
        name=name,
        seed=seed,
        half_life=values["half_life"],
        reason=str(kept.loc[kept["quantity"] == "half_life", "reason"].iloc[0]),
        spectral_radius=values["spectral_radius"],
        product=float(far["value"].iloc[0]) if len(far) else float("nan"),
        days=int(far["lag"].iloc[0]) if len(far) else 0,
        saturated=values["saturated_share"],
        clipped=float("nan") if norm.isna().all() else float((norm > clipped).mean()),
    )
