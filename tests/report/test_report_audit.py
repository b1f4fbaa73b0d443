import pandas as pd
from tiny_run import leave_run

from firmsim.report.audit import Missing, finding_kinds, missing, remarks, respelt
from firmsim.report.results import Results


def test_findings_are_counted_by_kind():
    gap, jump = ("gap", "5", "mask"), ("jump", "", "drop")
    rows = [("A", "d", *gap), ("A", "e", *gap), ("B", "", *jump)]
    table = pd.DataFrame(rows, columns=["ticker", "date", "kind", "value", "action"])
    kinds = finding_kinds(table)
    assert [(k.kind, k.action, k.findings, k.firms) for k in kinds] == [
        ("gap", "mask", 2, 1),
        ("jump", "drop", 1, 1),
    ]
    assert kinds[0].about


def test_only_remarks_are_listed():
    sources = pd.DataFrame({"ticker": ["A", "B"], "status": "ok", "reason": ["", "timed out"]})
    (row,) = remarks({"scoring": sources})
    assert (row["ticker"], row["purposes"]) == ("B", ["scoring"])


def test_a_ticker_that_lacks_the_same_everywhere_is_listed_once(tmp_path):
    folder = leave_run(tmp_path, pinned=("train_firms", "fit_end"))
    rows = remarks(Results(folder).requested)
    assert [(row["ticker"], row["purposes"], row["status"]) for row in rows] == [
        ("NA", ["scoring", "training", "ranking"], "no_data_in_range"),
        ("TRUE", ["training"], "no_data_in_range"),
        ("GONE", ["training", "ranking"], "unknown_symbol"),
    ]


def test_missing_tickers_are_counted_by_purpose(tmp_path):
    here, there, among = (
        Missing("scoring", 1, 5),
        Missing("training", 3, 6),
        Missing("ranking", 2, 6),
    )
    for pinned, found in [
        ((), [here]),
        (("train_firms",), [here, there]),
        (("fit_end",), [here, there]),
        (("train_firms", "fit_end"), [here, there, among]),
    ]:
        folder = leave_run(tmp_path / "-".join(["run", *pinned]), pinned=pinned)
        assert missing(Results(folder).requested) == found


def test_tickers_requested_under_another_symbol():
    sources = pd.DataFrame({"ticker": ["A", "brk.b"], "symbol": ["A", "BRK-B"]})
    assert respelt(sources).named == (("brk.b", "BRK-B"),)
    assert not respelt(sources[:1]).named
    assert not respelt(sources[["ticker"]]).named
    many = [f"t{k:02d}" for k in range(12)]
    found = respelt(pd.DataFrame({"ticker": many, "symbol": [one.upper() for one in many]}))
    assert [ticker for ticker, _ in found.named] == many[:10]
    assert found.more == 2
