"""Inputs that a fuzzer begins with: small files of every kind that firmsim reads, made by code."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from firmsim.config import Config
from firmsim.config.keys import set_keys

HOME = Path(__file__).resolve().parents[2]
DAYS = pd.bdate_range("2020-01-01", periods=4, name="date")
PANEL = pd.DataFrame(np.arange(12.0).reshape(4, 3) + 1, DAYS, ["AAA", "NA", "1299.HK"])


def csv_seeds() -> list[bytes]:
    """Wide and long tables, with the marks that spreadsheets and sources leave."""
    wide = PANEL.to_csv()
    long = PANEL.rename_axis(columns="ticker").melt(ignore_index=False, value_name="close").to_csv()
    texts = [
        wide,
        long,
        "\ufeff" + wide.replace("\n", "\r\n"),
        "date,A,B\n20200101,1e3,\n2020-01-02 00:00:00-05:00,NA,-1\n",
        'Date,Symbol,Close,"Adj Close",Dividends\n2020-01-01,"A",1,2,\n2020-01-02,A,"3",4,0.5\n',
        "<TICKER>,<DATE>,<CLOSE>\nA,20200101,1\n\n\nA,20200102,x\n",
        "date,open,high,low,close\n2020-01-01,1,1,1,1\n",
        ",A,B\n0,1,2\n",
        'date,"A\nB",C\n2020-01-01,"1\n2",3\n',
        "date;A;B\n2020-01-01;1,5;2\n",
        "date,A\r2020-01-01,1\r",
        "date\n2020-01-01\n",
        "",
    ]
    return [text.encode() for text in texts] + [wide.encode("utf-16"), b"date,A\n\xff\xfe,1\n"]


def parquet_bytes(table: pa.Table, **options: object) -> bytes:
    """Parquet file of a table."""
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file, **options)
    return file.getvalue()


def parquet_seeds() -> list[bytes]:
    """Tables of all the types that a column of dates, tickers or prices may have."""
    days = DAYS.date
    long = PANEL.rename_axis(columns="ticker").melt(ignore_index=False, value_name="close")
    columns: list[dict[str, object]] = [
        {"date": days, "A": [1, 2, 3, 4], "B": ["1", "", "NA", "x"]},
        {"date": pa.array(DAYS, pa.timestamp("ns", "America/New_York")), "A": [1.0] * 4},
        {"date": pa.array([0, 1, 2**40, None], pa.timestamp("s")), "A": [1.0] * 4},
        {"date": pa.array([0, 1, 2**30, None], pa.date32()), "A": [1.0] * 4},
        {"date": days, "A": [True, False, None, True]},
        {"date": days, "A": pa.array([[1], [2], None, []], pa.list_(pa.int64()))},
        {"date": days, "A": pa.array([1, 2, 3, 4], pa.decimal128(10, 2))},
        {"date": days, "A": [b"1", b"\xff", None, b""]},
        {"date": ["2020-01-01"] * 4, "ticker": [1, 2, 3, None], "close": [1.0] * 4},
        {"date": days, "ticker": pa.array(["A"] * 4).dictionary_encode(), "close": [1.0] * 4},
        {"date": days, "A": pa.nulls(4)},
        {"A": [1.0]},
    ]
    tables = [pa.Table.from_pandas(PANEL), pa.Table.from_pandas(long)]
    tables += [pa.table(column) for column in columns]
    plain = [parquet_bytes(table, compression="none", use_dictionary=False) for table in tables[2:]]
    return [parquet_bytes(table) for table in tables] + plain


def column_seeds() -> list[bytes]:
    """Bytes of which `prices_columns` makes tables: a name, a type and the cells of each column."""
    rng = np.random.default_rng(15)
    return [rng.bytes(120) for _ in range(20)] + [bytes(120), b"\xff" * 120]


def firms_seeds() -> list[bytes]:
    """Firms tables."""
    texts = [
        "ticker,name,sector,industry,market_cap\nXOM,Exxon,Energy,Oil,4e11\nNA,,,,\n",
        "Ticker , Sector\r\nA,Energy\r\nB,=1+1\r\n",
        'ticker,name\nA,"Procter, Gamble"\n"B","x\ny"\n',
        "ticker,ticker\nA,B\n",
        "ticker,market_cap\nA,-1\n",
        "ticker\nA,B\n",
        "symbol\nA\n",
        "ticker\n",
        "\n\n",
        "",
    ]
    return [text.encode() for text in texts] + ["ticker\nA\n".encode("utf-16"), b"ticker\n\xff\n"]


def config_seeds() -> list[bytes]:
    """Configurations: the examples of the project, and what strangers may write."""
    texts = [
        "run: mine\nprices: {source: file, path: prices.csv}\nfirms: [A, B, C]\n",
        "a: &a {name: elman, hidden: 8}\nencoders: [{cell: *a, objective: forecast}]\n",
        "encoders:\n  - cell: {<<: [{name: jordan}, {state: 3}]}\n    objective: comovement\n",
        '{"run": "a", "firms": ["A", "B", "C"], "growth": {"clip": 1e3, "risk_free_rate": NaN}}',
        "run: !!python/name:os.system\n",
        "__use_yte__: true\nrun: ?1\n",
        "pathvars: {results: ../x}\n",
        "audit: {actions: {jump: note}, min_history: 1_000}\ntraining: {fit_end: 2020-01-01}\n",
        "trainers: {seeds: [1, 2], firm: {windows: [60]}}\n",
        "association: {permutations: 1e15, seed: 0x10}\nevaluation: {windows: [1:30, .inf]}\n",
        "? [a]\n: b\n",
        "%YAML 1.1\n---\nrun: 'a'\n...\n",
    ]
    files = [path.read_bytes() for path in sorted((HOME / "config").glob("*.yaml"))]
    return [text.encode() for text in texts] + files


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "prices_csv": csv_seeds,
    "prices_parquet": parquet_seeds,
    "prices_columns": column_seeds,
    "prices_folder": csv_seeds,
    "firms_table": firms_seeds,
    "config_file": config_seeds,
    "config_values": config_seeds,
}
"""Target of `fuzz_targets.py` -> its first inputs."""

CSV_WORDS = [
    "date",
    "ticker",
    "symbol",
    "close",
    "Adj Close",
    "Dividends",
    "2020-01-01",
    "NA",
    "1e3",
]
YAML_WORDS = ["<<: ", "&a ", "*a", "!!str ", "!!python/name:os.system", "__use_yte__", "pathvars"]
KEYS = [
    f"{key}: "
    for key in sorted({key for path in set_keys(Config()) for key in path if isinstance(key, str)})
]
WORDS = dict.fromkeys(SEEDS, CSV_WORDS) | dict.fromkeys(
    ("config_file", "config_values"), YAML_WORDS + KEYS
)
"""Target -> texts that the fuzzer puts into its inputs."""
