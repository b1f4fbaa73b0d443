import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from tiny_run import COMPARATORS, ENCODERS, TICKERS, leave_run

from firmsim.report import write_report

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
    ["finding", "methods", "map", "matrix", "peers", "training", "audit", "run"],
)
def test_every_section_is_there_and_linked(page, section):
    assert ("section", {"id": section}) in page.tags
    assert any(attrs.get("href") == f"#{section}" for tag, attrs in page.tags if tag == "a")


def test_says_what_was_run(page):
    for fact in ("2007-01-04", "2008-03-14", "0" * 64, "firmsim 0.1.0", "fit_share: 0.8"):
        assert fact in page.text
    assert "So few firms show little." in page.text
    assert "traded value (USD/day)" in page.text


def test_shows_findings_remarks_and_parameters(page):
    for fact in ("2008-07-03", "+77 %", "nothing since 2007-06-01"):
        assert fact in page.text
    assert "h(h + d_in + 1) + d_out(h + 1)" in page.text
    assert "8·(8 + 3 + 1) + 2·(8 + 1)" in page.text


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
    (folder / "run.json").write_text(json.dumps(record))
    text = built(folder)
    assert "No encoder was trained in this run." in text
    assert [m["name"] for m in Page(text).data()["methods"]] == list(COMPARATORS)
