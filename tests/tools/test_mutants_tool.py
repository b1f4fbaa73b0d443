"""The table of mutants: what counts as killed, and the interval of a sample."""

import json

from mutants import sample, statuses, table


def rooms(folder):
    for name, codes in {
        "a/one": [1, 1, 0],
        "a/two": [33, -24, 1, 1, 3],
        "b/c/three": [1, None],
    }.items():
        file = folder / f"{name}.py.meta"
        file.parent.mkdir(parents=True, exist_ok=True)
        codes = {f"{name}{k}": code for k, code in enumerate(codes)}
        file.write_text(json.dumps({"exit_code_by_key": codes}), "utf-8")
    return statuses(folder)


def test_a_mutant_without_a_test_survives_and_one_without_end_is_killed(tmp_path):
    whole, part = table(rooms(tmp_path)).splitlines()[2:]
    assert whole == "| `a/` | 8 | 8 | 5 | 1 | 2 | 75.0% |"
    assert part == "| `b/c/` | 2 | 1 | 1 | 0 | 0 | 100.0% (21% to 100%) |"  # Wilson: 1 / (1 + z^2)


def test_a_sample_is_of_every_room_and_repeats(tmp_path):
    found = rooms(tmp_path)
    drawn = sample(found, 3, seed=1)
    assert sum(name.startswith("a/") for name in drawn) == 3
    assert len(set(drawn)) == 5
    assert drawn == sample(found, 3, seed=1) != sample(found, 3, seed=2)
