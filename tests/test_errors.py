"""Errors of the library, and the one line of a package that is not installed."""

import sys

import pytest

from firmsim.errors import FirmsimError, MissingPackageError, extra


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "dtaidistance", None)
    with pytest.raises(MissingPackageError) as caught, extra("comparators", "dtw"):
        from dtaidistance import dtw  # noqa: F401
    assert str(caught.value) == 'dtw needs dtaidistance: pip install "firmsim[comparators]"'
    assert isinstance(caught.value, FirmsimError)
    assert isinstance(caught.value, ImportError)


def test_other_errors_pass_through():
    with pytest.raises(ImportError, match="cannot import name"), extra("comparators", "dtw"):
        from dtaidistance import no_such_name  # noqa: F401
