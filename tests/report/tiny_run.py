"""A run of five firms, as the other stages leave it; not a test itself."""

import numpy as np
import pandas as pd

from firmsim.association.measures import measures_in
from firmsim.association.summary import COLUMNS
from firmsim.config import Config
from firmsim.files import read_csv, write_csv, write_json, write_parquet
from firmsim.training.diagnostics import COLUMNS as DIAGNOSED

TICKERS = ["AAPL", "NA", "TRUE", "0050", "BRK-B"]
ENCODERS = ("elman-comovement", "jordan-forecast")
COMPARATORS = ("pearson", "pca-10", "random")


def leave_run(folder, tickers=TICKERS, names=None, seed=0, pinned=()):
    """Write every file that the report reads; scores are correlations of noise."""
    rng = np.random.default_rng(seed)
    methods = ENCODERS + COMPARATORS
    count = len(tickers)
    sectors = (["Energy", "Energy", "Materials", ""] * count)[:count]
    firms = pd.DataFrame(
        {
            "ticker": tickers,
            "name": names or [f"{ticker} Inc." for ticker in tickers],
            "sector": sectors,
            "industry": "things",
            "size": [1.5e9, 2e8, "", *[3e7] * (count - 3)],
            "size_kind": "traded value (USD/day)",
            "size_date": "",
        }
    )
    write_csv(firms, folder / "firms.csv")
    for method in methods:
        values = np.corrcoef(rng.normal(size=(count, 9)))
        scores = pd.DataFrame(values, index=tickers, columns=tickers)
        write_parquet(scores, folder / f"scores/{method}.parquet")
        order = np.argsort(-(values - 9 * np.eye(count)), axis=1)[:, : count - 1]
        near = pd.DataFrame(
            {
                "firm": np.repeat(tickers, count - 1),
                "rank": np.tile(np.arange(1, count), count),
                "neighbour": np.asarray(tickers)[order].ravel(),
                "score": np.take_along_axis(values, order, axis=1).ravel(),
            }
        )
        write_parquet(near, folder / f"neighbours/{method}.parquet")
    summary = pd.DataFrame(
        [
            (method, m.attribute, m.measure, rng.uniform(), 0.1, 0.9, 0.001, 0.005, count)
            for method in methods
            for m in measures_in("summary")
        ],
        columns=COLUMNS,
    )
    summary.loc[3, ["value", "low", "high", "p", "p_holm"]] = (
        np.nan
    )  # a statistic that was impossible
    leave_association(folder, summary)
    finding = (tickers[0], "2008-07-03", "jump", "+77 %", "mask")
    audit = pd.DataFrame([finding], columns=["ticker", "date", "kind", "value", "action"])
    write_csv(audit, folder / "prices/audit.csv")
    sources = pd.DataFrame({"ticker": tickers, "status": "ok", "reason": "", "rows": 300})
    sources = sources.assign(first="2007-01-04", last="2008-03-10")
    sources.loc[1, ["status", "reason"]] = ["no_data_in_range", "nothing since 2007-06-01"]
    write_csv(sources, folder / "prices/sources.csv")
    if pinned:
        leave_training(sources, folder)
    for name in ENCODERS:
        steps = np.arange(1, 301)
        history = pd.DataFrame({"step": steps, "loss": 1 / steps, "validation_loss": np.nan})
        history["gradient_norm"] = np.where(steps <= 75, 2.0, 0.5)
        history["clipped_norm"] = history["gradient_norm"].clip(upper=1.0)
        history.loc[99::100, "validation_loss"] = [0.3, 0.1, 0.2]
        write_csv(history, folder / f"encoders/{name}/seed0/history.csv")
        write_csv(gradients(), folder / f"encoders/{name}/seed0/gradients.csv")
    training = {"train_firms": [*tickers, "GONE"], "fit_end": "2007-12-17"}
    config = Config.model_validate(
        {
            "run": "tiny",
            "similarity": {"comparators": list(COMPARATORS)},
            "training": {key: training[key] for key in pinned},
        }
    )
    write_json(
        {
            "run": "tiny",
            "firmsim": "0.1.0",
            "versions": {"numpy": "2.0.0"},
            "config": config.model_dump(mode="json"),
            "data": {
                "source": "file",
                "note": "The user's own prices.",
                "training_universe": {
                    "index": "sp500",
                    "name": "S&P 500",
                    "as_of": "2015-01-02",
                    "known_until": "2026-07-13",
                    "source": "pitindex 0.2.1",
                    "members": 499,
                },
                "sha256": "0" * 64,
                "firms": count,
                "training_firms": count,
                "days": 300,
                "first": "2007-01-04",
                "last": "2008-03-14",
                "fit_last": "2007-12-14",
                "test_first": "2007-12-17",
            },
            "encoders": [_training(name) for name in ENCODERS],
            "notes": ["So few firms show little."],
        },
        folder / "run.json",
    )
    return folder


def leave_training(sources, folder):
    """Write what became of training firms: one is gone, one was listed after the fit period."""
    gone = {"ticker": "GONE", "status": "unknown_symbol", "reason": "HTTP 404", "rows": 0}
    reference = pd.concat([sources, pd.DataFrame([gone | {"first": "", "last": ""}])])
    write_csv(reference, folder / "reference/sources.csv")
    late = (reference["ticker"] == "TRUE").to_numpy()
    reference.loc[late, ["status", "reason"]] = ["no_data_in_range", "no price on the days"]
    write_csv(reference, folder / "training/sources.csv")


def gradients(days=4.0):
    """Diagnostics of a training: a gradient that halves in so many days at every step."""
    rows = []
    for step, kind in [(0, "snapshot"), (150, "snapshot"), (300, "snapshot"), (200, "kept")]:
        rows += [(step, kind, "saturated_share", "", 0.25, "")]
        rows += [
            (step, kind, "half_life", "", days, ""),
            (step, kind, "spectral_radius", "", 0.9, ""),
        ]
        rows += [(step, kind, "gradient_norm", k, 0.5 ** (k / days), "") for k in range(1, 20)]
        rows += [(step, kind, "jacobian_radius", k, 0.9**k, "") for k in (1, 10, 60, 120)]
    return pd.DataFrame(rows, columns=DIAGNOSED)


def no_gradients():
    """Diagnostics of a training without memory."""
    rows = [(200, "kept", "saturated_share", "", 0.125, "")]
    rows += [(200, "kept", name, "", "", "none") for name in ("half_life", "spectral_radius")]
    return pd.DataFrame(rows, columns=DIAGNOSED)


def leave_association(folder, summary, reason="these firms do not allow it"):
    """Write the summary, and the record of each method with the reason for every missing value."""
    write_csv(summary, folder / "association/summary.csv")
    tickers = read_csv(folder / "firms.csv")["ticker"].tolist()
    sections = {(m.attribute, m.measure): m for m in measures_in("summary")}
    for method, rows in summary.groupby("method"):
        record = {"method": method} | {m.attribute: {} for m in measures_in("summary")}
        for row in rows.itertuples():
            m = sections[row.attribute, row.measure]
            known = not np.isnan(row.value)
            numbers = {"low": row.low, "high": row.high, "p": row.p} if known else {}
            record[m.attribute][m.section] = (
                {m.key: row.value, "n": row.n} | numbers
                if known
                else {m.key: None, "reason": reason, "n": row.n}
            )
        why = record["sector"]["permanova"].get("reason")
        record["sector"]["permanova"]["sectors"] = 2
        record |= explained(tickers, why)
        record["sector"]["permdisp"] = record.pop("scatter")
        write_json(record, folder / f"association/{method}.json")


def explained(tickers, reason=None, r=0.04, p=0.001):
    """What explains the scores of a method, one stray firm among it; or why none of it is known."""
    none = {"low": None, "high": None, "p": None, "reason": reason}

    def estimate(value, name="value"):
        return (
            {name: None} | none
            if reason
            else {name: value, "low": value - 0.03, "high": value + 0.03}
        )

    tested = {"p": None if reason else p, "coefficient": None if reason else r}
    terms = {name: estimate(r, "r") | tested for name in ("sector", "size", "volatility", "beta")}
    stray = {
        "ticker": tickers[0],
        "sector": "Energy",
        "peers_sector": "Materials",
        "own_share": 0.25,
        "peers_share": 0.75,
        "peers": tickers[1:5],
    }
    sectors = [{"sector": "Energy", "judged": 2, "elsewhere": 1}]
    found = {"k": 4, "judged": 2, "firms": [stray], "sectors": sectors}
    return {
        "scatter": estimate(0.1, "eta2") | {"p": None if reason else 0.4, "n": len(tickers)},
        "explained": {
            "firms": len(tickers) - 1,
            "left_out": 1,
            "terms": terms,
            "r2": estimate(0.2),
            "without_size": estimate(0.19),
            "size_adds": estimate(0.01),
        }
        | ({"reason": reason} if reason else {}),
        "disagreements": {"k": 0, "judged": 0, "firms": [], "sectors": [], "reason": reason}
        if reason
        else found,
    }


def _training(name):
    cell, objective = name.split("-")
    return {
        "name": name,
        "cell": cell,
        "objective": objective,
        "seed": 0,
        "formula": "h(h + d_in + 1) + d_out(h + 1)",
        "sizes": {"d_in": 3, "hidden": 8, "outputs": 2},
        "parameters_formula": 114,
        "other_parameters": 2,
        "parameters": 114,
        "steps": 300,
        "best_step": 200,
        "validation_loss": 0.1,
    }
