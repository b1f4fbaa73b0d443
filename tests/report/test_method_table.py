from summaries import NAN, measured, summary_of

from firmsim.report.method_table import method_table
from firmsim.report.methods import Method
from firmsim.report.rankings import rankings
from firmsim.report.summary import AUC, HORIZON, SIZE, Measurement

METHODS = [
    Method(name, name, name, kind)
    for name, kind in [("a", "encoder"), ("b", "comparator"), ("c", "comparator"), ("r", "random")]
]


def summary(columns, reasons=None):
    values = {
        statistic: dict(zip(METHODS, numbers, strict=False))
        for statistic, numbers in columns.items()
    }
    return summary_of(values, METHODS, reasons)


def column(columns):
    return [cells[0] for _, cells in method_table(summary(columns)).rows]


def test_best_is_marked_with_its_ties_but_never_random():
    cells = column({AUC: (0.70001, 0.7, 0.6, 0.9)})
    assert [cell.best for cell in cells] == [True, True, False, False]


def test_size_is_no_merit():
    assert not any(cell.best or cell.shade for cell in column({SIZE: (0.1, 0.2, 0.3, 0.0)}))


def test_all_alike_marks_none():
    assert not any(cell.best for cell in column({AUC: (0.7, 0.7, 0.7, 0.5)}))


def test_shade_runs_from_chance_to_best():
    cells = column({AUC: (0.9, 0.7, 0.4, 0.5)})
    assert [cell.shade for cell in cells] == [1.0, 0.5, 0.0, 0.0]
    cells = column({("sector", "precision_at_10"): (0.8, 0.5, 0.2, 0.2)})
    assert [cell.shade for cell in cells] == [1.0, 0.5, 0.0, 0.0]


def test_columns_without_values_are_left_out_and_gaps_have_a_reason():
    some = {HORIZON: (0.3, 0.2, 0.1, 0.0), AUC: (0.8, Measurement(reason="too few"), 0.6, 0.5)}
    table = method_table(summary(some))
    assert table.groups == {"sector": 1, HORIZON[0]: 1}
    found = [cells[0].found for _, cells in table.rows]
    assert [one.measured for one in found] == [True, False, True, True]
    assert [one.reason for one in found] == ["", "too few", "", ""]


def test_columns_that_are_left_out_say_why():
    reasons = {AUC: "one sector", ("sector", "r_precision"): "one sector", HORIZON: "no later days"}
    left_out = method_table(summary({SIZE: (0.3,)}, reasons)).left_out
    found = {
        (group.attribute, group.reasons): [m.measure for m in group.measures] for group in left_out
    }
    assert found["sector", ("one sector",)] == ["auc", "r_precision"]
    assert found[HORIZON[0], ("no later days",)] == ["spearman"]
    assert found["size", ()] == ["mantel_r_within_sector"]


def test_a_value_without_interval_stays_a_value():
    alone = {AUC: (Measurement(0.7, n=9),)}
    assert not column(alone)[0].found.bounded
    (ranking,) = rankings(summary(alone))
    (dot,) = ranking.dots
    assert (dot.found.value, dot.found.bounded) == (0.7, False)
    assert dot.at == dot.low == dot.high


def test_rankings_order_and_place():
    (ranking,) = rankings(summary({AUC: (0.7, 0.9, 0.6, 0.5)}))
    assert [dot.method.name for dot in ranking.dots] == ["b", "a", "c", "r"]
    assert ranking.dots[0].high == 100
    assert ranking.dots[-1].low == 0
    assert ranking.chance == ranking.dots[-1].at


def test_rankings_follow_the_order_of_the_page():
    found = rankings(summary({SIZE: (0.1,), HORIZON: (0.2,), AUC: (measured(NAN),)}))
    assert [(one.measure.attribute, one.measure.measure) for one in found] == [HORIZON, SIZE]
