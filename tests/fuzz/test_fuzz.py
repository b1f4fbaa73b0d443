"""A short form of the fuzzer without coverage: seeds, inputs that once crashed, and mutations."""

import random

import pyarrow as pa
import pytest
from fuzz_seeds import SEEDS, parquet_bytes
from fuzz_targets import TARGETS

MUTATIONS = 60
"""Per target; `make fuzz` runs millions, guided by coverage."""
TOKENS = [b"\x00", b"\xff", b"\r", b'"', b",", b"\n", b"{", b"[", b"&a ", b"*a", b"!!", b": ", b"-"]


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Change a few places of an input."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        place = rng.randint(0, len(changed))
        match rng.randrange(4):
            case 0:
                del changed[place : place + rng.randint(1, 20)]
            case 1:
                changed[place:place] = rng.choice(TOKENS) * rng.choice([1, 1, 3, 50])
            case 2 if place < len(changed):
                changed[place] = rng.randrange(256)
            case _:
                changed[place:place] = changed[: rng.randint(0, 40)]
    return bytes(changed)


@pytest.mark.parametrize("target", TARGETS)
def test_only_errors_of_firmsim_come_out(target):
    rng = random.Random(15)
    seeds = SEEDS[target]()
    for seed in seeds:
        TARGETS[target](seed)
    for number in range(MUTATIONS):
        content = mutated(rng.choice(seeds), rng)
        try:
            TARGETS[target](content)
        except Exception as error:
            pytest.fail(f"{target}, mutation {number}: {error!r} for the bytes {content!r}")


NO_UTF8 = parquet_bytes(
    pa.table({"date": ["2020-01-01"], "ticker": ["1299.HK"], "close": [1.0]}), compression="none"
)
REGRESSIONS = {
    "config_values": [b"encoders: [{cell: elman, steps: 9, x: '" + b"\xe0" * 500 + b"'}]"],
    "prices_parquet": [NO_UTF8.replace(b"1299.HK", b"129\xff\xff\xff\xff")],
    "firms_table": [b"Ticker , Sector\rticker\nA,Energy\r\nB,=1+1\r\n"],
}
"""Target -> inputs that once ended in another error."""


@pytest.mark.parametrize(
    ("target", "content"),
    [(target, content) for target, contents in REGRESSIONS.items() for content in contents],
)
def test_what_once_crashed(target, content):
    TARGETS[target](content)
