import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from tiny_run import COMPARATORS, ENCODERS, TICKERS, leave_association, leave_run

from firmsim.association.measures import measures_in
from firmsim.files import read_csv, write_csv, write_json
from firmsim.firms.table import MARKET_CAP
from firmsim.report import write_report
from firmsim.report.summary import AUC, HORIZON

EVIL = "</script><script>alert('x')</script><img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """Start tags with their attributes, and the text inside elements with an id or of a kind."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.text = [], [], ""
        self.open = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open = tag
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag):
        self.open = None

    def handle_data(self, data):
        if self.open == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif self.open != "style":
            self.text += data

    def data(self):
        return next(json.loads(text) for attrs, text in self.scripts if attrs.get("id") == "data")


def built(folder):
    output = folder / "report.html"
    write_report(folder, output)
    return output.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return built(leave_run(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.mark.parametrize(
    "section",
    ["finding", "methods", "explanation", "map", "matrix", "peers", "training", "audit", "run"],
)
def test_every_section_is_there_and_linked(page, section):
    assert ("section", {"id": section}) in page.tags
    assert any(attrs.get("href") == f"#{section}" for tag, attrs in page.tags if tag == "a")


def test_says_what_was_run(page):
    members = "from the 499 members of the S&P 500 on 2015-01-02 (pitindex 0.2.1)"
    for fact in ("2007-01-04", "2008-03-14", "0" * 64, "firmsim 0.1.0", "fit_share: 0.8", members):
        assert fact in page.text
    assert "So few firms show little." in page.text
    assert "traded value (USD/day)" in page.text


def test_shows_findings_remarks_and_parameters(page):
    for fact in ("2008-07-03", "+77%", "nothing since 2007-06-01", "1 of 5 tickers"):
        assert fact in page.text
    assert "h(h + d_in + 1) + d_out(h + 1)" in page.text
    assert "8·(8 + 3 + 1) + 2·(8 + 1)" in page.text


@pytest.mark.parametrize("pinned", [(), ("train_firms",), ("fit_end",), ("train_firms", "fit_end")])
def test_names_missing_training_firms_too(tmp_path, pinned):
    text = " ".join(Page(built(leave_run(tmp_path, pinned=pinned))).text.split())
    assert "1 of 5 tickers" in text
    assert ("3 of 6 training firms" in text) == bool(pinned)
    assert ("2 of 6 firms" in text) == (len(pinned) == 2)
    assert ("5 firms of 6 requested" in text) == bool(pinned)
    assert ("training/audit.csv" in text) == bool(pinned)
    assert ("GONE" in text.split("Tickers without prices")[1].split("Run tiny")[0]) == bool(pinned)


def test_names_the_firms_whose_peers_are_from_another_sector(page):
    text = " ".join(page.text.split())
    assert f"{TICKERS[0]}{TICKERS[0]} Inc. Energy Materials (75%) 25%" in text
    assert " ".join(TICKERS[1:5]) in text


def test_market_capitalisations_are_called_what_they_are_dated(run):
    firms = read_csv(run / "firms.csv").assign(size_kind=MARKET_CAP)
    firms["size_date"] = ["2008-03-14", "2008-03-15", "", "", ""]  # the third has no size
    write_csv(firms, run / "firms.csv")
    text = " ".join(Page(built(run)).text.split())
    assert text.count("Of the 4 market capitalisations, 1 dates") == 2  # explanation and run
    assert text.count("1 from outside them (2008-03-15)") == 2


def test_data_of_every_firm_and_method(page):
    data = page.data()
    assert data["tickers"] == TICKERS
    assert [m["name"] for m in data["methods"]] == [*ENCODERS, *COMPARATORS]
    assert data["size"][2] is None
    assert data["sectors"][-1]["known"] is False


def test_loads_nothing(page):
    for tag, attrs in page.tags:
        for name in ("src", "href", "action", "poster", "data", "srcset"):
            assert not attrs.get(name, "#").lstrip().startswith(("http", "//", "file:")), (
                tag,
                attrs,
            )
        assert tag not in ("link", "iframe", "object", "base", "form")


def test_style_sheet_loads_nothing(text):
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_policy_allows_exactly_the_scripts_of_the_page(page):
    policy = next(
        attrs["content"]
        for tag, attrs in page.tags
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    ran = [text for attrs, text in page.scripts if "type" not in attrs]
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in ran]
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_same_run_same_bytes(run):
    assert built(run) == built(run)


def test_data_cannot_break_out(tmp_path):
    tickers = ["AAPL", EVIL, "C", "D"]
    folder = leave_run(tmp_path / "evil", tickers=tickers, names=[EVIL, "b & <i>", "c", "d"])
    for file in folder.rglob("*.csv"):  # every text of every table: sectors, reasons, findings
        table = read_csv(file)
        for column in {"sector", "industry", "reason", "detail", "remark"} & set(table.columns):
            table[column] = EVIL
        write_csv(table, file)
    text = built(folder)
    page = Page(text)
    assert EVIL not in text
    assert "alert('x')" not in [script for _, script in page.scripts]
    assert not [tag for tag, attrs in page.tags if tag == "img" or "onerror" in attrs]
    assert page.data()["tickers"] == tickers
    assert page.data()["names"][1] == "b & <i>"


def test_a_run_without_encoders(tmp_path):
    folder = leave_run(tmp_path / "plain")
    record = json.loads((folder / "run.json").read_text())
    record["encoders"], record["notes"] = [], []
    write_json(record, folder / "run.json")
    text = built(folder)
    assert "No encoder was trained" in text
    assert 'id="reach"' not in text
    assert [m["name"] for m in Page(text).data()["methods"]] == list(COMPARATORS)


@pytest.fixture
def bare(run):
    """A run without any sector or size: every one of their statistics is missing."""
    firms = pd.read_csv(run / "firms.csv", keep_default_na=False, dtype=str)
    write_csv(firms.assign(sector="", size=""), run / "firms.csv")
    summary = pd.read_csv(run / "association/summary.csv", keep_default_na=False)
    numbers = ["value", "low", "high", "p", "p_holm"]
    summary[numbers] = summary[numbers].apply(pd.to_numeric)
    summary.loc[summary["attribute"] != HORIZON[0], numbers] = float("nan")
    leave_association(run, summary, reason="there are 0 firms & no more")
    return run


def test_missing_statistics_are_explained(page, bare):
    tips = [attrs.get("data-tip", "") for tag, attrs in page.tags if tag == "td"]
    assert [tip for tip in tips if tip] == ["No value: these firms do not allow it."]
    text = " ".join(Page(built(bare)).text.split())
    reason = "there are 0 firms & no more"
    assert f"Agreement with sector could not be measured: {reason}." in text
    assert f"could not be measured: {reason}." in text.split("Agreement with size")[1]
    titles = [m.title for m in measures_in("summary") if m.attribute == AUC[0]]
    assert f"{', '.join(titles[:-1])} and {titles[-1]} ({reason})" in text
    assert text.count(f"({reason})") == 2


def test_a_map_without_sectors_and_sizes_says_so(page, bare):
    text = " ".join(Page(built(bare)).text.split())
    assert "No sector is known, so all marks have one colour." in text
    assert "No size is known: all marks are equally large." in text
    assert "area of a mark" not in text
    assert "area of a mark" in page.text


def test_a_dot_without_interval_has_no_bar(run):
    path = run / "association/summary.csv"
    summary = pd.read_csv(path, keep_default_na=False)
    write_csv(summary.assign(low="", high=""), path)
    tags = Page(built(run)).tags
    marks = [attrs.get("class") for tag, attrs in tags if tag == "i"]
    assert "dot" in marks
    assert "span" not in marks
