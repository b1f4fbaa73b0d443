"""The lists of a run's files in docs say what the targets ask for."""

import re
import shutil

import pytest

import result_files
from firmsim.run.targets import FILES
from result_files import HOME, PAGE


def test_the_page_is_up_to_date(capsys):
    assert result_files.main(["--check"]) == 0, capsys.readouterr().out


def test_a_stale_page_is_named_and_made_anew(tmp_path, capsys):
    page = tmp_path / PAGE
    page.parent.mkdir(parents=True)
    shutil.copy(HOME / PAGE, page)
    text = page.read_text()
    page.write_text(text.replace("| `firms.csv`", "| `firm.csv`"))
    assert result_files.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().out.startswith(f"{PAGE}: is out of date")
    assert result_files.main([], tmp_path) == 0
    assert page.read_text() == text


def test_no_file_is_listed_twice():
    patterns = [file.pattern for file in FILES]
    assert len(set(patterns)) == len(patterns)


@pytest.mark.parametrize(
    ("page", "heading", "below"),
    [
        ("README.md", "## Reading the results\n", ""),
        ("docs/evaluation.md", "Results are in `results/<run>/evaluation/`:\n", "evaluation/"),
    ],
)
def test_other_pages_list_files_that_are_targets(page, heading, below):
    text = (HOME / page).read_text(encoding="utf-8").split(heading)[1].split("\n\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    named = [below + name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    assert len(named) > 5
    patterns = [file.pattern for file in FILES]
    for name in named:
        folder = name.endswith("/")
        assert any(p.startswith(name) if folder else p == name for p in patterns), name
