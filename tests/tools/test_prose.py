"""The prose check finds what it should, at its line, and lets good prose pass."""

import pytest

import prose

SETTINGS = """
[tool.firmsim.prose]
include = ["src/**/*.py", "*.md", "*.html", "*.yaml"]
exclude = ["old.md"]
allow = ["src/firmsim/pool.py: word: future"]
"""
LONG = " ".join(["word"] * 36) + "."


def found(name, text):
    check = {
        "py": prose.check_python,
        "md": prose.check_page,
        "html": prose.check_template,
        "yaml": prose.check_keys_of_file,
    }[name.rpartition(".")[2]]
    return [(fault.line, fault.rule) for fault in check(name, text)]


PYTHON = {
    "docstring of a constant": ('A = 1\n"""Of a thing."""\n', [(2, "of-docstring")]),
    "long sentence": (f'"""One.\n\n{LONG}\n"""\n', [(3, "long-sentence")]),
    "two sentences": (f'"""{LONG[:100]} end. And {LONG[:100]}."""\n', []),
    "list": (f'"""One.\n\n- {LONG[:-1]}\n- word {LONG[:90]}\n"""\n', [(3, "long-sentence")]),
    "formula": (f'"""One.\n\n.. math:: {LONG}\n    {LONG}\n"""\n', []),
    "example": (f'"""One.\n\n>>> f(.5)\n{LONG}\n"""\n', []),
    "literal block": (f'"""One::\n\n    {LONG}\n\nTwo.\n"""\n', []),
    "number": ('"""A share of .85 of them."""\n', [(1, "leading-zero")]),
    "numbers that are right": ('"""From -0.85 to 1.5, 0.5 and ``.85``."""\n', []),
    "version": ('"""Python 3.11, a.b and file.8."""\n', []),
    "percent": ('"""The 95 % interval."""\n', [(1, "percent")]),
    "percent that is right": ('"""The 95% interval."""\n', []),
    "identifier": ("def f(cure):\n    return cure\n", [(1, "word"), (2, "word")]),
    "private identifier": ("_glance = 1\n", [(1, "word")]),
    "attribute": ("a.packing()\n", [(1, "word")]),
    "part of an identifier": ("later_days = outlook = 1\n", []),
    "future of the language": ("from __future__ import annotations\n", []),
    "word in a string": ("a = 'look there'\n", []),
    "key": ("a = {'future': 1}\nb = a['regime']\n", [(1, "word"), (2, "word")]),
    "mask": ("known = ~np.isnan(x)\n", [(1, "word")]),
    "mask as parameter": ("def f(seen: Flags): ...\n", [(1, "word")]),
    "no mask": ("known = set(names)\n", []),
}


@pytest.mark.parametrize("case", PYTHON)
def test_python(case):
    text, faults = PYTHON[case]
    assert found("file.py", text) == faults


PAGES = {
    "long sentence": (f"# Title\n\n{LONG}\n", [(3, "long-sentence")]),
    "over lines": (f"{LONG[:60]}\n{LONG[60:]}\n", [(1, "long-sentence")]),
    "code": (f"```\n{LONG}\n.5\n```\n", []),
    "indented code": (f"Run\n\n    {LONG}\n", []),
    "formula": (f"$$\n{LONG}\n$$\n", []),
    "table": ("| a | b |\n|---|---|\n| .85 | 1 % |\n", [(3, "leading-zero"), (3, "percent")]),
    "cells": (f"| {LONG[:90]} | {LONG[:90]} |\n", []),
}


@pytest.mark.parametrize("case", PAGES)
def test_page(case):
    text, faults = PAGES[case]
    assert found("page.md", text) == faults


def test_template():
    text = (
        '<p>{{ look.value }}\n<b>.5</b></p>\n{% if future %}x{% endif %}\n<p class="future">a</p>'
    )
    assert sorted(found("page.html", text)) == [(1, "leading-zero"), (1, "word"), (3, "word")]
    assert found("page.html", f"<p>{LONG[:90]}</p><p>{LONG[:90]}</p>") == []


def test_configuration():
    assert found("a.yaml", "encoder:\n  presence: 0.5  # future: no\n") == [(2, "word")]
    assert found("a.yaml", "a: {regime: 1, b: future}\n") == [(1, "word")]


@pytest.fixture
def home(tmp_path):
    package = tmp_path / "src/firmsim"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "old.md").write_text(LONG)
    (package / "one.py").write_text("class Panel: ...\n")
    (package / "pool.py").write_text("class Panel: ...\nfuture = cure = 1\n")
    return tmp_path


def test_settings_choose_files_and_faults(home):
    assert [str(fault) for fault in prose.check(home, [])] == [
        "src/firmsim/pool.py:2: word: cure: use hint",
        "src/firmsim/pool.py:1: duplicate-class: Panel is also src/firmsim/one.py:1",
    ]
    assert prose.check(home, [home / "src/firmsim/one.py"]) == []
