"""The example in docs/library.md runs as it stands."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "library.md"


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    names = {}
    exec(compile(code, PAGE.name, "exec"), names)
    assert "parameters" in capsys.readouterr().out
    scores = names["scores"]
    assert scores.loc["A", list("BCD")].min() > scores.loc["A", list("EFGH")].max()
    assert names["placed"].index.tolist() == ["NEW"]
    assert names["search"].best_score_ > 0.3
