"""The wording of the page, compared with the text in snapshots/. This rewrites the text:

    FIRMSIM_SNAPSHOTS=write python -m pytest tests/report/test_wording.py

Read the difference before you commit it: these files are what a reader of the report reads.
"""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

from summaries import (
    ELMAN,
    FORECAST,
    GRU,
    JORDAN,
    LSTM,
    NAN,
    PCA,
    PEARSON,
    PLAIN,
    RANDOM,
    summary_of,
)
from test_explanation import AFTER, BEFORE, INSIDE, METHODS, of, partial, record
from tiny_run import leave_run

from firmsim.firms.table import MARKET_CAP, TRADED_VALUE
from firmsim.report.explanation import addition, size_dates
from firmsim.report.headline import headline
from firmsim.report.page import environment, write_report
from firmsim.report.summary import AUC, HORIZON, SIZE, SIZE_WITHIN_SECTORS, Measurement

SNAPSHOTS = Path(__file__).parent / "snapshots"
DATA = {"fit_last": "2014-12-31", "first": "2015-01-02", "last": "2024-12-31"}
KNN, R_PRECISION = ("sector", "knn_accuracy"), ("sector", "r_precision")


class Text(HTMLParser):
    """The text of a page, one line per block.

    Left out are scripts, styles, what is folded in, and the configuration's text on findings.
    """

    BLOCKS = ("p", "li", "dt", "dd", "tr", "h1", "h2", "h3", "summary", "figcaption", "section")
    SKIPPED = ("script", "style", "details", "datalist", "select", "nav", "title")

    def __init__(self, html):
        super().__init__()
        self.parts, self.skipped = [], 0
        self.feed(re.sub(r'(<td class="text about">).*?(</td>)', r"\1\2", html, flags=re.DOTALL))

    def handle_starttag(self, tag, attrs):
        self.skipped += tag in self.SKIPPED
        breaks = {"td": " | ", "th": " | ", "small": " "} | dict.fromkeys(self.BLOCKS, "\n")
        self.parts.append(breaks.get(tag, ""))

    def handle_endtag(self, tag):
        self.skipped -= tag in self.SKIPPED

    def handle_data(self, data):
        self.parts.append("" if self.skipped else " ".join(f".{data}.".split())[1:-1])

    def lines(self):
        lines = (" ".join(line.split()).strip("| ") for line in "".join(self.parts).split("\n"))
        return [line for line in lines if line]


def check(name, lines):
    """Compare with the snapshot of this name, or write it."""
    path = SNAPSHOTS / f"{name}.txt"
    text = "\n".join(lines) + "\n"
    if os.environ.get("FIRMSIM_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def macros(template):
    return environment().get_template(template).module


def plain(html):
    return "".join(Text(f"<p>{html}</p>").lines())


TITLES = [
    {ELMAN: 0.90, JORDAN: 0.6, PEARSON: 0.80, PCA: 0.85},
    {ELMAN: 0.90, PCA: 0.80},
    {ELMAN: 0.85, JORDAN: 0.6, PEARSON: 0.80, PCA: 0.853},
    {ELMAN: 0.85, JORDAN: 0.6, PEARSON: 0.80, PCA: 0.90},
    {ELMAN: 0.80, JORDAN: 0.6, PEARSON: 0.80, PCA: 0.802},
    {ELMAN: 0.80, PEARSON: 0.80},
    {ELMAN: 0.80, JORDAN: 0.6, PEARSON: 0.803, PCA: 0.9},
    {ELMAN: 0.70, JORDAN: 0.6, PEARSON: 0.80, PCA: 0.90},
    {ELMAN: 0.70, PCA: 0.80},
    {ELMAN: 0.90, JORDAN: 0.6},
    {ELMAN: 0.90},
    {PEARSON: 0.7, PCA: 0.8},
    {PCA: 0.8},
    {},
]


def test_titles():
    say = macros("verdicts.html")
    check("titles", [plain(say.title(headline(summary_of({AUC: auc})).sector)) for auc in TITLES])


FINDINGS = {
    "everything": summary_of(
        {
            AUC: {LSTM: 0.9, GRU: 0.85, PLAIN: 0.8, PEARSON: 0.8, PCA: 0.895, RANDOM: 0.5},
            KNN: {LSTM: 0.7, PEARSON: 0.8, PCA: 0.6},
            R_PRECISION: {LSTM: 0.5, PEARSON: 0.501},
            HORIZON: {LSTM: 0.501, GRU: 0.6, PLAIN: 0.5, PCA: 0.7},
            SIZE: {LSTM: 0.1, GRU: -0.33, PLAIN: 0.0, PCA: 0.9},
            SIZE_WITHIN_SECTORS: {GRU: -0.31},
        },
        (LSTM, GRU, PLAIN, PEARSON, PCA, RANDOM),
    ),
    "one encoder, one comparator, no interval and no p": summary_of(
        {
            AUC: {ELMAN: Measurement(0.8), PCA: Measurement(0.7)},
            HORIZON: {ELMAN: Measurement(0.5), PCA: Measurement(0.5)},
            SIZE: {ELMAN: Measurement(0.6)},
        },
        (ELMAN, PCA),
    ),
    "encoders only": summary_of(
        {AUC: {ELMAN: 0.8, JORDAN: 0.7}, HORIZON: {ELMAN: 0.5}, SIZE: {ELMAN: 0.2}},
        (ELMAN, JORDAN),
    ),
    "comparators only": summary_of(
        {AUC: {PEARSON: 0.8}, HORIZON: {PEARSON: 0.5}, SIZE: {PEARSON: 0.04}}, (PEARSON,)
    ),
    "memory hurts": summary_of({AUC: {LSTM: 0.7, PLAIN: 0.8, FORECAST: 0.6}}, (LSTM, PLAIN)),
    "nothing measured": summary_of(
        {},
        reasons={
            AUC: "all 12 firms with a sector are in the same one",
            HORIZON: "no later days were held out",
            SIZE: "needs 3 firms; there are 2",
        },
        size_kind="unknown",
    ),
    "random scores only": summary_of({AUC: {RANDOM: 0.5}}, (RANDOM,)),
}


def test_findings():
    lines = []
    template = environment().get_template("finding.html")
    for name, summary in FINDINGS.items():
        html = template.render(
            headline=headline(summary),
            summary=summary,
            methods=summary.methods,
            data=DATA | {"days": 300},
            run={"notes": []},
            firms=["A", "B"],
            rankings=[],
        )
        lines += [f"# {name}", *Text(html).lines()[1:-4]]
    check("findings", lines)


PARTIALS = [
    partial(0.04),
    partial(0.04, corrected=0.2),
    partial(0.09),
    partial(-0.02, 0.3, corrected=0.5),
    partial(0.02, NAN),
    partial(0.1),
    partial(-0.35),
    partial(0.6, 0.7),
    partial(0.2, corrected=0.06),
]
SIZES = [
    (MARKET_CAP, ["", "", ""]),
    (MARKET_CAP, [INSIDE, INSIDE, BEFORE, AFTER, ""]),
    (MARKET_CAP, [AFTER, AFTER]),
    (MARKET_CAP, [INSIDE]),
    (TRADED_VALUE, [""]),
    ("unknown", []),
]


def test_explanations():
    say, phrases = macros("explaining.html"), macros("phrases.html")
    scattered = {m.name: record(m.name) for m in METHODS}
    scattered[ELMAN.name]["sector"]["permdisp"]["p"] = 0.001
    nowhere = {m.name: record(m.name) for m in METHODS}
    nowhere[ELMAN.name]["disagreements"] |= {"firms": [], "k": 1}
    few = {m.name: record(m.name, "3 firms are few") for m in METHODS}
    lines = []
    for name, found in {
        "usual": of(),
        "unequal scatter": of(records=scattered),
        "no disagreement, one method": of((ELMAN,), nowhere),
        "nothing computed": of(records=few),
    }.items():
        lines += [
            f"# {name}",
            plain(say.sector(found.sector, found.method, 0.001)),
            plain(say.size(found.size, TRADED_VALUE, 0.001)),
            plain(say.disagreement(found.disagreement, found.method)),
        ]
    lines += ["# additions", *(plain(say.addition(addition(one))) for one in PARTIALS)]
    dates = [size_dates(kind, days, DATA["first"], DATA["last"]) for kind, days in SIZES]
    lines += ["# dates of sizes", *(plain(phrases.dated(one, DATA)) for one in dates)]
    lives = (4.04, -7.27, 1234.0, float("inf"), NAN)
    lines += ["# half-lives", *(plain(phrases.half_life(days)) for days in lives)]
    check("explanations", lines)


def page(folder, **more):
    write_report(leave_run(folder / "tiny", **more), folder / "report.html")
    return Text((folder / "report.html").read_text(encoding="utf-8")).lines()


def test_page(tmp_path):
    check("page", page(tmp_path))


def test_prices_of_a_run_with_training_firms_of_its_own(tmp_path):
    lines = page(tmp_path, pinned=("train_firms", "fit_end"))
    check("pinned", lines[lines.index("Audit of the prices") :])
