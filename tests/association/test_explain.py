import json

import numpy as np
import pandas as pd
import pytest

import naive_association as naive
from firmsim.association.attributes import FirmAttributes
from firmsim.association.explain import COLUMNS, TERMS, explain, explained_table
from firmsim.association.permutation import holm, label_distance, mrqap, size_distance
from firmsim.association.risk import MIN_DAYS, volatility_and_beta
from firmsim.association.summary import associate
from firmsim.config import Association

SETTINGS = Association(permutations=199, seed=3)
KIND = ["traded value (USD/day)"]


def planted(n=48, sector=0.0, size=0.0, seed=0):
    """Scores that fall with being of two sectors and with the difference of log size."""
    rng = np.random.default_rng(seed)
    sectors = np.array(["Energy", "Materials", "Utilities"], dtype=object)[np.arange(n) % 3]
    firms = FirmAttributes(sectors, rng.lognormal(20, 1, n), KIND)
    risk = pd.DataFrame({"volatility": rng.lognormal(1, 0.3, n), "beta": rng.normal(1, 0.3, n)})
    place = rng.normal(size=(n, 6))
    noise = np.linalg.norm(place[:, None] - place, axis=2) / 40
    distance = noise + sector * label_distance(sectors) + size * size_distance(firms.size)
    scores = 1 - distance
    np.fill_diagonal(scores, 1.0)
    return scores, firms, risk


def pairs(firms, risk, scores):
    upper = np.triu_indices(len(scores), 1)
    columns = {
        "sector": firms.sector[:, None] != firms.sector,
        "size": np.abs(np.subtract.outer(np.log(firms.size), np.log(firms.size))),
        "volatility": np.abs(np.subtract.outer(*[np.log(risk["volatility"].to_numpy())] * 2)),
        "beta": np.abs(np.subtract.outer(*[risk["beta"].to_numpy()] * 2)),
    }
    return (1 - scores)[upper], {name: column[upper] * 1.0 for name, column in columns.items()}


def r2(y, columns):
    x = np.column_stack([np.ones(len(y)), *columns.values()])
    error = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return 1 - error @ error / ((y - y.mean()) @ (y - y.mean()))


def without(columns, name):
    return {other: column for other, column in columns.items() if other != name}


def test_sector_alone_is_found():
    found = explain(*planted(120, sector=0.2), SETTINGS)
    sector, size = found["terms"]["sector"], found["terms"]["size"]
    assert sector["p"] == 1 / 200
    assert 0.5 < sector["low"] < sector["r"] < sector["high"]
    assert abs(size["r"]) < 0.1
    assert size["p"] > 0.05
    assert found["size_adds"]["value"] < 0.01
    assert (found["firms"], found["left_out"]) == (120, 0)


def test_size_alone_is_found():
    found = explain(*planted(size=0.05), SETTINGS)
    assert found["terms"]["size"]["p"] == 1 / 200
    assert found["terms"]["size"]["low"] > 0.1
    assert found["terms"]["sector"]["p"] > 0.05
    assert 0.05 < found["size_adds"]["low"] < found["size_adds"]["value"]


def test_size_that_is_only_sector_adds_nothing():
    """Sizes and scores are both clustered by sector; within sectors, size says nothing."""
    scores, firms, risk = planted(sector=0.2)
    larger = np.where(firms.sector == "Energy", 100.0, 1.0)
    found = explain(scores, firms._replace(size=firms.size * larger), risk, SETTINGS)
    assert found["terms"]["size"]["p"] > 0.05


def test_numbers_are_those_of_plain_least_squares():
    scores, firms, risk = planted(16, sector=0.1, size=0.02)
    found = explain(scores, firms, risk, SETTINGS)
    y, columns = pairs(firms, risk, scores)
    standard = {name: (x - x.mean()) / x.std() for name, x in columns.items()}
    x = np.column_stack(list(standard.values()))
    slopes = np.linalg.lstsq(x, (y - y.mean()) / y.std(), rcond=None)[0]
    total = r2(y, columns)
    assert found["r2"]["value"] == pytest.approx(total)
    assert found["without_size"]["value"] == pytest.approx(r2(y, without(columns, "size")))
    for slope, name in zip(slopes, TERMS, strict=True):
        term = found["terms"][name]
        rest = r2(y, without(columns, name))
        assert term["coefficient"] == pytest.approx(slope)
        assert term["r"] ** 2 == pytest.approx((total - rest) / (1 - rest))
        assert np.sign(term["r"]) == np.sign(slope)


def test_interval_of_what_size_adds_leaves_firms_out():
    scores, firms, risk = planted(14, sector=0.1, size=0.02)

    def gain(kept):
        kept = np.asarray(kept)
        some = firms._replace(sector=firms.sector[kept], size=firms.size[kept])
        y, columns = pairs(some, risk.iloc[kept], scores[np.ix_(kept, kept)])
        return r2(y, columns) - r2(y, without(columns, "size"))

    low, high = naive.jackknife_interval(gain, 14, (0.0, 1.0))
    adds = explain(scores, firms, risk, SETTINGS)["size_adds"]
    assert (adds["low"], adds["high"]) == pytest.approx((low, high))
    assert adds["value"] == pytest.approx(gain(range(14)))


def test_size_is_tested_within_sectors_and_sector_freely():
    scores, firms, risk = planted(24, sector=0.03, size=0.004)
    found = explain(scores, firms, risk, SETTINGS)["terms"]
    predictors = {
        "sector": label_distance(firms.sector),
        "size": size_distance(firms.size),
        "volatility": size_distance(risk["volatility"].to_numpy()),
        "beta": np.abs(np.subtract.outer(*[risk["beta"].to_numpy()] * 2)),
    }
    for strata, name in ((None, "sector"), (firms.sector, "size")):
        direct = mrqap(1 - scores, predictors, 199, 3, strata).coefficients[name].partial_r
        assert found[name]["p"] == direct.p
    assert [found[name]["p"] for name in TERMS[2:]] == [None, None]


def test_firms_without_sector_size_or_risk_are_left_out_and_counted():
    scores, firms, risk = planted(30, sector=0.1)
    sector, size, risk = firms.sector.copy(), firms.size.copy(), risk.copy()
    sector[0], size[1], risk.loc[2, "beta"] = "", np.nan, np.nan
    found = explain(scores, FirmAttributes(sector, size, KIND), risk, SETTINGS)
    assert (found["firms"], found["left_out"]) == (27, 3)
    kept = FirmAttributes(sector[3:], size[3:], KIND)
    alone = explain(scores[3:, 3:], kept, risk[3:], SETTINGS)
    assert found == alone | {"left_out": 3}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda f, r: (f._replace(size=np.full(20, 5.0)), r), "have the same size"),
        (lambda f, r: (f, r.assign(beta=1.0)), "have the same beta"),
        (lambda f, r: (f, r.assign(volatility=0.3)), "have the same volatility"),
        (lambda f, r: (f._replace(kinds=["a", "b"]), r), r"of different kinds \(a, b\)"),
        (lambda f, r: (f._replace(size=np.full(20, np.nan)), r), "needs 10 firms .*; 0 have"),
        (lambda f, r: (f._replace(sector=np.full(20, "Energy", object)), r), "in the same sector"),
        (lambda f, r: (f._replace(sector=np.arange(20).astype(str)), r), "share a sector"),
        (lambda f, r: (f, r.assign(beta=np.log(r["volatility"]))), "collinear"),
        (lambda f, _: (f, None), "growth rates were not given"),
    ],
)
def test_what_cannot_be_explained_says_why(change, reason):
    scores, firms, risk = planted(20)
    found = explain(scores, *change(firms, risk), SETTINGS)
    json.dumps(found, allow_nan=False)
    for cell in (*found["terms"].values(), found["r2"], found["size_adds"]):
        assert next(iter(cell.values())) is None
        assert cell["reason"] == found["reason"]
    assert pd.Series([found["reason"]]).str.contains(reason).all()


def test_table_corrects_over_methods():
    names, records = ["a", "b", "c"], []
    for seed, name in enumerate(names):
        scores, firms, risk = planted(30, sector=0.02 * seed, size=0.003, seed=seed)
        tickers = [f"T{i:02}" for i in range(30)]
        table = pd.DataFrame({"ticker": tickers, "sector": firms.sector, "size": firms.size})
        frame = pd.DataFrame(scores, index=tickers, columns=tickers)
        risk.index = tickers
        known = risk if name != "c" else None
        records.append(
            associate(name, frame, table.assign(size_kind=KIND[0]), SETTINGS, risk=known)
        )
    table = explained_table(records)
    assert list(table) == COLUMNS
    assert table.groupby("method").size().tolist() == [9, 9, 9]
    sizes = table[table["quantity"] == "size_given_others"]
    p = [record["explained"]["terms"]["size"]["p"] for record in records]
    assert p[2] is None
    assert sizes["p_holm"].tolist()[:2] == holm(p[:2])
    assert sizes["p_holm"].isna().tolist() == [False, False, True]
    sector = table.query("quantity == 'sector_r2' and method == 'b'").iloc[0]
    assert sector["value"] == records[1]["sector"]["permanova"]["r2"]
    assert table.query("quantity == 'sector_scatter'")["value"].notna().all()
    tested = table["p"].notna()
    assert table.loc[tested, "value"].notna().all()  # no p without its effect size
    assert explained_table([]).empty


def test_volatility_and_beta_of_each_firm():
    rng = np.random.default_rng(5)
    growth = pd.DataFrame(
        rng.normal(size=(60, 5)) + rng.normal(size=(60, 1)), columns=list("ABCDE")
    )
    growth.iloc[3:9, 1] = np.nan
    growth["D"] = 0.0
    growth.iloc[MIN_DAYS - 1 :, 4] = np.nan
    risk = volatility_and_beta(growth)
    for firm in "ABC":
        others = growth.drop(columns=firm).mean(axis=1)
        used = growth[firm].notna()
        covariance = np.cov(growth[firm][used], others[used])
        assert risk.loc[firm, "volatility"] == pytest.approx(growth[firm].std())
        assert risk.loc[firm, "beta"] == pytest.approx(covariance[0, 1] / covariance[1, 1])
    assert risk.loc[["D", "E"]].isna().all(axis=None)
