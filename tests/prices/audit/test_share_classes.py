"""Share classes: pairs of firms that move as one."""

import numpy as np
import pandas as pd
import pytest
from naive_audit import ref_correlation
from one_stage import run_checks
from seeded_faults import share_class

from firmsim.config import Actions, Audit
from firmsim.prices.audit.audit import audit
from firmsim.prices.audit.share_classes import share_classes

DAYS = pd.bdate_range("2012-01-02", periods=300, name="date")


@pytest.fixture
def firms(rng):
    steps = rng.normal(0, 0.01, (300, 1)) + rng.normal(0, 0.01, (300, 5))
    return pd.DataFrame(np.exp(np.cumsum(steps, axis=0)), DAYS, list("ABCDE"))


def test_share_classes_are_named_and_kept(firms, rng):
    firms["B2"] = share_class(firms["B"], rng, None)
    series = [firms[name] for name in firms]
    prices, findings = audit(series, Audit())
    row = findings.iloc[0]
    assert len(findings) == 1
    assert (row["ticker"], row["kind"], row["action"]) == ("B2", "share_class", "note")
    assert row["value"].startswith("moves as B does: correlation 0.9")
    assert "B2" in prices
    prices, _ = audit(series, Audit(actions=Actions(share_class="drop")))
    assert list(prices) == list("ABCDE")


def test_identical_series_are_no_share_class(firms):
    firms["Z"] = firms["B"]
    _, findings = audit([firms[name] for name in firms], Audit())
    assert findings["kind"].to_list() == ["identical_series"]


def test_pairs_match_the_definition(firms, rng):
    firms["B2"] = share_class(firms["B"], rng, None)
    firms["F"] = firms["A"] * np.exp(rng.normal(0, 0.004, 300))
    firms = firms.mask(rng.random(firms.shape) < 0.1)
    firms.iloc[150:, 0] *= 3
    for limit in (0.3, 0.5, 0.9):
        _, table = run_checks([share_classes], firms, Audit(share_correlation=limit))
        comp = {(row.value.split()[2], row.ticker) for row in table.itertuples()}
        names = list(firms)
        ref = {
            (one, other)
            for place, one in enumerate(names)
            for other in names[place + 1 :]
            if ref_correlation(firms[one].to_numpy(), firms[other].to_numpy()) > limit
        }
        assert comp == ref


def test_fewer_than_sixty_common_changes_say_nothing(firms, rng):
    firms["B2"] = share_class(firms["B"], rng, None)
    firms.loc[DAYS[60:], "B2"] = np.nan
    _, table = run_checks([share_classes], firms)
    assert table.empty
