"""What cannot be tested is refused in one line that names the value, or given a reason."""

import numpy as np
import pytest

from firmsim.association.permutation import (
    holm,
    label_distance,
    mantel,
    mantel_within,
    mrqap,
    partial_mantel,
    permanova,
    permdisp,
)
from firmsim.errors import AssociationError

N = 8
RNG = np.random.default_rng(0)


def symmetric():
    noise = RNG.gamma(2, size=(N, N))
    return np.triu(noise, 1) + np.triu(noise, 1).T


Y, X, Z = symmetric(), symmetric(), symmetric()
LABELS = np.arange(N) % 2
NUMBER = np.arange(N) ** 1.5
ASKEW, HOLE = X.copy(), X.copy()
ASKEW[1, 2] = 9.5
HOLE[2, 5] = HOLE[5, 2] = np.nan


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mantel(Y[:, :5], X, 19, 0), r"distance: has shape \(8, 5\)"),
        (lambda: mantel(Y, X[:5, :5], 19, 0), "other: is of 5 firms, the distance is of 8"),
        (lambda: mantel(ASKEW, X, 19, 0), r"distance: is 9.5 for firms 1 and 2 but"),
        (lambda: mantel(Y, HOLE, 19, 0), "other: is nan for firms 2 and 5"),
        (lambda: mantel(Y, X, 0, 0), "permutations: 0"),
        (lambda: mantel(Y, X, 19, 0, np.arange(N)), "each of the 8 firms is alone in its own"),
        (lambda: mantel(Y, X, 19, 0, LABELS[:5]), r"strata: has shape \(5,\) for 8 firms"),
        (lambda: mantel_within(Y, X, np.array([None] + ["a"] * 7), 19, 0), "missing for firm 0"),
        (lambda: partial_mantel(Y, X, {"z": HOLE}, 19, 0), "covariate 'z': is nan"),
        (lambda: partial_mantel(Y, X, {"z": Z, "v": 2 * Z + 1}, 19, 0), "'v': is collinear"),
        (lambda: partial_mantel(Y, X, {"z": 1 - np.eye(N)}, 19, 0), "'z': is collinear with 'cons"),
        (lambda: mrqap(Y, {}, 19, 0), "predictors: there are none"),
        (lambda: mrqap(Y, {"x": X}, 19, 0, tested=["size"]), r"'size' is none .* \(x\)"),
        (lambda: mrqap(Y, {"x": X, "z": Z, "w": X - Z}, 19, 0), "'w': is collinear with .*'z'"),
        (lambda: mrqap(Y, {"x": ASKEW}, 19, 0), "predictor 'x': is"),
        (lambda: permanova(HOLE, LABELS, 19, 0), "distance: is nan"),
        (lambda: permanova(Y, LABELS[:4], 19, 0), r"labels: has shape \(4,\) for 8 firms"),
        (
            lambda: permanova(Y, LABELS, 19, 0, covariates={"beta": NUMBER[:3]}),
            r"covariate 'beta': has shape \(3,\)",
        ),
        (
            lambda: permanova(Y, LABELS, 19, 0, covariates={"beta": np.full(N, np.inf)}),
            "covariate 'beta': is inf for firm 0",
        ),
        (
            lambda: permanova(Y, LABELS, 19, 0, covariates={"a": NUMBER, "b": 3 - NUMBER}),
            "'b': is collinear with 'constant', 'a'",
        ),
        (
            lambda: permdisp(Y, LABELS, 19, 0, covariates={"one": np.ones(N)}),
            "'one': is collinear with 'constant'",
        ),
        (
            lambda: permdisp(Y, LABELS, 19, 0, covariates={"label": LABELS * 2.0}),
            "'groups': is collinear",
        ),
        (
            lambda: permanova(Y, LABELS, 19, 0, covariates={str(k): NUMBER**k for k in range(7)}),
            "covariates: 7 and 2 groups are too many for 8 firms",
        ),
        (lambda: permdisp(Y, LABELS, 19, 0, np.arange(N)), "alone in its own"),
        (lambda: holm([0.1, 1.5]), "number 1 is 1.5"),
        (lambda: holm([float("nan")]), "number 0 is nan"),
    ],
)
def test_refused(call, message):
    with pytest.raises(AssociationError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda: mantel(HOLE, X, 19, 0), "distance"),
        (lambda: mantel(Y, HOLE, 19, 0), "other"),
        (lambda: mantel(Y, X[:5, :5], 19, 0), "other"),
        (lambda: mantel(Y, X, 19, 0, LABELS[:5]), "strata"),
        (lambda: mantel(Y, X, 19, 0, np.arange(N)), "strata"),
        (lambda: mantel(Y, X, 0, 0), "permutations"),
        (lambda: mantel_within(ASKEW, X, LABELS, 19, 0), "distance"),
        (lambda: mantel_within(Y, ASKEW, LABELS, 19, 0), "other"),
        (lambda: mantel_within(Y, X[:5, :5], LABELS, 19, 0), "other"),
        (lambda: mantel_within(Y, X, LABELS[:5], 19, 0), "strata"),
        (lambda: mantel_within(Y, X, np.array([None] + ["a"] * 7), 19, 0), "strata"),
        (lambda: partial_mantel(Y[:5], X, {"z": Z}, 19, 0), "distance"),
        (lambda: partial_mantel(Y, X[:5], {"z": Z}, 19, 0), "other"),
        (lambda: partial_mantel(Y, X, {"z": Z[:5, :5]}, 19, 0), "covariate 'z'"),
        (lambda: partial_mantel(Y, X, {"z": Z, "v": 2 * Z + 1}, 19, 0), "v"),
        (lambda: partial_mantel(Y, X, {"z": Z}, 19, 0, LABELS[:5]), "strata"),
        (lambda: mrqap(HOLE, {"x": X}, 19, 0), "distance"),
        (lambda: mrqap(Y, {"x": X[:5, :5]}, 19, 0), "predictor 'x'"),
        (lambda: mrqap(Y, {}, 19, 0), "predictors"),
        (lambda: mrqap(Y, {"x": X}, 19, 0, tested=["size"]), "tested"),
        (lambda: mrqap(Y, {"x": X, "z": Z, "w": X - Z}, 19, 0), "w"),
        (lambda: mrqap(Y, {"x": X}, 19, 0, LABELS[:5]), "strata"),
        (lambda: permanova(HOLE, LABELS, 19, 0), "distance"),
        (lambda: permanova(Y, LABELS[:4], 19, 0), "labels"),
        (lambda: permanova(Y, LABELS, 19, 0, LABELS[:5]), "strata"),
        (lambda: permanova(Y, LABELS, 19, 0, covariates={"b": NUMBER[:3]}), "covariates"),
        (lambda: permanova(Y, LABELS, 19, 0, covariates={"b": HOLE[2]}), "covariates"),
        (
            lambda: permanova(Y, LABELS, 19, 0, covariates={str(k): NUMBER**k for k in range(7)}),
            "covariates",
        ),
        (lambda: permdisp(ASKEW, LABELS, 19, 0), "distance"),
        (lambda: permdisp(Y, LABELS[:4], 19, 0), "labels"),
        (lambda: permdisp(Y, LABELS, 19, 0, LABELS[:5]), "strata"),
        (lambda: holm([0.1, 1.5]), "p_values"),
    ],
)
def test_a_refusal_carries_the_name_of_what_is_wrong(call, parameter):
    with pytest.raises(AssociationError) as caught:
        call()
    assert caught.value.parameter == parameter


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (lambda: partial_mantel(Y[:2, :2], X[:2, :2], {}, 19, 0), "needs 3 firms; there are 2"),
        (lambda: partial_mantel(Y, 1 - np.eye(N), {"z": Z}, 19, 0), "equally far apart"),
        (lambda: partial_mantel(Y, 2 * Z + 1, {"z": Z}, 19, 0), "all of the attribute"),
        (lambda: partial_mantel(Z, X, {"z": Z}, 19, 0), "all of the scores"),
        (lambda: partial_mantel(Y[:3, :3], X[:3, :3], {"z": Z[:3, :3]}, 19, 0), "too few pairs"),
        (lambda: mrqap(X + Z, {"x": X, "z": Z}, 19, 0).r2, "to the last digit"),
        (lambda: mrqap(1 - np.eye(N), {"x": X}, 19, 0).r2, "equally far apart"),
        (lambda: mrqap(Y[:3, :3], {"x": X[:3, :3], "z": Z[:3, :3]}, 19, 0).r2, "too few pairs"),
        (lambda: permdisp(Y, np.arange(N), 19, 0).eta2, "several sectors"),
        (lambda: permdisp(Y, np.zeros(N), 19, 0).eta2, "several sectors"),
        (lambda: permdisp(label_distance(LABELS), LABELS, 19, 0).eta2, "equally far from its"),
    ],
)
def test_impossible(found, reason):
    assert reason in found().reason


def test_firms_alone_in_their_sector_have_no_scatter():
    labels = np.array(["a", "a", "a", "b", "b", "b", "c", "d"])
    found = permdisp(Y, labels, 19, 0)
    alone = permdisp(Y[:6, :6], labels[:6], 19, 0)
    assert found == alone
    assert set(found.dispersion) == {"a", "b"}
