import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from firmsim.errors import ConfigError, FirmsimError
from firmsim.growth import normal_scores, scaled_growth
from firmsim.similarity.comparator_scores import comparator_scores
from firmsim.similarity.comparators import COMPARATORS
from firmsim.similarity.scores import check_scores

NAMES = tuple(COMPARATORS)
MODELS = ("hmm", "catch22")
"""Compare how firms move, not whether they move on the same days."""
SPECTRAL = tuple(
    name for name in NAMES if name.startswith(("pca", "rank-correlation-", "random-matrix"))
)


def panel(n_days=150, n_firms=9, seed=0, missing=0.0):
    """Growth rates (1/year) of firms in three groups with a common market, and what follows."""
    rng = np.random.default_rng(seed)
    groups = rng.normal(size=(n_days, 3))[:, np.arange(n_firms) % 3]
    values = 4 * (rng.normal(size=(n_days, 1)) + groups + rng.normal(size=(n_days, n_firms)))
    values[rng.random(values.shape) < missing] = np.nan
    growth = pd.DataFrame(
        values,
        index=pd.date_range("2020-01-01", periods=n_days, freq="B"),
        columns=[f"F{i}" for i in range(n_firms)],
    )
    scaled = scaled_growth(growth)
    return growth, scaled, normal_scores(scaled)


def scores(name, tables, seed=0):
    return comparator_scores(name, *tables, seed=seed)


def test_records_have_names_labels_and_titles_of_their_own():
    records = COMPARATORS.values()
    assert len({record.name for record in records}) == len(NAMES)
    assert len({record.label for record in records}) == len(NAMES)
    assert len({record.title for record in records}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n_firms", [3, 9])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_scores_are_a_score_matrix(name, n_firms, missing):
    tables = panel(n_firms=n_firms, missing=missing)
    found = scores(name, tables)
    assert check_scores(found).dtypes.eq(np.float64).all()
    assert list(found.index) == list(tables[0].columns)
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(np.diag(found), 1.0)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("random", *MODELS)])
def test_groups_are_found(name):
    found = scores(name, panel(n_days=500)).to_numpy()
    same = np.equal.outer(np.arange(9) % 3, np.arange(9) % 3)
    assert found[same & ~np.eye(9, dtype=bool)].min() > found[~same].max()


@pytest.mark.parametrize("name", NAMES)
def test_constant_absent_and_hardly_listed_firms_score_zero(name):
    growth = panel()[0].assign(FLAT=0.5, GONE=np.nan)
    growth["EARLY"] = growth["F0"].where(np.arange(150) < 70)
    growth["LATE"] = growth["F0"].where(np.arange(150) >= 70)
    growth["BRIEF"] = growth["F0"].where(np.arange(150) >= 131)  # 19 days
    scaled = scaled_growth(growth)
    found = scores(name, (growth, scaled, normal_scores(scaled)))
    check_scores(found)
    if name == "random":
        return
    for firm in ("FLAT", "GONE", "BRIEF"):
        assert (found[firm].drop(firm) == 0).all()
    if name in ("co-occurrence", *MODELS, *SPECTRAL):  # firms without common days share others
        return
    assert found.loc["EARLY", "LATE"] == 0
    assert found.loc["EARLY", "F0"] > 0.5


@pytest.mark.parametrize("name", [name for name in NAMES if name != "random"])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_the_order_of_the_firms_does_not_matter(name, missing):
    growth = panel(missing=missing)[0]
    other = growth[list(growth.columns[::-1])]
    found, mirrored = (
        scores(name, (table, scaled_growth(table), normal_scores(scaled_growth(table))))
        for table in (growth, other)
    )
    mirrored = mirrored.loc[growth.columns, growth.columns]
    pd.testing.assert_frame_equal(found, mirrored, rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_scores_of_proportional_firms_never_leave_the_range(name):
    growth = panel(n_firms=12)[0]
    growth = pd.concat([growth, 0.3 * growth.add_suffix("X"), -7 * growth.add_suffix("Y")], axis=1)
    scaled = scaled_growth(growth)
    found = scores(name, (growth, scaled, normal_scores(scaled)))
    assert abs(found).max(axis=None) == 1


@pytest.mark.parametrize("name", [name for name in NAMES if name != "random"])
def test_the_unit_of_growth_does_not_matter(name):
    growth, scaled, q = panel(missing=0.1)
    expected = scores(name, (growth, scaled, q))
    for unit in (1e-4, 1e4):
        pd.testing.assert_frame_equal(
            scores(name, (growth * unit, scaled, q)), expected, rtol=0, atol=1e-7
        )


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_ewma_is_pandas(missing):
    growth, scaled, q = panel(n_days=400, missing=missing)
    expected = growth.ewm(halflife=60).corr().loc[growth.index[-1]]
    found = scores("ewma", (growth, scaled, q))
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_ewma_of_a_century_is_that_of_its_last_years():
    growth = panel(n_days=25_000, n_firms=3)[0]
    growth.iloc[-1000:, 0] = np.nan  # only days of tiny weight are left
    found = scores("ewma", (growth, growth, growth))
    late = growth.iloc[-4000:]
    pd.testing.assert_frame_equal(found, scores("ewma", (late, late, late)), atol=1e-9)


def test_shaped_and_filtered_scores_start_from_the_right_matrix():
    tables = panel(n_days=300)
    growth, _, q = tables
    values, vectors = np.linalg.eigh(q.corr().to_numpy())
    for power in (1.25, 1.5):
        shape = (vectors * np.maximum(values, 0) ** power) @ vectors.T
        expected = shape / np.sqrt(np.outer(np.diag(shape), np.diag(shape)))
        found = scores(f"rank-correlation-{power}", tables)
        np.testing.assert_allclose(found, expected, atol=1e-10)
    values, vectors = np.linalg.eigh(growth.corr().to_numpy())
    rest = (vectors[:, :-1] * values[:-1]) @ vectors[:, :-1].T
    expected = rest / np.sqrt(np.outer(np.diag(rest), np.diag(rest)))
    for k in (20, 50):
        found = scores(f"pca-{k}-without-first", tables)
        np.testing.assert_allclose(found, expected, atol=1e-10)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("comparators", {"numpy", "pandas", "scipy", "torch"}),
        ("comparator_scores", {"sklearn", "torch", "hmmlearn", "dtaidistance", "pycatch22"}),
    ],
)
def test_no_library_is_loaded_before_a_comparator_asks_for_it(module, absent):
    code = f"import sys, firmsim.similarity.{module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & absent


def test_pearson_and_rank_correlation_are_pandas():
    growth, scaled, q = panel(missing=0.3)
    tables = growth, scaled, q
    pd.testing.assert_frame_equal(scores("pearson", tables), growth.corr(), atol=1e-12)
    pd.testing.assert_frame_equal(scores("rank-correlation", tables), q.corr(), atol=1e-12)


def test_spearman_is_pandas_where_no_day_is_missing_and_close_elsewhere():
    tables = panel()
    expected = tables[0].corr(method="spearman")
    pd.testing.assert_frame_equal(scores("spearman", tables), expected, atol=1e-12)
    holes = panel(n_days=1000, missing=0.1)
    expected = holes[0].corr(method="spearman")
    np.testing.assert_allclose(scores("spearman", holes), expected, atol=0.01)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_market_residual_matches_a_regression_a_firm(missing):
    tables = panel(missing=missing)
    growth = tables[0]
    residuals = {}
    for firm in growth:
        market = growth.drop(columns=firm).mean(axis=1)
        days = growth[firm].notna() & market.notna()
        slope, intercept = np.polyfit(market[days], growth[firm][days], 1)
        residuals[firm] = (growth[firm] - intercept - slope * market)[days]
    expected = pd.DataFrame(residuals, index=growth.index).corr()
    pd.testing.assert_frame_equal(scores("market-residual", tables), expected, atol=1e-10)


def test_market_residual_of_a_day_with_one_firm_is_missing():
    growth = panel(n_days=60, n_firms=3)[0]
    growth.iloc[:10, 1:] = np.nan
    scaled = scaled_growth(growth)
    found = scores("market-residual", (growth, scaled, normal_scores(scaled)))
    later = growth.iloc[10:]
    rest = scaled.iloc[10:]
    expected = scores("market-residual", (later, rest, normal_scores(rest)))
    pd.testing.assert_frame_equal(found, expected)


def test_principal_components_match_a_plain_decomposition():
    tables = panel(n_firms=15)
    values, vectors = np.linalg.eigh(tables[2].corr().to_numpy())
    loadings = (vectors * np.sqrt(np.maximum(values, 0)))[:, -10:]
    loadings /= np.linalg.norm(loadings, axis=1, keepdims=True)
    np.testing.assert_allclose(scores("pca-10", tables), loadings @ loadings.T, atol=1e-10)


def test_more_components_than_firms_are_all_there_are():
    tables = panel(n_firms=6)
    pd.testing.assert_frame_equal(scores("pca-10", tables), scores("pca-50", tables))
    # q is centred across firms, so n - 1 components hold its whole correlation matrix, nearly.
    np.testing.assert_allclose(scores("pca-50", tables), tables[2].corr(), atol=0.05)


def test_rbf_matches_loops():
    tables = panel(missing=0.2)
    scaled = tables[1]
    distance = pd.DataFrame(0.0, index=scaled.columns, columns=scaled.columns)
    for i in scaled:
        for j in scaled:
            distance.loc[i, j] = ((scaled[i] - scaled[j]) ** 2).mean()
    median = np.median(distance.to_numpy()[np.triu_indices(9, 1)])
    expected = np.exp(-distance / (2 * median))
    pd.testing.assert_frame_equal(scores("rbf", tables), expected, atol=1e-12)


def test_identical_firms_score_one():
    growth = panel(n_firms=1)[0]
    growth = pd.concat([growth["F0"].rename(name) for name in "ABC"], axis=1)
    scaled = scaled_growth(growth)
    tables = growth, scaled, normal_scores(scaled)
    for name in ("pearson", "spearman", "rbf"):
        np.testing.assert_allclose(scores(name, tables), 1.0)


def test_firms_that_are_the_market_have_no_residual():
    growth = panel(n_firms=1)[0]
    growth = pd.concat([growth["F0"].rename(name) for name in "ABC"], axis=1)
    scaled = scaled_growth(growth)
    found = scores("market-residual", (growth, scaled, normal_scores(scaled)))
    np.testing.assert_array_equal(found, np.eye(3))


def test_random_depends_on_the_seed_alone():
    one, two = panel(seed=1), panel(seed=2)
    pd.testing.assert_frame_equal(scores("random", one, 5), scores("random", two, 5))
    assert not np.allclose(scores("random", one, 5), scores("random", one, 6))
    large = scores("random", panel(n_days=5, n_firms=150)).to_numpy()
    upper = large[np.triu_indices(150, 1)]
    assert abs(upper.mean()) < 0.02
    assert upper.min() < -0.99
    assert upper.max() > 0.99


def test_unknown_name():
    with pytest.raises(
        ConfigError, match=r"comparators: 'kendall' is unknown; .*pearson"
    ) as caught:
        scores("kendall", panel())
    assert caught.value.parameter == "comparators"


def test_too_many_firms_are_refused_with_the_limit(monkeypatch):
    limited = replace(COMPARATORS["dtw"], max_pair_days=2999)
    assert [limited.max_firms(days) for days in (1000, 999, 3000)] == [2, 3, 1]
    assert COMPARATORS["pearson"].max_firms(1000) is None
    monkeypatch.setitem(COMPARATORS, "dtw", limited)
    with pytest.raises(ConfigError, match=r"'dtw' .* 2,999 .* 3 firms on 1,000 days") as caught:
        scores("dtw", panel(n_days=1000, n_firms=3))
    assert caught.value.parameter == "comparators"


@pytest.mark.parametrize(("name", "package"), [("catch22", "pycatch22"), ("hmm", "hmmlearn")])
def test_a_missing_package_is_named(monkeypatch, name, package):
    for module in [module for module in sys.modules if module.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    file = {"catch22": "catch22", "hmm": "hidden_markov"}[name]
    monkeypatch.delitem(sys.modules, f"firmsim.similarity.{file}", raising=False)
    with pytest.raises(FirmsimError, match=rf"comparators: {name!r} needs .*{package}.*pip"):
        scores(name, panel())


def test_tables_must_fit():
    growth, scaled, q = panel()
    for wrong in ((growth, scaled[1:], q), (growth, scaled, q.iloc[:, ::-1])):
        with pytest.raises(ValueError, match="same days and firms"):
            scores("pearson", wrong)
