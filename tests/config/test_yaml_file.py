"""A configuration file of a stranger: read within limits, or refused in one line at once."""

import os
import subprocess
import sys
import time

import pytest

from firmsim.config.limits import MAX_DEPTH, MAX_VALUES
from firmsim.config.yaml_file import MAX_BYTES, read_config, values_of
from firmsim.errors import ConfigError

SECONDS = 2.0
"""A refusal takes less, and most take a thousandth of it."""
MEGABYTES = 200


def nested(item, levels=10, width=10):
    """YAML in which every level holds ten aliases of the level before."""
    lines = [f"a0: &a0 {item}"]
    for level in range(1, levels):
        inner = ", ".join(f"*a{level - 1}" for _ in range(width))
        lines.append(f"a{level}: &a{level} [{inner}]")
    return "\n".join(lines)


def merged(levels=10, width=10):
    """YAML in which every level merges ten aliases of the level before."""
    lines = ["a0: &a0 {x: 1}"]
    for level in range(1, levels):
        inner = ", ".join(f"*a{level - 1}" for _ in range(width))
        lines.append(f"a{level}: &a{level} {{<<: [{inner}]}}")
    return "\n".join(lines)


def keyed(levels=10, width=10):
    """YAML in which every level is a block of ten keys with the level before as a value."""
    lines = ["a0: &a0 {x: 1}"]
    for level in range(1, levels):
        inner = ", ".join(f"k{key}: *a{level - 1}" for key in range(width))
        lines.append(f"a{level}: &a{level} {{{inner}}}")
    return "\n".join(lines)


HOSTILE = {
    "10 MB": ("firms: [" + "AAPL, " * 1_700_000 + "]", "larger than 1,000,000 bytes"),
    "many values": ("a: [" + "1," * 400_000 + "]", "more than 100,000 values"),
    "alias bomb": (nested("x"), "more than 100,000 values"),
    "alias bomb of blocks": (keyed(), "more than 100,000 values"),
    "merge bomb": (merged(), "more than 100,000 values"),
    "alias of itself": ("a: &a [*a]", "alias *a without a value"),
    "alias of nothing": ("a: *b", "alias *b without a value"),
    "deep flow": ("a: " + "[" * 50_000, "more than 20 blocks"),
    "deep keys": ("{a: " * 50_000, "more than 20 blocks"),
    "deep blocks": ("\n".join(" " * i + "a:" for i in range(1300)), "more than 20 blocks"),
    "deep JSON": ('{"a":' * 50_000 + "1" + "}" * 50_000, "too deeply"),
    "deep JSON that is none": ('{"a":' * 50_000, "too deeply"),
    "python name": ("run: !!python/name:os.system", "tag !!python/name:os.system"),
    "python object": ("run: !!python/object/apply:os.system [ls]", "tag !!python/object/apply"),
    "python tuple": ("firms: !!python/tuple [A, B, C]", "tag !!python/tuple"),
    "unknown tag": ("run: !mine x", "tag !mine"),
    "binary": ("run: !!binary YQ==", "tag !!binary"),
    "tag that does not fit": ("run: !!bool x", "tag !!bool"),
    "tag of a block": ("prices: !!set {a, b}", "tag !!set"),
    "key twice": (
        "run: a\nprices:\n  path: x\n  path: y",
        "line 4 has the key 'path' twice (line 3)",
    ),
    "key twice in JSON": ('{"run": "a", "run": "b"}', "has the key 'run' twice"),
    "list as a key": ("[a]: b", "as a key"),
    "long text": ("run: " + "x" * 5000, "more than 4,096 characters"),
    "long number": ("run: " + "9" * 5000, "more than 4,096 characters"),
    "long number in JSON": ('{"run": ' + "9" * 5000 + "}", "more than 4,096 characters"),
    "sexagesimal overflow": ("run: " + "59:" * 700 + "59.5", "is no YAML"),
    "syntax": ("run: [", "line 1 is no YAML"),
    "tab": ("prices:\n\tpath: x", "line 2 is no YAML"),
    "no day": ("firms_as_of: 2015-02-30", "day is out of range"),
    "NUL": ("run: a\0b", "control characters"),
    "two documents": ("run: a\n---\nrun: b", "second document"),
    "list at the top": ("- run", "holds no keys but ['run']"),
    "text at the top": ("run", "holds no keys but 'run'"),
    "merge of a text": ("<<: a", "is no YAML"),
}


def refusal(call, *arguments):
    begun = time.process_time()
    with pytest.raises(ConfigError) as error:
        call(*arguments)
    assert time.process_time() - begun < SECONDS
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert len(message) < 500
    return message


@pytest.mark.parametrize("case", HOSTILE)
def test_what_no_configuration_needs_is_refused_at_once(tmp_path, case):
    text, reason = HOSTILE[case]
    file = tmp_path / "my.yaml"
    file.write_text(text)
    message = refusal(read_config, file)
    assert "my.yaml" in message
    assert reason in message


def test_bytes_that_are_no_text(tmp_path):
    file = tmp_path / "my.yaml"
    file.write_bytes("run: a\nname: Nestlé".encode("latin-1"))
    assert "my.yaml, line 2 is not UTF-8" in refusal(read_config, file)
    file.write_text("run: a", encoding="utf-16")
    assert "is not UTF-8" in refusal(read_config, file)


def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, reason in [
        (tmp_path / "pipe", "is a device or a pipe"),
        ("/dev/zero", "is a device or a pipe"),
        (tmp_path, "Is a directory"),
        (tmp_path / "none", "No such file"),
        (tmp_path / ("x" * 300), "name too long"),
        ("a\0b", "null byte"),
        ("a\nb", "No such file"),
    ]:
        assert reason in refusal(read_config, path)


def test_what_a_configuration_may_hold():
    assert values_of("", "x") == values_of("# nothing", "x") == {}
    assert values_of("\ufeffrun: a", "x") == {"run": "a"}
    assert values_of('{"run": "a"}', "x") == {"run": "a"}
    assert values_of("{run: a}", "x") == {"run": "a"}  # YAML in braces is no JSON
    assert values_of("run: !!str 5", "x") == {"run": "5"}
    shared = "a: &a {name: elman}\nb: [*a, *a]\nc: {<<: *a, hidden: 5}"
    assert values_of(shared, "x")["c"] == {"name": "elman", "hidden": 5}
    tickers = [f"T{number}" for number in range(50_000)]
    text = "firms: [" + ", ".join(tickers) + "]"
    assert values_of(text, "x")["firms"] == tickers
    assert len(text) < MAX_BYTES
    assert len(tickers) < MAX_VALUES
    deep = "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert values_of(deep, "x")


@pytest.mark.parametrize("case", ["10 MB", "many values", "alias bomb", "deep JSON"])
def test_memory_of_a_refusal(tmp_path, case):
    file = tmp_path / "my.yaml"
    file.write_text(HOSTILE[case][0])
    code = (
        "import re, sys\n"
        "from firmsim.config.guard import check_command_line\n"
        "try: check_command_line(['--configfile', sys.argv[1]])\n"
        "except SystemExit as end: print(end)\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())\n"
        "print(int(peak[1]) // 1024)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, file], capture_output=True, text=True, check=True, timeout=60
    )
    said, megabytes = ran.stdout.splitlines()
    assert said.startswith("error: ")
    assert int(megabytes) < MEGABYTES
