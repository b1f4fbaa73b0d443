"""`firmsim audit FILE`: what it prints and how it ends."""

import io

import numpy as np
import pandas as pd
import pytest

from firmsim.cli.main import main

DAYS = pd.bdate_range("2012-01-02", periods=300, name="date")


@pytest.fixture
def prices(rng):
    values = 50 * np.exp(np.cumsum(rng.normal(0, 0.01, (300, 4)), axis=0))
    return pd.DataFrame(values, DAYS, list("ABCD"))


def write(prices, folder):
    path = folder / "prices.csv"
    prices.to_csv(path)
    return str(path)


def test_clean_prices_end_well(prices, tmp_path, capsys):
    assert main(["audit", write(prices, tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.out == "4 firms on 300 days, 2012-01-02 to 2013-02-22: 0 findings\n"
    assert said.err == ""


def test_what_is_only_noted_ends_well(prices, tmp_path, capsys):
    prices["E"] = prices["B"] * np.linspace(1, 1.1, 300)
    assert main(["audit", write(prices, tmp_path)]) == 0
    assert "  share_class (note): 1 in 1 firm\n" in capsys.readouterr().out


def test_findings_stand_in_columns_with_a_count_of_each_kind(prices, tmp_path, capsys):
    prices.iloc[100:103, 1] *= 100
    prices.iloc[:200, 2] *= 2
    assert main(["audit", write(prices, tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ticker", "date", "kind", "action", "value"]
    assert lines[1].startswith(f"B       {DAYS[100]:%Y-%m-%d}  unit_error  mask    price ")
    assert lines[2].startswith(f"C       {DAYS[200]:%Y-%m-%d}  split       mask    -")
    assert lines[3:] == [
        "",
        "4 firms on 300 days, 2012-01-02 to 2013-02-22: 2 findings",
        "  split (mask): 1 in 1 firm",
        "  unit_error (mask): 1 in 1 firm",
    ]


def test_csv_is_the_table_and_no_more(prices, tmp_path, capsys):
    prices.iloc[:200, 2] *= 2
    assert main(["audit", "--csv", write(prices, tmp_path)]) == 1
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert list(table) == ["ticker", "date", "kind", "value", "action"]
    assert table["ticker"].to_list() == ["C"]


def test_a_finding_that_would_stop_a_run_is_listed(prices, tmp_path, capsys):
    path = tmp_path / "prices.csv"
    twice = pd.concat([prices, prices[["A"]]], axis=1)
    twice.to_csv(path)
    assert main(["audit", str(path)]) == 1
    assert "duplicate_ticker  stop" in capsys.readouterr().out


def test_thresholds_and_actions_come_from_a_configuration(prices, tmp_path, capsys):
    prices.iloc[:200, 2] *= 2
    config = tmp_path / "own.yaml"
    config.write_text("audit: {actions: {split: note}}\n")
    assert main(["audit", write(prices, tmp_path), "--config", str(config)]) == 0
    assert "  split (note): 1 in 1 firm\n" in capsys.readouterr().out


def test_a_file_without_any_price_is_counted(tmp_path, capsys):
    path = tmp_path / "prices.csv"
    path.write_text("date,A\n2012-01-02,\n")
    assert main(["audit", str(path)]) == 1
    assert "1 firm without a price: 1 finding\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("audit: {jmp_scale: 3}", "audit.jmp_scale: unknown key"),
        ("audit: [", "own.yaml, line 1 is no YAML"),
        ("- audit", "own.yaml holds no keys but ['audit']"),
        (None, "own.yaml cannot be read: No such file"),
    ],
)
def test_a_wrong_configuration_is_one_line(prices, tmp_path, capsys, config, message):
    path = tmp_path / "own.yaml"
    if config is not None:
        path.write_text(config)
    assert main(["audit", write(prices, tmp_path), "--config", str(path)]) == 1
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_missing_file_is_one_line(tmp_path, capsys):
    assert main(["audit", str(tmp_path / "none.csv")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "none.csv does not exist" in said
    assert said.count("\n") == 1
