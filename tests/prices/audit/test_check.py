"""One shape for every check: what it may read, what it gives, and how one is added."""

import ast
import inspect

import numpy as np
import pandas as pd
import pytest
from one_stage import run_checks
from pydantic import Field

from firmsim.config import Actions, Audit
from firmsim.prices.audit import audit as module
from firmsim.prices.audit.audit import STAGES, audit, examine
from firmsim.prices.audit.check import Context, Found, Stage
from firmsim.prices.audit.constants import CONSTANTS, Constants
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.runs import runs

CHECKS = [check for stage in STAGES for check in stage.checks]
DAYS = pd.bdate_range("2012-01-02", periods=300, name="date")


@pytest.fixture
def panel(rng):
    """Six firms with a fault of several kinds each, and healthy ones."""
    values = 50 * np.exp(np.cumsum(rng.normal(0, 0.01, (300, 12)), axis=0))
    values[100, 0] *= 100
    values[150:, 1] *= 1.8
    values[:150, 2] *= 3
    values[60:90, 3] = values[60, 3]
    values[:20, 4] = values[20, 4]
    values[30:80, 5] = np.nan
    values[200, 5] = 0
    return pd.DataFrame(values, DAYS, [f"F{firm:02}" for firm in range(12)])


def round_prices(panel, context):
    """A check of somebody's own: prices without any digit after the point."""
    flags = (panel.to_numpy() % 1 == 0) & ~context.closed(panel)
    rows = [
        Finding(panel.columns[firm], panel.index[first], "round_price", f"{days} round prices")
        for firm, first, days in runs(flags)
    ]
    return Found(rows, {"round_price": flags})


class OwnActions(Actions):
    """Actions on all kinds and on one's own."""

    round_price: str = "mask"
    """A price without any digit after the point."""


class OwnAudit(Audit):
    """Audit with these actions."""

    actions: OwnActions = Field(default_factory=OwnActions)


@pytest.mark.parametrize("all_firms", [True, False])
def test_a_check_is_added_by_one_function_one_entry_and_one_action(monkeypatch, panel, all_firms):
    panel.iloc[[7, 8], 11] = 50.0
    series = [panel[ticker].dropna() for ticker in panel]
    _, before = audit(series, Audit())
    stage = Stage((round_prices,), all_firms=all_firms)
    monkeypatch.setattr(module, "STAGES", (*STAGES, stage))
    prices, findings = audit(series, OwnAudit(actions=OwnActions(jump="drop")))
    own = findings["kind"] == "round_price"
    assert findings[own].to_numpy().tolist() == [
        ["F11", f"{DAYS[7]:%Y-%m-%d}", "round_price", "2 round prices", "mask"]
    ]
    assert findings.loc[~own, "kind"].to_list() == before["kind"].to_list()
    assert "F01" not in prices
    assert np.flatnonzero(prices["F11"].isna()).tolist() == [7, 8]
    noted, _ = audit(series, OwnAudit(actions=OwnActions(round_price="note")))
    assert noted["F11"].notna().all()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_check_reads_and_changes_nothing(panel, check):
    context = Context(Audit(), panel)
    before = panel.copy()
    found = check(panel.where(panel > 0), context)
    assert context.flagged == {}
    pd.testing.assert_frame_equal(panel, before)
    assert {row.kind for row in found.rows} <= set(Actions.model_fields)
    for kind, flags in found.flags.items():
        assert kind in Actions.model_fields
        assert (flags.shape, flags.dtype) == (panel.shape, bool)


def test_checks_stand_in_files_named_after_them():
    files = [inspect.getmodule(check).__name__.rpartition(".")[2] for check in CHECKS]
    assert len(set(files)) == len(files)


def test_a_later_check_of_a_stage_leaves_out_what_an_earlier_one_flagged(panel):
    def flag_the_jump(panel, _):
        flags = np.zeros(panel.shape, dtype=bool)
        flags[150, 0] = True
        return Found((), {"jump": flags})

    jumps = CHECKS[[check.__name__ for check in CHECKS].index("jumps")]
    assert len(run_checks([jumps], panel[["F01", "F06", "F07"]])[1]) == 1
    flags, table = run_checks([flag_the_jump, jumps], panel[["F01", "F06", "F07"]])
    assert table.empty
    assert np.argwhere(flags["jump"]).tolist() == [[150, 0]]


def test_a_check_of_the_firms_that_are_left_reads_no_dropped_one(monkeypatch, panel):
    read = []

    def listing(panel, _):
        read.append(list(panel))
        return Found()

    stages = (Stage((listing,)), *STAGES[:-1], Stage((listing,)), Stage((listing,), False))
    monkeypatch.setattr(module, "STAGES", stages)
    series = [panel[ticker].dropna() for ticker in panel]
    kept, _ = examine(series, Audit(actions=Actions(split="drop")))
    assert list(kept) == read[0] == read[1] == list(panel)
    assert read[2] == [ticker for ticker in panel if ticker != "F02"]


def test_every_constant_has_a_sentence_and_a_unit():
    (body,) = ast.parse(inspect.getsource(Constants)).body
    fields = {
        line.target.id: after.value.value
        for line, after in zip(body.body, body.body[1:], strict=False)
        if isinstance(line, ast.AnnAssign)
    }
    assert set(fields) == set(vars(CONSTANTS))
    for name, text in fields.items():
        assert text.split("\n")[0].endswith(")."), name
