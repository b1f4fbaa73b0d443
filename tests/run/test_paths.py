"""The layout of a run's results, and that rules leave files where it says."""

import pytest

from firmsim.run.paths import FIT_PERIOD, PANELS, Paths

LAYOUT = {
    "run.json": lambda paths: paths.record,
    "report.html": lambda paths: paths.report,
    "firms.csv": lambda paths: paths.firms,
    "universe.csv": lambda paths: paths.universe,
    "prices/prices.parquet": lambda paths: paths.panel("scored").prices,
    "prices/audit.csv": lambda paths: paths.panel("scored").audit,
    "prices/sources.csv": lambda paths: paths.panel("scored").sources,
    "prices/attributes.parquet": lambda paths: paths.panel("scored").attributes,
    "growth/growth.parquet": lambda paths: paths.panel("scored").growth,
    "training/prices.parquet": lambda paths: paths.panel("training").prices,
    "training/growth.parquet": lambda paths: paths.panel("training").growth,
    "reference/growth.parquet": lambda paths: paths.panel("reference").growth,
    "encoders/{encoder}/seed{seed}/model.safetensors": lambda paths: (
        paths.fit("{encoder}", "{seed}").model
    ),
    "encoders/e/seed0/history.csv": lambda paths: paths.fit("e", 0).history,
    "encoders/e/seed0/gradients.csv": lambda paths: paths.fit("e", 0).gradients,
    "embeddings/e.parquet": lambda paths: paths.embeddings("e"),
    "embeddings/fit_period/e.parquet": lambda paths: paths.embeddings("e", FIT_PERIOD),
    "scores/{method}.parquet": lambda paths: paths.scores("{method}"),
    "scores/fit_period/m.parquet": lambda paths: paths.scores("m", FIT_PERIOD),
    "neighbours/m.parquet": lambda paths: paths.neighbours("m"),
    "association/m.json": lambda paths: paths.association("m"),
    "association/summary.csv": lambda paths: paths.summary,
    "association/explained.csv": lambda paths: paths.explained,
    "association/disagreements.csv": lambda paths: paths.disagreements,
    "evaluation/firms.csv": lambda paths: paths.evaluation.firms,
    "evaluation/windows.csv": lambda paths: paths.evaluation.windows,
    "evaluation/growth.parquet": lambda paths: paths.evaluation.growth,
    "evaluation/training/growth.parquet": lambda paths: paths.evaluation.training_growth,
    "evaluation/encoders/e/seed0/model.safetensors": lambda paths: (
        paths.evaluation.fit("e", 0).model
    ),
    "evaluation/methods/m.parquet": lambda paths: paths.evaluation.method("m"),
    "evaluation/table.csv": lambda paths: paths.evaluation.table,
    "evaluation/differences.csv": lambda paths: paths.evaluation.differences,
    "evaluation/figure.png": lambda paths: paths.evaluation.figure,
    "evaluation/run.json": lambda paths: paths.evaluation.record,
}


@pytest.mark.parametrize("file", LAYOUT)
def test_where_a_file_is(file):
    assert LAYOUT[file](Paths.of("mine")).as_posix() == f"results/mine/{file}"


def test_no_two_panels_share_a_file():
    paths = Paths.of("mine")
    growth = {paths.panel(name).growth for name in PANELS}
    prices = {paths.panel(name).prices for name in PANELS}
    assert len(growth) == len(prices) == len(PANELS)
