"""`import firmsim`: what it exposes, what it loads, and that each name has an example."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import firmsim

SOURCE = Path(firmsim.__file__)
PUBLIC = [name for name in firmsim.__all__ if not name.startswith("__")]


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_heavy_is_loaded_before_it_is_used():
    code = """
import sys
before = set(sys.modules)
import firmsim
new = {name.split(".")[0] for name in set(sys.modules) - before}
print(*sorted(new & {"torch", "pandas", "numpy", "scipy", "sklearn", "pydantic"}))
print(*sorted(name for name in sys.modules if name.startswith("firmsim.")))
"""
    assert run(code).split("\n")[:2] == ["", ""]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_a_docstring_with_an_example(name):
    value = getattr(firmsim, name)
    assert value.__name__ == name
    assert ">>>" in (value.__doc__ or ""), f"{name} has no example"


def test_checkers_see_the_names_that_are_loaded():
    tree = ast.parse(SOURCE.read_text("utf-8"))
    (block,) = (
        node
        for node in tree.body
        if isinstance(node, ast.If) and isinstance(node.body[0], ast.ImportFrom)
    )
    seen = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == firmsim._MODULES
    assert sorted(seen) == sorted(PUBLIC)


def test_every_public_name_is_listed_and_no_other_exists():
    assert set(firmsim.__all__) <= set(dir(firmsim))
    assert len(set(firmsim.__all__)) == len(firmsim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        firmsim.lode  # noqa: B018


def test_the_package_is_typed():
    assert SOURCE.with_name("py.typed").is_file()
