from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firmsim.association.permutation import (
    label_distance,
    mantel,
    mrqap,
    partial_mantel,
    permanova,
    permdisp,
    size_distance,
)

FOLDER = Path(__file__).parent.parent / "fixtures"
NEAR = {"rel": 1e-8, "abs": 1e-8}


class Fixture:
    """One data set and what R says of it."""

    def __init__(self, name):
        reference = pd.read_csv(FOLDER / "reference.csv", index_col=["fixture", "statistic"])
        self.r = reference["value"].loc[name]
        self.distance = np.loadtxt(FOLDER / f"{name}-distance.csv", delimiter=",")
        self.firms = pd.read_csv(FOLDER / f"{name}-firms.csv")
        self.sector = self.firms["sector"].to_numpy()
        self.country = self.firms["country"].to_numpy()
        self.size = size_distance(np.exp(self.firms["log_size"].to_numpy()))
        volatility = self.firms["volatility"].to_numpy()
        self.volatility = np.abs(volatility[:, None] - volatility)
        self.other = label_distance(self.sector)


@pytest.fixture(params=["even", "uneven", "tiny"])
def data(request):
    return Fixture(request.param)


def test_mantel(data):
    for other, name in ((data.size, "mantel"), (data.other, "mantel.sector")):
        assert mantel(data.distance, other, 19, 0).value == pytest.approx(data.r[name], **NEAR)


def test_partial_mantel_within_countries(data):
    found = partial_mantel(
        data.distance, data.size, {"sector": data.other}, 999, 0, strata=data.country
    )
    assert found.value == pytest.approx(data.r["mantel.partial"], **NEAR)
    if "exact.permutations" in data.r:  # vegan went through all permutations within countries
        assert data.r["exact.permutations"] == 575
        assert found.p == (1 + data.r["exact.two_sided"]) / 576


def test_permanova(data):
    found = permanova(data.distance, data.sector, 19, 0)
    assert found.r2.value == pytest.approx(data.r["adonis2.r2"], **NEAR)
    assert found.pseudo_f == pytest.approx(data.r["adonis2.f"], **NEAR)


def test_permanova_beyond_covariates(data):
    covariates = {name: data.firms[name].to_numpy() for name in ("log_size", "volatility")}
    found = permanova(data.distance, data.sector, 19, 0, covariates=covariates)
    assert found.r2.value == pytest.approx(data.r["adonis2.covariates.r2"], **NEAR)
    assert found.pseudo_f == pytest.approx(data.r["adonis2.covariates.f"], **NEAR)


@pytest.mark.parametrize("adjust", [False, True])
def test_permdisp(data, adjust):
    found = permdisp(data.distance, data.sector, 19, 0, adjust=adjust)
    name = "betadisper.adjusted" if adjust else "betadisper"
    assert found.f == pytest.approx(data.r[f"{name}.f"], **NEAR)
    for sector, dispersion in found.dispersion.items():
        assert dispersion == pytest.approx(data.r[f"{name}.{sector}"], **NEAR)


def test_mrqap(data):
    predictors = {"size": data.size, "volatility": data.volatility, "sector": data.other}
    found = mrqap(data.distance, predictors, 19, 0)
    assert found.intercept == pytest.approx(data.r["netlm.coefficient.intercept"], **NEAR)
    assert found.r2.value == pytest.approx(data.r["netlm.r2"], **NEAR)
    for name, coefficient in found.coefficients.items():
        assert coefficient.slope == pytest.approx(data.r[f"netlm.coefficient.{name}"], **NEAR)
        assert coefficient.t == pytest.approx(data.r[f"netlm.t.{name}"], **NEAR)
