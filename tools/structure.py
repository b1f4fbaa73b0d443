"""Check how the package is built: sizes, the modules at its top, and the direction of imports.

    python tools/structure.py

prints one line per fault, ``file:line: rule: what was found``, and exits with 1 when there is one.
The limits are signs, not laws: a file, a function or a class beyond them holds more than one idea.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from faults import Fault, print_faults

HOME = Path(__file__).resolve().parent.parent
PACKAGE = "firmsim"
MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 60
"""Lines of a function's body, its docstring left out."""
MAX_METHODS = 20

ROOMS = (
    ("errors", "files", "firms", "surroundings", "typing"),
    ("config",),
    ("prices",),
    ("growth",),
    ("recurrent",),
    ("objectives",),
    ("training",),
    ("encoders",),
    ("similarity",),
    ("association",),
    ("evaluation",),
    ("run",),
    ("report",),
    ("cli",),
)
"""Rooms of the package: one imports from those before it, and from those of its own line."""

TOP = {"__init__", "errors", "files", "growth", "surroundings", "typing"}
"""Modules that are no rooms."""

LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}


@dataclass(frozen=True)
class Module:
    """A file of the package, read."""

    name: str
    """Dotted, without the package's own name; empty for the package itself."""
    path: str
    """Relative to the project."""
    lines: int
    tree: ast.Module

    @property
    def room(self) -> str:
        """First part of the name."""
        return self.name.split(".")[0]


def modules(home: Path) -> list[Module]:
    """Every file of the package, sorted."""
    top = home / "src" / PACKAGE
    found = []
    for path in sorted(top.rglob("*.py")):
        parts = path.relative_to(top).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        relative = path.relative_to(home).as_posix()
        found.append(Module(name, relative, len(text.splitlines()), ast.parse(text)))
    return found


def sizes(module: Module) -> Iterator[Fault]:
    """Files, functions and classes that are too long."""
    if module.lines > MAX_FILE_LINES:
        told = f"{module.lines} lines, at most {MAX_FILE_LINES}"
        yield Fault(module.path, 1, "file", told)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > MAX_FUNCTION_LINES:
                told = f"{node.name} has {lines} lines, at most {MAX_FUNCTION_LINES}"
                yield Fault(module.path, node.lineno, "function", told)
        elif isinstance(node, ast.ClassDef):
            methods = sum(isinstance(part, ast.FunctionDef) for part in node.body)
            if methods > MAX_METHODS:
                told = f"{node.name} has {methods} methods, at most {MAX_METHODS}"
                yield Fault(module.path, node.lineno, "class", told)


def top_modules(found: list[Module]) -> Iterator[Fault]:
    """Modules and packages at the top that have no place there."""
    for module in found:
        file = module.path.removeprefix(f"src/{PACKAGE}/")
        folder, _, inner = file.rpartition("/")
        rooms = TOP if not folder else LEVEL if inner == "__init__.py" else {module.room}
        if module.room and module.room not in rooms:
            yield Fault(module.path, 1, "top", f"{module.room} is no room of the package")


def imports(module: Module, names: set[str]) -> Iterator[tuple[int, str, bool]]:
    """Line and name of every module of the package that one imports, and whether at its top.

    Imports for type checkers only are among them, as imports that are not at the top.
    """
    at_top = set(map(id, module.tree.body))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            wanted = [*(inner & names), *([] if inner <= names else [node.module])]
        else:
            continue
        for name in wanted:
            if name.startswith(f"{PACKAGE}."):
                yield node.lineno, name, id(node) in at_top


def directions(found: list[Module]) -> Iterator[Fault]:
    """Imports that run back along the rooms, and circles of modules."""
    names = {f"{PACKAGE}.{module.name}" for module in found}
    graph: dict[str, set[str]] = {}
    for module in found:
        if not module.name:
            continue  # it names what every room exposes, and imports it when it is used
        for line, name, at_top in imports(module, names):
            inner = name.removeprefix(f"{PACKAGE}.")
            room = inner.split(".")[0]
            if LEVEL.get(room, -1) > LEVEL.get(module.room, len(ROOMS)):
                yield Fault(module.path, line, "back", f"{module.room} imports {inner}")
            if at_top and inner != module.name:
                graph.setdefault(module.name, set()).add(inner)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        path = next(module.path for module in found if module.name == circle[0])
        yield Fault(path, 1, "circle", " <- ".join(circle))


def check(home: Path) -> list[Fault]:
    """Every fault of the package."""
    found = modules(home)
    faults = [fault for module in found for fault in sizes(module)]
    return sorted([*faults, *top_modules(found), *directions(found)])


def main() -> int:
    """Print the faults."""
    return print_faults(check(HOME))


if __name__ == "__main__":
    sys.exit(main())
