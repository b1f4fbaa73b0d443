"""The configuration chooses the source."""

import inspect
import sys
from pathlib import Path

import pytest

from firmsim.config import Prices
from firmsim.errors import ConfigError, MissingPackageError
from firmsim.prices.source import POLICY, PriceSource, open_source
from firmsim.prices.sources.bundled import BundledPrices
from firmsim.prices.sources.file import FilePrices
from firmsim.prices.sources.yahoo.policy import RequestPolicy
from firmsim.prices.sources.yahoo.source import YahooPrices

YAHOO = {"source": "yahoo", "start": "2015-01-01", "end": "2016-01-01", "workers": 3, "timeout": 7}


def test_each_name_opens_its_source(tmp_path):
    bundled = open_source(Prices(), tmp_path)
    assert isinstance(bundled, BundledPrices)
    assert bundled.archive == tmp_path / "bundled" / "cvxportfolio-1.5.1.tar.gz"
    file = open_source(Prices(source="file", path=Path("mine.csv")), tmp_path)
    assert isinstance(file, FilePrices)
    assert file.path == Path("mine.csv")
    yahoo = open_source(Prices(**YAHOO), tmp_path)
    assert isinstance(yahoo, YahooPrices)
    assert yahoo.store.folder == tmp_path / "yahoo"
    assert (yahoo.policy.workers, yahoo.policy.timeout) == (3, 7)
    assert (yahoo.min_coverage, yahoo.profile_days) == (0.95, 30)
    assert open_source(Prices(**YAHOO, firm_profiles="skip"), tmp_path).profile_days is None


def test_defaults_of_the_request_policy_are_those_of_the_configuration():
    section = Prices()
    assert vars(RequestPolicy()) == {key: getattr(section, key) for key in POLICY}


def test_a_file_source_without_a_path_is_refused(tmp_path):
    settings = Prices.model_construct(source="file", path=None)
    with pytest.raises(ConfigError, match=r"^path: is empty") as refused:
        open_source(settings, tmp_path)
    assert refused.value.parameter == "path"


def test_a_missing_package_of_yahoo_is_one_line_that_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "firmsim.prices.sources.yahoo.source")
    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(MissingPackageError, match=r"needs filelock: .*firmsim\[yahoo\]"):
        open_source(Prices(**YAHOO), tmp_path)
    assert isinstance(open_source(Prices(), tmp_path), BundledPrices)


@pytest.mark.parametrize("source", [BundledPrices, FilePrices, YahooPrices])
def test_every_source_reads_alike(source):
    assert inspect.signature(source.read) == inspect.signature(PriceSource.read)
