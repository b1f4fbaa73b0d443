"""With nothing but the required packages, the library works and the rest names its extra."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MODULES = {
    "curl_cffi": "curl_cffi",
    "exchange-calendars": "exchange_calendars",
    "imbalanced-learn": "imblearn",
    "pycatch22": "pycatch22",
    "pyyaml": "yaml",
    "scikit-bio": "skbio",
    "yaml-edit": "yaml_edit",
}
"""Package -> the module that it installs, where the two have different names."""

BLOCK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
"""

IMPORT_ALL = """
import importlib, pkgutil
import firmsim
from firmsim.errors import MissingPackageError

for name in firmsim.__all__:
    getattr(firmsim, name)
pending = ["firmsim"]
while pending:
    package = importlib.import_module(pending.pop())
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        try:
            importlib.import_module(module.name)
        except MissingPackageError as error:
            print(module.name, error, sep=": ")
        except ModuleNotFoundError as error:
            print(module.name, "bare", error.name, sep=": ")
        else:
            if module.ispkg:
                pending.append(module.name)
"""

LOADED_BY_NAME = {
    *("firmsim.similarity.catch22", "firmsim.similarity.dtw", "firmsim.similarity.hidden_markov"),
    *("firmsim.prices.sources.yahoo.session", "firmsim.prices.sources.yahoo.source"),
}
"""Comparators and sources: the function that loads them names the extra."""


def optional():
    """Modules of the packages that extras install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [line for name in extras if name not in ("all", "dev", "fuzz") for line in extras[name]]
    packages = {line.split(">")[0] for line in [*lines, "pycatch22"]}
    return {MODULES.get(package, package) for package in packages}


def without_extras(code):
    done = subprocess.run(
        [sys.executable, "-c", BLOCK.format(blocked=optional()) + code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_imported_or_names_the_extra_that_it_needs():
    for line in without_extras(IMPORT_ALL).splitlines():
        module, said, *_ = line.split(": ")
        if said == "bare":
            assert module in LOADED_BY_NAME, line
        else:
            assert 'pip install "firmsim[' in line


def test_an_encoder_is_trained_saved_and_scored(tmp_path):
    code = f"""
import numpy as np, pandas as pd, firmsim
rng = np.random.default_rng(0)
prices = pd.DataFrame(np.exp(rng.normal(0, 0.01, (200, 6)).cumsum(axis=0)), columns=list("ABCDEF"))
growth = firmsim.growth_rates(prices)
encoder = firmsim.ForecastEncoder(hidden=3, windows=(20,), steps=2).fit(growth)
firmsim.save(encoder, {str(tmp_path / "encoder.safetensors")!r}, data_hash="")
again = firmsim.load({str(tmp_path / "encoder.safetensors")!r})
scores = firmsim.cosine_scores(again.transform(growth))
firmsim.nearest(scores, 2)
firmsim.comparator_scores("pearson", growth, *firmsim.cross_section(growth), seed=0)
distance = firmsim.score_distance(scores.to_numpy())
sector = np.array(["a", "b"] * 3, dtype=object)
firmsim.permanova(np.sqrt(2 * distance), sector, 19, 0)
"""
    without_extras(code)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (
            "firmsim.comparator_scores('dtw', growth, *firmsim.cross_section(growth), seed=0)",
            "'dtw' needs dtaidistance: pip install \"firmsim[comparators]\"",
        ),
        (
            "firmsim.ForecastEncoder(trainer='cma-es', steps=2, windows=(20,)).fit(growth)",
            'needs cma: pip install "firmsim[search]"',
        ),
        (
            "from firmsim.firms.universes import members; members('sp500')",
            'needs pitindex: pip install "firmsim[yahoo]"',
        ),
        (
            "from firmsim.cli.main import main; main(['add', 'XOM'])",
            'needs yaml: pip install "firmsim[workflow]"',
        ),
        (
            "from firmsim.report import write_report",
            'needs yaml: pip install "firmsim[workflow]"',
        ),
    ],
)
def test_a_missing_extra_is_one_line(code, line):
    start = """
import numpy as np, pandas as pd, firmsim
growth = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 6)), columns=list("ABCDEF"))
try:
    {code}
except firmsim.FirmsimError as error:
    sys.stderr.write(str(error))
sys.stdout.write("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", BLOCK.format(blocked=optional()) + start.format(code=code)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "done", done.stderr
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
