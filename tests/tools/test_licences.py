"""Licences: what a package says about itself, and what firmsim may not depend on."""

import pytest

import licences


def row(**fields):
    """A package as pip-licenses describes it."""
    names = ("License-Expression", "License-Classifier", "License-Metadata", "LicenseText")
    return {"Name": "A_b"} | dict.fromkeys(names, "UNKNOWN") | fields


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"License-Expression": "MIT OR GPL-2.0-only", "License-Metadata": "GPL"}, "MIT OR GPL-2"),
        ({"License-Classifier": "MIT License; BSD License"}, "MIT License AND BSD License"),
        ({"License-Metadata": "MPL-2.0 AND MIT"}, "MPL-2.0 AND MIT"),
        (
            {"License-Metadata": "Copyright A\nPermission is hereby\n granted, free of charge"},
            "MIT",
        ),
        ({"LicenseText": "GNU AFFERO GENERAL\nPUBLIC LICENSE and\n Apache License"}, "AGPL"),
        ({}, ""),
    ],
)
def test_the_most_exact_field_is_read(fields, named):
    found = licences.licence(row(**fields))
    assert found.startswith(named)
    assert bool(found) == bool(named)


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("MIT", None),
        ("GPL-2.0-only OR Apache-2.0", None),
        ("LGPL-2.1-or-later", None),
        ("GNU Lesser General Public License v3 (LGPLv3)", None),
        ("AGPL-3.0-only", "its licence is the AGPL (AGPL-3.0-only)"),
        ("GNU Affero General Public License v3", "its licence is the AGPL (GNU Affero Gen"),
        ("MIT AND AGPL-3.0", "its licence is the AGPL"),
        ("GNU General Public License v3 (GPLv3)", "its licence is the GPL alone"),
        ("MIT AND GPL-3.0-or-later", "its licence is the GPL alone"),
        ("Proprietary", "its licence is unknown (Proprietary)"),
        ("MIT AND Proprietary", "its licence is unknown"),
        ("", "its licence is unknown (nothing is said)"),
    ],
)
@pytest.mark.parametrize("run", [True, False], ids=["run", "development"])
def test_agpl_gpl_alone_and_unknown_licences_are_refused(named, reason, run):
    said = licences.refusal("a-b", named, run=run)
    assert (said or "").startswith(reason or "")
    assert (said is None) == (reason is None)


def test_an_exception_holds_for_development_alone():
    [package] = licences.EXCEPTIONS
    assert licences.refusal(package, "GPL", run=False) is None
    assert licences.refusal(package, "GPL", run=True) == "its licence is the GPL alone (GPL)"


def test_an_exception_is_a_package_of_the_tests():
    assert licences.EXCEPTIONS.keys() <= licences.locked(["requirements-dev.lock"])
    assert licences.READ.keys() <= licences.locked(["requirements.lock"])
