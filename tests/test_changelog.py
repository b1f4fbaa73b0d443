"""The pages about a version are in step with the package."""

import re
from pathlib import Path

import firmsim
from firmsim.config.renamed import RENAMED_KEYS

ROOT = Path(__file__).resolve().parents[1]


def test_the_changelog_lists_every_renamed_key():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([\w.[\]]+)` \| `([\w.[\]]+)` \|$", text, re.M))
    first = {old: new for old, new in RENAMED_KEYS.items() if old.count(".") < 3}
    listed = {old.replace(".*.", "[]."): new.replace(".*.", "[].") for old, new in first.items()}
    assert listed.items() <= rows.items()


def test_the_version_is_the_same_everywhere():
    versions = re.findall(r"^## (\d\S*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert versions[0] == firmsim.__version__
    assert f"\nversion: {firmsim.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
