import pytest
from tiny_run import explained

from firmsim.firms.table import MARKET_CAP, TRADED_VALUE
from firmsim.report.explanation import Answer, addition, questions, size_dated
from firmsim.report.methods import Measured, Method
from firmsim.report.text import DASH, MINUS

NAN = float("nan")
TICKERS = ["AAA", "BBB", "CCC", "DDD", "EEE"]
ELMAN = Method("elman", "Elman", "Elman", "encoder", "")
JORDAN = Method("jordan", "Jordan", "Jordan", "encoder", "")
PEARSON = Method("pearson", "Pearson", "Pearson", "comparator", "")
RANDOM = Method("random", "random", "random", "random", "")
METHODS = (ELMAN, JORDAN, PEARSON, RANDOM)


def record(method, reason=None, **more):
    found = {"method": method} | explained(TICKERS, reason, **more)
    anova = {"r2": 0.4, "low": 0.37, "high": 0.43, "p": 0.001, "n": 101, "sectors": 11}
    if reason:
        anova |= {"r2": None, "low": None, "high": None, "p": None, "reason": reason}
    return found | {"sector": {"permanova": anova, "permdisp": found.pop("scatter")}}


def asked(methods=METHODS, records=None, size_kind=TRADED_VALUE):
    auc = {m.name: 0.9 - 0.1 * place for place, m in enumerate(methods)}
    measured = {
        (name, "sector", "auc"): Measured(value, value, value, NAN, NAN, 9)
        for name, value in auc.items()
    }
    records = records or {m.name: record(m.name) for m in methods}
    return questions(methods, measured, records, size_kind, 0.001)


def answer(value, half=0.02, corrected=0.01):
    return Answer(value, value - half, value + half, 0.001, corrected, 0.0)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (answer(0.04), "a significant but negligible addition"),
        (answer(-0.04), "a significant but negligible addition"),
        (answer(0.04, corrected=0.2), "nothing worth speaking of"),
        (
            answer(0.09),
            "a significant addition, negligible as measured, though its interval reaches effects "
            "that are not",
        ),
        (
            answer(-0.02, 0.3, corrected=0.5),
            "no addition that could be told from chance, negligible as measured, though its "
            "interval reaches effects that are not",
        ),
        (
            answer(0.02, NAN),
            "a significant addition, negligible as measured, though there is no interval to say "
            "how surely",
        ),
        (answer(0.1), "a significant, weak addition, firms of like size scoring higher"),
        (answer(-0.35), "a significant, moderate addition, firms of unlike size scoring higher"),
        (
            answer(0.6, 0.7),
            "a significant, strong addition, firms of like size scoring higher, though the "
            "interval includes 0",
        ),
        (
            answer(0.2, corrected=0.06),
            "no addition that could be told from chance, though weak as measured",
        ),
    ],
)
def test_effect_size_and_interval_decide_on_the_words(found, says):
    assert addition(found) == says


def test_sentences_give_effects_intervals_and_corrected_p():
    found = dict(asked().findings)
    sector = found["How much of the score does sector explain?"]
    assert "explains 40.0 % [37.0, 43.0] of the squared distances between firms by Elman" in sector
    assert "p ≤ 0.001, corrected 0.004" in sector
    assert "labels that say nothing would give 10.0 %" in sector
    assert "more scattered than others is not shown (PERMDISP eta2 = 0.100" in sector
    size = found["Does size add anything given sector, volatility and beta?"]
    assert size == (
        f"Given sector, volatility and beta, size, here {TRADED_VALUE}, adds 1.0 % "
        f"[{MINUS}2.0, 4.0] to the share of the variance of distances that is explained: "
        "a significant but negligible addition (partial r = 0.040 [0.010, 0.070], p ≤ 0.001, "
        "corrected for 4 methods 0.004)."
    )
    apart = found["Where do scores and sectors disagree?"]
    assert apart == (
        "For 1 of the 2 firms that share a sector with others, by Elman, most of the 4 nearest "
        "peers are of one other sector; the largest shares are in Energy (1 of 2). They are named "
        "below."
    )


def test_correction_can_take_significance_away():
    records = {m.name: record(m.name, p=0.02) for m in METHODS}
    size = dict(asked(records=records).findings)[
        "Does size add anything given sector, volatility and beta?"
    ]
    assert "explained: nothing worth speaking of (partial r" in size
    assert size.endswith("p = 0.020, corrected for 4 methods 0.080).")


def test_unequal_scatter_is_told():
    records = {m.name: record(m.name) for m in METHODS}
    records["elman"]["sector"]["permdisp"]["p"] = 0.001
    assert "Some sectors are also more scattered" in asked(records=records).findings[0][1]


def test_what_cannot_be_said_says_why():
    found = asked(records={m.name: record(m.name, "3 firms are few") for m in METHODS})
    assert [sentence for _, sentence in found.findings] == [
        "This cannot be said: 3 firms are few."
    ] * 3
    assert all(figure.sort is None for _, figures in found.rows for figure in figures)
    assert found.firms == []


def test_sentences_are_of_the_encoder_that_tells_sectors_apart_best():
    assert asked().method == ELMAN
    assert asked((RANDOM, PEARSON, JORDAN)).method == JORDAN
    assert asked((RANDOM, PEARSON)).method == PEARSON
    assert asked((RANDOM,)).method == RANDOM


def test_table_has_every_method_with_p_beside_effects_only():
    found = asked()
    assert [method for method, _ in found.rows] == list(METHODS)
    for _, figures in found.rows:
        assert len(figures) == len(found.columns)
        size = figures[3]
        assert size.value == "0.040"
        assert size.beside == [f"0.010{DASH}0.070", "b = 0.040", "p ≤ 0.001, corrected 0.004"]
    assert found.tests == 4


INSIDE, BEFORE, AFTER = "2024-12-31", "2015-01-01", "2025-01-02"


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (
            ["", "", ""],
            "Of the 3 market capitalisations, none carries a date: they may be of other days than "
            "those scored (2015-01-02 to 2024-12-31), and later sizes depend on how prices moved.",
        ),
        (
            [INSIDE, INSIDE, BEFORE, AFTER, ""],
            "Of the 5 market capitalisations, 2 are dated inside the days scored (2015-01-02 to "
            "2024-12-31), 2 outside them (2015-01-01 to 2025-01-02), and 1 carries no date; later "
            "sizes depend on how prices moved.",
        ),
        (
            [AFTER, AFTER],
            "Of the 2 market capitalisations, 0 are dated inside the days scored (2015-01-02 to "
            "2024-12-31), 2 outside them (2025-01-02), and 0 carry no date; later sizes depend on "
            "how prices moved.",
        ),
        (
            [INSIDE],
            "Of the 1 market capitalisation, 1 is dated inside the days scored (2015-01-02 to "
            "2024-12-31), 0 outside them, and 0 carry no date.",
        ),
    ],
)
def test_market_capitalisations_are_counted_by_their_day(dates, says):
    assert size_dated(MARKET_CAP, dates, "2015-01-02", "2024-12-31") == says


def test_traded_value_is_dated_inside_and_no_size_is_said_so():
    assert "dated inside" in size_dated(TRADED_VALUE, [""], "2015-01-02", "2024-12-31")
    assert size_dated("unknown", [], "2015-01-02", "2024-12-31") == "No size is known."
