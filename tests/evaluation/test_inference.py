import math

import numpy as np
import pandas as pd
import pytest
from planted import FAST, TICKERS, WINDOWS, correlation

from firmsim.association.auc import same_sector_auc
from firmsim.association.permutation import holm
from firmsim.evaluation.inference import contributions, crossed_bootstrap, differences, tabulate
from firmsim.evaluation.protocol import evaluate


def slow(values, draws, seed):
    """The same draws, unit by unit."""
    rng = np.random.default_rng(seed)
    counts = [rng.multinomial(size, np.full(size, 1 / size), draws) for size in values.shape]
    means = []
    for draw in range(draws):
        picked = values
        for axis, count in enumerate(counts):
            picked = np.repeat(picked, count[draw], axis=axis)
        means.append(picked.mean())
    return np.quantile(means, [0.025, 0.975])


@pytest.mark.parametrize("shape", [(4, 3, 10), (1, 5, 20), (3, 1, 7)])
def test_matches_units_drawn_one_by_one(shape):
    values = np.random.default_rng(1).normal(size=shape)
    np.testing.assert_allclose(crossed_bootstrap(values, 150, 0), slow(values, 150, 0))


def test_one_window_and_seed_is_the_bootstrap_of_a_mean():
    values = np.random.default_rng(2).normal(size=(1, 1, 400))
    low, high = crossed_bootstrap(values, 4000, 0)
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.05)


def test_holds_the_mean_of_crossed_effects_at_least_as_often_as_it_says():
    rng = np.random.default_rng(3)
    held = []
    for trial in range(100):
        effects = rng.normal(size=(12, 1, 1)) + rng.normal(size=(1, 1, 60))
        low, high = crossed_bootstrap(effects + rng.normal(size=(12, 1, 60)), 200, trial)
        held.append(low <= 0 <= high)
    assert np.mean(held) >= 0.85  # over windows alone it would be far less


def test_constant_values_have_no_width():
    assert crossed_bootstrap(np.full((3, 2, 5), 0.25), 50, 0) == pytest.approx((0.25, 0.25))


def test_table_holds_means_over_windows_and_seeds(methods, q, firms):
    table = tabulate(methods, 200, 0)
    assert list(table) == ["method", "window", "split", "measure", "value", "low", "high", "n"]
    assert len(table) == 3 * (2 * 2 * len(FAST) + 1)  # the classifier in one cell
    assert (table["low"] <= table["value"] + 1e-12).all()
    assert (table["value"] <= table["high"] + 1e-12).all()
    row = table.query(
        "method == 'exact' and window == '60' and split == 'all firms' and measure == 'auc'"
    )
    sector = firms["sector"].to_numpy()
    each = [same_sector_auc(correlation(q)(k).to_numpy(), sector).value for k in (0, 1)]
    assert row["value"].item() == pytest.approx(np.mean(each))
    assert row["n"].item() == 36
    pd.testing.assert_frame_equal(table, tabulate(methods, 200, 0))


def test_differences_are_paired(methods):
    table = differences(methods, ["encoder"], ["exact", "noisy"], 200, 0)
    assert set(table["against"]) == {"exact", "noisy"}
    assert table.groupby(["window", "split", "measure"])["best"].sum().eq(1).all()
    auc = table.query("measure == 'auc' and split == 'all firms' and window == '60'")
    auc = auc.set_index("against")
    assert auc.loc["noisy", "low"] > 0
    assert not auc.loc["noisy", "best"]
    alone = tabulate(methods, 200, 0).query(
        "measure == 'auc' and split == 'all firms' and window == '60' and method == 'exact'"
    )
    width = auc.loc["exact", "high"] - auc.loc["exact", "low"]
    assert width < (alone["high"] - alone["low"]).item() / 2


def test_differences_to_the_best_are_one_family_an_encoder(methods):
    table = differences(methods, ["encoder", "noisy"], ["exact", "noisy"], 200, 0)
    assert table["p_holm"].notna().equals(table["best"].astype(bool))
    for _, rows in table[table["best"]].groupby("method"):
        z = rows["value"].abs() / ((rows["high"] - rows["low"]) / (2 * 1.959963984540054))
        raw = [math.erfc(value / math.sqrt(2)) for value in z.fillna(0)]
        np.testing.assert_allclose(rows["p_holm"], holm(raw), atol=1e-9)


def test_a_sample_of_the_firms_is_measured_and_not_compared(methods, q, firms):
    some = TICKERS[::2]
    found = evaluate(lambda k: correlation(q)(k).loc[some, some], WINDOWS, firms, q)
    sample = {**methods, "sample": contributions(found.assign(seed=0))}
    rows = tabulate(sample, 20, 0).query("method == 'sample' and split == 'all firms'")
    assert set(rows["n"]) == {len(some)}
    table = differences(sample, ["encoder"], ["exact", "sample"], 20, 0)
    assert set(table["against"]) == {"exact"}
    assert table["best"].all()


def test_a_method_does_not_differ_from_itself(methods):
    twice = {"encoder": methods["exact"], "exact": methods["exact"]}
    table = differences(twice, ["encoder"], ["exact"], 50, 0)
    np.testing.assert_allclose(table[["value", "low", "high"]], 0, atol=1e-12)
    assert table["p_holm"].eq(1).all()
