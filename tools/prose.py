"""Check how firmsim speaks: the rules of CONTRIBUTING.md that a program can check.

    python tools/prose.py [PATH...]

prints one line per fault, ``file:line: rule: excerpt``, and exits with 1 when there is one. Without
paths it reads what ``[tool.firmsim.prose]`` in pyproject.toml includes. The rules:

of-docstring
    A docstring starts with what the thing is or does, not with "Of".
long-sentence
    A sentence of a docstring or a page has at most 35 words.
leading-zero
    A number below 1 is written with its zero, 0.85.
percent
    A percentage is written without a blank, 95%.
word
    An identifier or a key is a word of the glossary, not one that it replaces.
duplicate-class
    One class name stands for one thing in the package.
"""

from __future__ import annotations

import argparse
import ast
import fnmatch
import inspect
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faults import Fault, print_faults

HOME = Path(__file__).resolve().parent.parent
MAX_WORDS = 35
PACKAGE = "src"
"""Folder in which class names are compared."""

WORDS = {
    "blame": "error_prefix",
    "cure": "hint",
    "future": "horizon",
    "glance": "rankings",
    "later": "horizon",
    "look": "validation_check",
    "looks": "validation_checks",
    "manners": "RequestPolicy",
    "packing": "arrays",
    "presence": "min_history_share",
    "present": "observed",
    "questions": "explanation",
    "regime": "variance_power",
    "streak": "CircuitBreaker",
    "there": "observed",
    "watch": "Callback",
}
"""Identifier or key that is not used -> the one that is."""

MASKS = {"known", "seen"}
"""Names that a mask of observed values does not have; other things may."""

_MASK_MADE = re.compile(r"\b(isnan|isfinite|isna|notna|isnull|notnull)\b")
_MASK_TYPE = re.compile(r"\b(Flags|bool_|Tensor)\b")

_NUMBER = re.compile(r"(?<![\w.)\]])[-+]?\.\d")
_PERCENT = re.compile(r"\d %(?!\()")
_CODE = re.compile(r"``.+?``|`[^`]+`|\$[^$]+\$|<[^<>]+>")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]*_]*\s+(?=[\"'(\[*_`]*[A-Z0-9`<])")
_BLOCK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ALTERNATIVE = re.compile(r"\{%-? *(else|elif|for|endfor)\b.*?%\}", re.DOTALL)
_STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
_UNREAD = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|\{#.*?#\}", re.DOTALL)
_INLINE_TAG = re.compile(r"</?(a|b|i|em|strong|code|span|sup|sub|abbr)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(r"\b[A-Za-z_]+\b")
_GRID = re.compile(r"=+( +=+)+$")
_UNDERLINE = re.compile(r"[-=^~]{3,}$")
_FIELD = re.compile(r"\*{0,2}[\w.]+(, \*{0,2}[\w.]+)* : ")
_ITEM = re.compile(r"([-*+]|\d+[.)])\s+")


@dataclass(frozen=True)
class Paragraph:
    """Running text and the line on which it starts."""

    line: int
    text: str


class Reader:
    """Splits a docstring or a page into paragraphs.

    List items and table cells are paragraphs of their own. Code, formulas, examples, headings'
    underlines and the fields of numpydoc are left out.
    """

    def __init__(self) -> None:
        self.found: list[Paragraph] = []
        self.held: list[str] = []
        self.start = 0
        self.indent = 0
        self.fence = ""
        self.example = False
        """Inside an example or a table of reStructuredText, up to the next blank line."""
        self.body_of: int | None = None
        """Indentation of the line whose indented body is code."""

    def read(self, lines: Iterable[str], first_line: int = 1) -> list[Paragraph]:
        """Paragraphs of these lines, the first of which has the number given."""
        last = ""  # the last line that is not blank
        blank = True
        for number, line in enumerate(lines, start=first_line):
            bare, depth = line.strip(), _depth(line)
            if not self._is_code(bare, depth, last, blank):
                self._add(number, bare, depth)
            elif bare:
                self._flush()
            blank = not bare
            last = line if bare else last
        self._flush()
        return self.found

    def _is_code(self, bare: str, depth: int, last: str, after_blank: bool) -> bool:
        mark = next((mark for mark in ("```", "~~~", "$$") if bare.startswith(mark)), "")
        if mark and self.fence in ("", mark):
            one_line = mark == "$$" and bare.count(mark) == 2
            self.fence = "" if self.fence or one_line else mark
            return True
        if self.fence:
            return True
        if self.body_of is not None and (not bare or depth > self.body_of):
            return bool(bare)
        self.body_of = None
        begins = bare.startswith(">>>") or _GRID.match(bare) is not None
        self.example = bool(bare) and (self.example or begins)
        if self.example:
            return True
        literal = last.rstrip().endswith("::") and depth > _depth(last)
        if bare.startswith((".. ", "<!--")) or literal:
            self.body_of = depth if bare.startswith("..") else _depth(last)
            return True
        inside = _FIELD.match(last.strip()) or _ITEM.match(last.strip())
        if after_blank and bare and last and depth >= _depth(last) + 4 and not inside:
            self.body_of = _depth(last)
            return True
        return bool(_UNDERLINE.match(bare))

    def _add(self, number: int, bare: str, depth: int) -> None:
        item = _ITEM.match(bare)
        if not bare or item or _FIELD.match(bare) or bare[0] in "|#" or depth != self.indent:
            self._flush()
        if bare.startswith("|"):
            self.found += [Paragraph(number, cell.strip()) for cell in bare.strip("|").split("|")]
        elif bare and not _FIELD.match(bare):
            text = bare[item.end() :] if item else bare.lstrip("#")
            if not self.held:
                self.start, self.indent = number, depth + (item.end() if item else 0)
            self.held.append(text.strip())
            if bare.startswith("#"):
                self._flush()

    def _flush(self) -> None:
        if self.held:
            self.found.append(Paragraph(self.start, " ".join(self.held)))
        self.held = []


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def check_paragraphs(path: str, found: Iterable[Paragraph]) -> Iterator[Fault]:
    """Faults of sentences and of numbers."""
    for paragraph in found:
        text = _CODE.sub("X", paragraph.text)
        for sentence in _SENTENCE_END.split(text):
            count = sum(any(map(str.isalnum, word)) for word in sentence.split())
            if count > MAX_WORDS:
                told = f"{count} words: {_cut(sentence)}"
                yield Fault(path, paragraph.line, "long-sentence", told)
        for rule, pattern in (("leading-zero", _NUMBER), ("percent", _PERCENT)):
            if match := pattern.search(text):
                excerpt = text[max(0, match.start() - 20) : match.end() + 20]
                yield Fault(path, paragraph.line, rule, excerpt)


def _cut(text: str) -> str:
    return text if len(text) <= 70 else text[:67] + "..."


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring, those of attributes and constants included."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and (text := _text(statement.value)):
                yield statement.lineno, text


def _text(node: ast.expr | None) -> str:
    """Value of a string literal; empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def check_python(path: str, source: str) -> Iterator[Fault]:
    """Faults of a Python file."""
    tree = ast.parse(source)
    for line, text in docstrings(tree):
        if re.match(r"\s*Of\b", text):
            yield Fault(path, line, "of-docstring", _cut(text.strip().splitlines()[0]))
        yield from check_paragraphs(path, Reader().read(inspect.cleandoc(text).splitlines(), line))
    yield from _check_names(path, source)
    yield from _check_keys(path, tree)
    yield from _check_masks(path, tree)


def _check_names(path: str, source: str) -> Iterator[Fault]:
    """Identifiers that the glossary replaces."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and (word := _replaced(token.string)):
            yield Fault(path, token.start[0], "word", f"{token.string}: use {WORDS[word]}")


def _replaced(name: str) -> str | None:
    word = name.removeprefix("_").lower()
    return word if word in WORDS else None


def _check_keys(path: str, tree: ast.Module) -> Iterator[Fault]:
    """Keys and columns that the glossary replaces."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = [*node.keys]
        elif isinstance(node, ast.Subscript):
            keys = [node.slice]
        else:
            continue
        for text in map(_text, keys):
            if word := _replaced(text):
                yield Fault(path, node.lineno, "word", f"key {text!r}: use {WORDS[word]}")


def _check_masks(path: str, tree: ast.Module) -> Iterator[Fault]:
    """Masks of observed values under another name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _MASK_MADE.search(ast.unparse(node.value)):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.arg) and node.annotation is not None:
            names = {node.arg} if _MASK_TYPE.search(ast.unparse(node.annotation)) else set()
        else:
            continue
        for name in names & MASKS:
            yield Fault(path, node.lineno, "word", f"mask {name}: use observed")


def check_page(path: str, text: str) -> Iterator[Fault]:
    """Faults of a page in Markdown or reStructuredText."""
    yield from check_paragraphs(path, Reader().read(text.splitlines()))


def check_template(path: str, text: str) -> Iterator[Fault]:
    """Faults of an HTML template: of its sentences and of the names that it reads."""
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        for name in _NAME.findall(re.sub(r"\"[^\"]*\"|'[^']*'", "", block[0])):
            if word := _replaced(name):
                yield Fault(path, line, "word", f"{name}: use {WORDS[word]}")
    for pattern, put in (
        (_UNREAD, "\0"),
        (_ALTERNATIVE, "\0"),
        (_STATEMENT, " "),
        (_BLOCK, "X"),
        (_INLINE_TAG, ""),
        (_TAG, "\0"),
    ):
        text = _without(pattern, put, text)
    line = 1
    for part in text.split("\0"):
        start = line + len(part[: len(part) - len(part.lstrip())].split("\n")) - 1
        line += part.count("\n")
        yield from check_paragraphs(path, [Paragraph(start, " ".join(part.split()))])


def _without(pattern: re.Pattern[str], put: str, text: str) -> str:
    """Put something in the place of every match, and keep the number of lines."""
    return pattern.sub(lambda match: put + "\n" * match[0].count("\n"), text)


def check_keys_of_file(path: str, text: str) -> Iterator[Fault]:
    """Keys of a YAML or JSON file that the glossary replaces."""
    pattern = re.compile(r"^[\s{\[,-]*\"?([A-Za-z_]+)\"?\s*:(?:\s|$)|[{,]\s*\"?([A-Za-z_]+)\"?:\s")
    for number, line in enumerate(text.splitlines(), start=1):
        for found in pattern.finditer(line.split(" #")[0]):
            name = found[1] or found[2]
            if word := _replaced(name):
                yield Fault(path, number, "word", f"key {name}: use {WORDS[word]}")


def check_file(path: Path, home: Path) -> list[Fault]:
    """Faults of one file, in the order of its lines."""
    name = path.relative_to(home).as_posix()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return sorted(check_python(name, text))
    if path.suffix in (".md", ".rst"):
        return sorted(check_page(name, text))
    if path.suffix == ".html":
        return sorted(check_template(name, text))
    if path.suffix in (".yaml", ".json"):
        return sorted(check_keys_of_file(name, text))
    return []


def duplicate_classes(home: Path) -> Iterator[Fault]:
    """Classes of the package that share a name."""
    first: dict[str, str] = {}
    for path in sorted((home / PACKAGE).rglob("*.py")):
        name = path.relative_to(home).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                where = f"{name}:{node.lineno}"
                if node.name in first:
                    other = f"{node.name} is also {first[node.name]}"
                    yield Fault(name, node.lineno, "duplicate-class", other)
                first.setdefault(node.name, where)


def settings(home: Path) -> dict[str, list[str]]:
    """Files to read, pages that are left out and faults that are none, from pyproject.toml."""
    project = tomllib.loads((home / "pyproject.toml").read_text(encoding="utf-8"))
    chosen: dict[str, list[str]] = project["tool"]["firmsim"]["prose"]
    return chosen


def files(home: Path, include: list[str], exclude: list[str]) -> list[Path]:
    """Files that the settings name, without those that they leave out."""
    found = {path for pattern in include for path in home.glob(pattern) if path.is_file()}
    return sorted(
        path
        for path in found
        if not any(fnmatch.fnmatch(path.relative_to(home).as_posix(), name) for name in exclude)
    )


def check(home: Path, paths: list[Path]) -> list[Fault]:
    """Faults of the files named, or of all; those that the settings allow are left out."""
    chosen = settings(home)
    every = files(home, chosen["include"], chosen["exclude"])
    wanted = [path.resolve() for path in paths] or [home]
    faults = [
        fault
        for path in every
        if any(path.is_relative_to(one) for one in wanted)
        for fault in check_file(path, home)
    ]
    faults += [
        fault
        for fault in duplicate_classes(home)
        if any((home / fault.path).is_relative_to(one) for one in wanted)
    ]
    allowed = chosen.get("allow", [])
    return [fault for fault in faults if not any(_allows(entry, fault) for entry in allowed)]


def _allows(entry: str, fault: Fault) -> bool:
    """Whether an entry ``path: rule: words`` of the settings is about a fault."""
    path, rule, words = entry.split(": ", 2)
    return fnmatch.fnmatch(fault.path, path) and rule == fault.rule and words in fault.excerpt


def main() -> int:
    """Print the faults."""
    parser = argparse.ArgumentParser(description="Check how firmsim speaks.")
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders (default: all)")
    return print_faults(check(HOME, parser.parse_args().paths))


if __name__ == "__main__":
    sys.exit(main())
