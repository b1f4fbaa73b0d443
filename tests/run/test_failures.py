"""Errors of jobs, told at the end of a run."""

from firmsim.errors import EncoderError, PriceError
from firmsim.run.failures import failure_lines, note_failure

VALUES = {"audit": {"min_history": 9999}}


def test_each_error_is_told_once_with_its_place(tmp_path):
    config, noted = tmp_path / "my.yaml", tmp_path / "failed.jsonl"
    config.write_text("audit:\n  min_history: 9999\n")
    assert failure_lines(noted, VALUES, [config]) == []
    for _ in range(2):
        error = PriceError("min_history: no firm has 9999 prices", parameter="min_history")
        note_failure(noted, error, ["audit"])
    note_failure(noted, EncoderError("prices.csv: ünreadable"), [])
    assert failure_lines(noted, VALUES, [config]) == [
        f"error: audit.min_history: no firm has 9999 prices, in {config}, line 2",
        "error: prices.csv: ünreadable",
    ]
