import json

import numpy as np
import pandas as pd
import pytest

import naive_association as naive
from firmsim.association.measures import measures_in
from firmsim.association.permutation import holm
from firmsim.association.summary import COLUMNS, associate, summarise
from firmsim.config import Association
from firmsim.errors import FirmsError

SETTINGS = Association(permutations=99, seed=7)


def world(n, seed=0):
    rng = np.random.default_rng(seed)
    tickers = [f"T{i:02}" for i in rng.permutation(n)]
    sectors = np.arange(n) % 3
    loads = rng.normal(size=(n, 3)) + 2 * np.eye(3)[sectors]
    unit = loads / np.linalg.norm(loads, axis=1, keepdims=True)
    scores = np.clip(unit @ unit.T, -1, 1)
    np.fill_diagonal(scores, 1)
    firms = pd.DataFrame(
        {
            "ticker": tickers,
            "name": "",
            "sector": np.array(["Energy", "Utilities", "Materials"])[sectors],
            "industry": "",
            "size": rng.lognormal(20, 1, n),
            "size_kind": "traded value (USD/day)",
        }
    )
    later = pd.DataFrame(rng.normal(size=(80, 3)) @ loads.T + rng.normal(size=(80, n)))
    later.columns = tickers
    return pd.DataFrame(scores, index=tickers, columns=tickers), firms, later


def statistics(record):
    return [record[m.attribute][m.section] for m in measures_in("summary")]


def test_record_is_complete_and_json_ready():
    scores, firms, later = world(30)
    record = associate("elman", scores, firms, SETTINGS, scores, later)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert {key: record[key] for key in list(record)[:8]} == {
        "method": "elman",
        "firms": 30,
        "firms_with_sector": 30,
        "firms_without_sector": 0,
        "firms_with_size": 30,
        "size_kind": "traded value (USD/day)",
        "permutations": 99,
        "p_floor": 0.01,
    }
    for found in statistics(record):
        assert "reason" not in found
        assert found["low"] <= next(iter(found.values())) <= found["high"]
        assert found["n"] == 30
    assert record["sector"]["permanova"]["pseudo_f"] > 1
    assert record["sector"]["mantel"]["p"] == 0.01
    assert record["sector"]["auc"]["value"] > 0.7
    assert record["sector"]["permdisp"]["eta2"] is not None
    assert record["disagreements"]["judged"] == 30
    assert record["explained"]["reason"] == "growth rates were not given"


def test_order_of_the_firms_changes_nothing():
    scores, firms, later = world(24)
    turned = scores.iloc[::-1, ::-1]
    one = associate("m", scores, firms, SETTINGS, scores, later)
    two = associate("m", turned, firms.sample(frac=1, random_state=0), SETTINGS, turned, later)
    for a, b in zip(statistics(one), statistics(two), strict=True):
        assert a == pytest.approx(b)


@pytest.mark.parametrize("missing", ["", None])
def test_firms_without_sector_or_size_are_counted_and_left_out(missing):
    scores, firms, later = world(30)
    firms = firms.astype({"sector": object, "size": object})
    firms.loc[:3, "sector"] = missing
    firms.loc[2:6, "size"] = missing
    record = associate("m", scores, firms, SETTINGS, scores, later)
    assert (record["firms"], record["firms_with_sector"], record["firms_without_sector"]) == (
        30,
        26,
        4,
    )
    assert record["firms_with_size"] == 25
    kept = firms["ticker"][4:]
    alone = associate("m", scores.loc[kept, kept], firms[4:], SETTINGS)
    assert record["sector"] == alone["sector"]
    assert record["size"]["mantel_within_sector"]["n"] == 23
    assert record["size"]["mantel_within_sector"] == alone["size"]["mantel_within_sector"]


def test_sizes_as_text():
    scores, firms, _ = world(12)
    text = firms.assign(size=firms["size"].map(repr).where(firms.index != 4, ""))
    blank = firms.assign(size=firms["size"].where(firms.index != 4))
    assert associate("m", scores, text, SETTINGS) == associate("m", scores, blank, SETTINGS)


@pytest.mark.parametrize("n", [3, 4, 5, 6, 8])
@pytest.mark.parametrize("sectors", ["one", "none", "own", "three"])
@pytest.mark.parametrize("sizes", ["none", "equal", "drawn"])
def test_few_firms_give_a_value_or_a_reason(n, sectors, sizes):
    scores, firms, later = world(n)
    firms["sector"] = {
        "one": "Energy",
        "none": "",
        "own": firms["ticker"],
        "three": firms["sector"],
    }[sectors]
    firms["size"] = {"none": np.nan, "equal": 5.0, "drawn": firms["size"]}[sizes]
    record = associate("m", scores, firms, SETTINGS, scores, later)
    json.dumps(record, allow_nan=False)
    for found in statistics(record):
        value = next(iter(found.values()))
        assert (value is None) == bool(found.get("reason"))
    assert record["size_kind"] == ("unknown" if sizes == "none" else "traded value (USD/day)")
    if sectors != "three":
        assert all(found["reason"] for found in record["sector"].values())
    assert len(summarise([record])) == len(measures_in("summary"))


def test_number_of_neighbours_adapts_to_small_sectors():
    """Six sectors of two firms, perfectly told apart, are not measured by five neighbours."""
    scores, firms, _ = world(12)
    firms["sector"] = [f"sector {i // 2}" for i in range(12)]
    names = firms.set_index("ticker")["sector"][scores.index].to_numpy()
    values = np.where(np.equal.outer(names, names), 0.9, 0.1)
    np.fill_diagonal(values, 1)
    scores = pd.DataFrame(values, index=scores.index, columns=scores.columns)
    record = associate("m", scores, firms, SETTINGS)["sector"]
    for name in ("knn_accuracy", "precision_at_10"):
        assert (record[name]["value"], record[name]["k"]) == (1.0, 1)
        assert (record[name]["low"], record[name]["high"]) == (None, None)
    assert (record["auc"]["value"], record["r_precision"]["value"]) == (1.0, 1.0)


def test_number_of_neighbours_is_told_and_that_of_the_measures():
    scores, firms, _ = world(36)
    record = associate("m", scores, firms, SETTINGS)["sector"]
    assert (record["knn_accuracy"]["k"], record["precision_at_10"]["k"]) == (5, 10)
    labels = firms.set_index("ticker")["sector"]
    tickers = sorted(scores.index)
    values, sectors = scores.loc[tickers, tickers].to_numpy(), labels[tickers].to_numpy()
    assert record["knn_accuracy"]["value"] == naive.knn_accuracy(values, sectors, 5)
    assert record["precision_at_10"]["value"] == pytest.approx(
        naive.precision_at(values, sectors, 10)
    )


def test_no_held_out_days():
    scores, firms, _ = world(9)
    assert associate("m", scores, firms, SETTINGS)["horizon"] == {
        "spearman": {
            "value": None,
            "low": None,
            "high": None,
            "reason": "no later days were held out",
            "n": 0,
        }
    }


def test_sizes_of_two_kinds_are_not_compared():
    scores, firms, _ = world(12)
    firms.loc[0, "size_kind"] = "market capitalisation (USD)"
    record = associate("m", scores, firms, SETTINGS)
    assert record["size_kind"] == "market capitalisation (USD) and traded value (USD/day)"
    for found in record["size"].values():
        assert found["r"] is None
        assert "different kinds" in found["reason"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="sector"), "no column 'sector'"),
        (lambda f: f[f["ticker"] != "T03"], "no row for 'T03'"),
        (
            lambda f: f.assign(size=f["size"].where(f["ticker"] != "T03", -1.0)),
            "size of 'T03' is '-1.0'",
        ),
        (
            lambda f: f.assign(size=f["size"].astype(object).where(f["ticker"] != "T03", "big")),
            "'big'",
        ),
        (
            lambda f: f.assign(size=f["size"].where(f["ticker"] != "T03", np.inf)),
            "size of 'T03' is 'inf'",
        ),
    ],
)
def test_bad_firms_table(change, message):
    scores, firms, _ = world(9)
    with pytest.raises(FirmsError, match=message) as caught:
        associate("m", scores, change(firms), SETTINGS)
    assert "\n" not in str(caught.value)


def test_summary_is_tidy():
    scores, firms, later = world(12)
    records = [associate(name, scores, firms, SETTINGS, scores, later) for name in ("b", "a")]
    records.append(associate("c", scores, firms.assign(sector="Energy"), SETTINGS))
    table = summarise(records)
    assert list(table) == COLUMNS
    assert list(table["method"].unique()) == ["b", "a", "c"]
    assert not table.duplicated(["method", "attribute", "measure"]).any()
    assert list(zip(table["attribute"], table["measure"], strict=True))[:9] == [
        (m.attribute, m.measure) for m in measures_in("summary")
    ]
    row = table.set_index(["method", "attribute", "measure"]).loc[("a", "sector", "permanova_r2")]
    assert row["value"] == records[1]["sector"]["permanova"]["r2"]
    assert row["p"] == records[1]["sector"]["permanova"]["p"]
    assert table.query("method == 'c' and attribute == 'sector'")["value"].isna().all()
    assert table.query("measure == 'auc'")["p"].isna().all()
    assert summarise([]).empty
    assert list(summarise([])) == COLUMNS


def test_p_is_corrected_over_all_methods_by_question():
    """One of three methods has no sectors to be tested on: families of three and of two."""
    _, firms, _ = world(12)
    records = []
    for seed, name in enumerate(["elman", "pearson", "random"]):
        scores, _, _ = world(12, seed)
        scores = scores.set_axis(firms["ticker"]).set_axis(firms["ticker"], axis=1)
        known = firms if name != "pearson" else firms.assign(sector="Energy")
        records.append(associate(name, scores, known, SETTINGS))
    table = summarise(records)
    tested = 0
    for (attribute, _), family in table.groupby(["attribute", "measure"]):
        p = [None if np.isnan(one) else one for one in family["p"]]
        ref = [np.nan if one is None else one for one in holm(p)]
        np.testing.assert_array_equal(family["p_holm"], ref)
        if any(p):
            tested += 1
            assert sum(one is not None for one in p) == (2 if attribute == "sector" else 3)
    assert tested == 4
    assert (table["p_holm"] > table["p"]).any()
