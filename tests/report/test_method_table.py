import pandas as pd

from firmsim.association.summary import COLUMNS
from firmsim.report.methods import Measured, Method, measurements
from firmsim.report.rankings import panels
from firmsim.report.tables import audit_kinds, encoder_table, method_table, respelt, trouble
from firmsim.report.text import DASH

NAN = float("nan")
METHODS = [
    Method(name, name, name, kind, "")
    for name, kind in [("a", "encoder"), ("b", "comparator"), ("c", "comparator"), ("r", "random")]
]


def measured(attribute, measure, *values):
    return {
        (method.name, attribute, measure): Measured(
            value, value - 0.1, value + 0.1, 0.001, 0.004, 9
        )
        for method, value in zip(METHODS, values, strict=False)
    }


def column(table, index=0):
    return [cells[index] for _, cells in table.rows]


def test_best_is_marked_with_its_ties_but_never_random():
    table = method_table(METHODS, measured("sector", "auc", 0.70001, 0.7, 0.6, 0.9), {}, 0.001)
    assert [cell.best for cell in column(table)] == [True, True, False, False]


def test_size_is_no_merit():
    table = method_table(METHODS, measured("size", "mantel_r", 0.1, 0.2, 0.3, 0.0), {}, 0.001)
    assert not any(cell.best or cell.shade for cell in column(table))


def test_all_alike_marks_none():
    table = method_table(METHODS, measured("sector", "auc", 0.7, 0.7, 0.7, 0.5), {}, 0.001)
    assert not any(cell.best for cell in column(table))


def test_shade_runs_from_chance_to_best():
    table = method_table(METHODS, measured("sector", "auc", 0.9, 0.7, 0.4, 0.5), {}, 0.001)
    assert [cell.shade for cell in column(table)] == [1.0, 0.5, 0.0, 0.0]
    table = method_table(
        METHODS, measured("sector", "precision_at_10", 0.8, 0.5, 0.2, 0.2), {}, 0.001
    )
    assert [cell.shade for cell in column(table)] == [1.0, 0.5, 0.0, 0.0]


def test_columns_without_values_are_left_out_and_gaps_are_dashes():
    some = measured("future", "spearman", 0.3, 0.2, 0.1, 0.0) | measured(
        "sector", "auc", 0.8, 0.7, 0.6, 0.5
    )
    del some["b", "sector", "auc"]
    table = method_table(METHODS, some, {("b", "sector", "auc"): "too few"}, 0.001)
    assert table.groups == [("Sector", 1), ("The future", 1)]
    assert [cell.value for cell in column(table)] == ["0.800", DASH, "0.600", "0.500"]
    assert [cell.why for cell in column(table)] == ["", "too few", "", ""]


def test_columns_that_are_left_out_say_why():
    reasons = {(m.name, "sector", "auc"): "one sector" for m in METHODS}
    reasons |= {(m.name, "sector", "r_precision"): "one sector" for m in METHODS}
    reasons |= {(m.name, "future", "spearman"): "no later days" for m in METHODS}
    left_out = method_table(METHODS, measured("size", "mantel_r", 0.3), reasons, 0.001).left_out
    assert ("Sector", "Same-sector AUC and R-precision", "one sector") in left_out
    assert ("The future", "Later co-movement", "no later days") in left_out
    assert "Mantel r" not in [titles for attribute, titles, _ in left_out if attribute == "Size"]


def test_a_value_without_interval_stands_alone():
    alone = {("a", "sector", "auc"): Measured(0.7, NAN, NAN, NAN, NAN, 9)}
    assert column(method_table(METHODS, alone, {}, 0.001))[0].interval == ""
    (panel,) = panels(METHODS, alone)
    assert (panel.dots[0].value, panel.dots[0].interval) == ("0.700", "")


def test_p_is_corrected_and_at_its_floor_a_bound():
    table = method_table(METHODS, measured("sector", "mantel_r", 0.4, 0.3, 0.2, 0.0), {}, 0.001)
    assert column(table)[0].p == "p ≤ 0.004"
    table = method_table(METHODS, measured("sector", "mantel_r", 0.4, 0.3, 0.2, 0.0), {}, 0.0001)
    assert column(table)[0].p == "p = 0.0040"


def test_missing_statistics_are_not_measurements():
    summary = pd.DataFrame(
        [
            ("a", "sector", "mantel_r", 0.5, 0.4, 0.6, 0.01, 0.02, 9),
            ("b", "sector", "mantel_r", NAN, 0, 1, 0.5, 0.5, 9),
        ],
        columns=COLUMNS,
    )
    known = measurements(summary)
    assert known == {("a", "sector", "mantel_r"): Measured(0.5, 0.4, 0.6, 0.01, 0.02, 9)}


def test_panels_rank_and_place():
    (panel,) = panels(METHODS, measured("sector", "auc", 0.7, 0.9, 0.6, 0.5))
    assert [dot.method.name for dot in panel.dots] == ["b", "a", "c", "r"]
    assert panel.dots[0].high == 100
    assert panel.dots[-1].low == 0
    assert panel.chance == panel.dots[-1].at


def test_encoder_table_shows_a_count_that_differs():
    training = {
        "name": "x",
        "cell": "jordan",
        "objective": "forecast",
        "seed": 3,
        "formula": "h(s + d_in + 1) + d_out(h + 1) + s(s + d_out + 1)",
        "sizes": {"d_in": 3, "hidden": 5, "outputs": 2, "state": 4},
        "parameters_formula": 80,
        "other_parameters": 2,
        "parameters": 81,
        "steps": 1500,
        "best_step": 1000,
        "validation_loss": 0.25,
    }
    (row,) = encoder_table([training])
    assert row["filled"] == "5·(4 + 3 + 1) + 2·(5 + 1) + 4·(4 + 2 + 1)"
    assert eval(row["filled"].replace("·", "*")) == 80
    assert row["agrees"] == "no, it gives 80"


def test_audit_by_kind():
    gap, jump = ("gap", "5", "mask"), ("jump", "", "drop")
    rows = [("A", "d", *gap), ("A", "e", *gap), ("B", "", *jump)]
    kinds = audit_kinds(pd.DataFrame(rows, columns=["ticker", "date", "kind", "value", "action"]))
    assert [(k["kind"], k["findings"], k["firms"]) for k in kinds] == [
        ("gap", 2, 1),
        ("jump", 1, 1),
    ]
    assert "`" not in kinds[0]["about"]


def test_only_remarks_are_trouble():
    sources = pd.DataFrame({"ticker": ["A", "B"], "status": "ok", "reason": ["", "timed out"]})
    assert list(trouble({"scoring": sources})["ticker"]) == ["B"]


def test_tickers_asked_for_under_another_symbol():
    sources = pd.DataFrame({"ticker": ["A", "brk.b"], "symbol": ["A", "BRK-B"]})
    assert respelt(sources) == "brk.b as BRK-B"
    assert respelt(sources[:1]) == respelt(sources[["ticker"]]) == ""
    many = [f"t{k:02d}" for k in range(12)]
    said = respelt(pd.DataFrame({"ticker": many, "symbol": [one.upper() for one in many]}))
    assert said.startswith("t00 as T00, ")
    assert said.endswith("t09 as T09, 2 more")
