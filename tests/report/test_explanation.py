import pytest
from summaries import ELMAN, JORDAN, NAN, PEARSON, RANDOM, summary_of
from tiny_run import explained

from firmsim.firms.table import MARKET_CAP, TRADED_VALUE
from firmsim.report.explanation import QUANTITIES, addition, explanation, size_dates
from firmsim.report.scales import Strength
from firmsim.report.summary import AUC, Measurement
from firmsim.report.verdicts import Addition, SizeKind

TICKERS = ["AAA", "BBB", "CCC", "DDD", "EEE"]
METHODS = (ELMAN, JORDAN, PEARSON, RANDOM)


def record(method, reason=None, **more):
    found = {"method": method} | explained(TICKERS, reason, **more)
    anova = {"r2": 0.4, "low": 0.37, "high": 0.43, "p": 0.001, "n": 101, "sectors": 11}
    if reason:
        anova |= {"r2": None, "low": None, "high": None, "p": None, "reason": reason}
    return found | {"sector": {"permanova": anova, "permdisp": found.pop("scatter")}}


def of(methods=METHODS, records=None):
    auc = {m: 0.9 - 0.1 * place for place, m in enumerate(methods)}
    summary = summary_of({AUC: auc}, methods)
    return explanation(summary, records or {m.name: record(m.name) for m in methods})


def partial(value, half=0.02, corrected=0.01):
    return Measurement(value, value - half, value + half, 0.001, corrected)


NEGLIGIBLE, WEAK = Strength.NEGLIGIBLE, Strength.WEAK


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (partial(0.04), (True, NEGLIGIBLE, False, True, False)),
        (partial(-0.04), (True, NEGLIGIBLE, False, False, False)),
        (partial(0.04, corrected=0.2), (False, NEGLIGIBLE, False, True, False)),
        (partial(0.09), (True, NEGLIGIBLE, True, True, False)),
        (partial(-0.02, 0.3, corrected=0.5), (False, NEGLIGIBLE, True, False, True)),
        (partial(0.02, NAN), (True, NEGLIGIBLE, None, True, False)),
        (partial(0.1), (True, WEAK, True, True, False)),
        (partial(-0.35), (True, Strength.MODERATE, True, False, False)),
        (partial(0.6, 0.7), (True, Strength.STRONG, True, True, True)),
        (partial(0.2, corrected=0.06), (False, WEAK, True, True, False)),
    ],
)
def test_effect_size_and_interval_decide_on_the_verdict(found, verdict):
    assert addition(found) == Addition(*verdict)


def test_verdicts_hold_effects_intervals_and_corrected_p():
    found = of()
    share = found.sector.share
    assert (share.value, share.low, share.high) == (0.4, 0.37, 0.43)
    assert (share.p, share.corrected) == (0.001, 0.004)
    assert found.sector.chance == 0.1
    assert (found.sector.scatter.value, found.sector.scatter_differs) == (0.1, False)
    assert found.size.adds.value == 0.01
    assert found.size.partial.value == 0.04
    assert found.size.partial.corrected == 0.004
    assert found.size.tests == 4
    assert found.size.addition.significant
    apart = found.disagreement
    assert (apart.k, apart.judged, apart.reason) == (4, 2, "")
    assert [row["ticker"] for row in apart.firms] == ["AAA"]
    assert apart.sectors == ({"sector": "Energy", "judged": 2, "elsewhere": 1, "share": 0.5},)


def test_correction_can_take_significance_away():
    found = of(records={m.name: record(m.name, p=0.02) for m in METHODS}).size
    assert (found.partial.p, found.partial.corrected) == (0.02, 0.08)
    assert not found.addition.significant


def test_unequal_scatter_is_told():
    records = {m.name: record(m.name) for m in METHODS}
    records["elman-comovement"]["sector"]["permdisp"]["p"] = 0.001
    assert of(records=records).sector.scatter_differs


def test_what_could_not_be_computed_says_why():
    found = of(records={m.name: record(m.name, "3 firms are few") for m in METHODS})
    for one in (found.sector.share, found.sector.scatter, found.size.partial, found.size.adds):
        assert (one.measured, one.reason) == (False, "3 firms are few")
    assert found.disagreement.reason == "3 firms are few"
    assert not any(one.measured for _, cells in found.rows for one in cells.values())
    assert found.disagreement.firms == ()


def test_verdicts_are_of_the_encoder_that_separates_sectors_best():
    assert of().method == ELMAN
    assert of((RANDOM, PEARSON, JORDAN)).method == JORDAN
    assert of((RANDOM, PEARSON)).method == PEARSON
    assert of((RANDOM,)).method == RANDOM


def test_table_has_every_method_with_p_for_tested_effects_only():
    found = of()
    assert [method for method, _ in found.rows] == list(METHODS)
    for _, cells in found.rows:
        assert tuple(cells) == QUANTITIES
        size = cells["size_given_others"]
        assert (size.low, size.high) == (pytest.approx(0.01), pytest.approx(0.07))
        assert size.value == size.coefficient == 0.04
        assert (size.p, size.corrected) == (0.001, 0.004)
        assert not cells["size_adds_r2"].tested
        assert not cells["all_r2"].weighted


INSIDE, BEFORE, AFTER = "2024-12-31", "2015-01-01", "2025-01-02"


@pytest.mark.parametrize(
    ("dates", "inside", "undated", "outside"),
    [
        (["", "", ""], 0, 3, ()),
        ([INSIDE, INSIDE, BEFORE, AFTER, ""], 2, 1, (BEFORE, AFTER)),
        ([AFTER, AFTER], 0, 0, (AFTER, AFTER)),
        ([INSIDE], 1, 0, ()),
    ],
)
def test_market_capitalisations_are_counted_by_their_day(dates, inside, undated, outside):
    found = size_dates(MARKET_CAP, dates, "2015-01-02", "2024-12-31")
    assert found.kind is SizeKind.MARKET_CAP
    assert (found.inside, found.undated, found.outside) == (inside, undated, outside)
    assert found.known == len(dates)


def test_traded_value_needs_no_date_and_size_may_be_unknown():
    traded = size_dates(TRADED_VALUE, [""], "2015-01-02", "2024-12-31")
    assert (traded.kind, traded.known) == (SizeKind.TRADED_VALUE, 0)
    assert size_dates("unknown", [], "2015-01-02", "2024-12-31").kind is SizeKind.UNKNOWN
