"""The configuration: defaults, and one line for everything that can be wrong with it."""

import time
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import pytest
import yaml
from annotated_types import Le, Lt, MaxLen
from hypothesis import given
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from firmsim.config import Config
from firmsim.config.choice import kinds_of
from firmsim.config.encoder import PARTS, GradientSettings
from firmsim.config.load import load_config
from firmsim.errors import ConfigError, FirmsimError
from firmsim.objectives.comovement.market import FIXED_CONTEXT
from firmsim.recurrent import Elman
from trainers.settings import Study

ENCODER = {"cell": "elman", "objective": "comovement"}


def encoder(part=None, /, **keys):
    """Configuration of one encoder with keys in one of its parts, or beside them."""
    if part is None:
        return {"encoders": [ENCODER | keys]}
    name = (ENCODER | {"trainer": "gradient"})[part]
    return {"encoders": [ENCODER | {part: {"name": name} | keys}]}


def refusal(values, files=()):
    with pytest.raises(ConfigError) as error:
        load_config(values, files)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert isinstance(error.value, FirmsimError)
    return message


def test_nothing_given_is_the_default_run():
    config = load_config({})
    assert config == Config()
    assert config.prices.source == "bundled"
    assert [item.name for item in config.encoders] == [
        "elman-comovement",
        "jordan-comovement",
        "lstm-comovement",
        "gru-comovement",
        "feedforward-comovement",
        "elman-forecast",
        "jordan-forecast",
    ]
    assert all(item.seeds == [0] for item in config.encoders)
    first = config.encoders[0]
    aim = first.objective
    inputs = 1 + 3 * aim.portfolios + FIXED_CONTEXT
    sizes = Elman(inputs, first.cell.hidden, aim.outputs + 2 * aim.portfolios)
    assert {item.cell.max_parameters for item in config.encoders[2:5]} == {sizes.parameter_count}


def test_the_default_file_says_what_the_defaults_are():
    file = Path(__file__).parents[2] / "config/config.yaml"
    assert load_config(yaml.safe_load(file.read_text())).encoders == Config().encoders


@pytest.mark.parametrize("file", sorted(Path(__file__).parents[2].glob("config/*.yaml")))
def test_every_example_is_valid(file):
    assert load_config(yaml.safe_load(file.read_text()), [file]).run


JORDAN = {"encoders": [{"cell": {"name": "jordan", "state": 4}, "objective": "forecast"}]}


def test_a_name_is_short_for_its_defaults():
    short = {"cell": "jordan", "objective": "comovement", "trainer": "swarm"}
    long = {part: {"name": name} for part, name in short.items()}
    assert load_config({"encoders": [short]}) == load_config({"encoders": [long]})
    assert load_config({"encoders": [ENCODER]}).encoders[0].trainer.name == "gradient"


def test_a_trainer_without_a_name_is_the_gradient_trainer():
    few = {"encoders": [ENCODER | {"trainer": {"steps": 5}}]}
    assert load_config(few).encoders[0].trainer == GradientSettings(name="gradient", steps=5)
    with pytest.raises(ConfigError, match=r"trainer\.population: has no meaning .*'gradient'"):
        load_config({"encoders": [ENCODER | {"trainer": {"population": 5}}]})
    with pytest.raises(ConfigError, match=r"trainer\.stepz: unknown key; did you mean 'steps'"):
        load_config({"encoders": [ENCODER | {"trainer": {"stepz": 5}}]})


def test_whole_configuration_survives_its_own_dump():
    config = load_config({"firms": ["NA", "TRUE", "1299.HK"], **JORDAN})
    assert load_config(config.model_dump(mode="json")) == config


def test_odd_tickers_in_quotes_survive_yaml():
    values = yaml.safe_load("firms: [NA, ' TRUE ', 1299.HK, BRK-B, '0050', 'NO']")
    assert load_config(values).firms == ["NA", "TRUE", "1299.HK", "BRK-B", "0050", "NO"]


def test_firms_may_be_a_file():
    assert load_config({"firms": "config/firms/mine.csv"}).firms == Path("config/firms/mine.csv")


YAHOO = {"source": "yahoo", "start": "2015-01-02", "end": "2024-12-31"}


@pytest.mark.parametrize("name", ["sp500", "SP400", "Sp600"])
def test_firms_may_be_an_index(name):
    config = load_config({"firms": name, "prices": YAHOO})
    assert config.firms == name.lower()
    assert load_config(config.model_dump(mode="json")) == config


@pytest.mark.parametrize(
    ("values", "start"),
    [
        ({"firms": "sp500"}, "firms: the members of sp500 are not among the bundled prices"),
        (
            {"training": {"train_firms": "sp400"}},
            "training.train_firms: the members of sp400 are not among the bundled prices",
        ),
        (
            {"prices": {"calendar": "XNYC"}},
            "prices.calendar: 'XNYC' is not a trading calendar; did you mean 'XNYS'",
        ),
        (
            {"prices": {"calendar": "ASEX"}},
            "prices.calendar: 'ASEX' cannot be built by exchange_calendars",
        ),
        ({"firms_as_of": "2015-01-02"}, "firms_as_of: 2015-01-02 has no meaning unless firms"),
        (
            {"firms": ["A", "B", "C"], "prices": YAHOO, "firms_as_of": "2015-01-02"},
            "firms_as_of: 2015-01-02 has no meaning unless firms",
        ),
        ({"firms": "sp500", "firms_as_of": 2015, "prices": YAHOO}, "firms_as_of: 2015 is not a"),
        (
            {"prices": {"end": "2016-01-04"}, "training": {"fit_end": "2016-01-05"}},
            "training.fit_end: 2016-01-05 is after prices.end (2016-01-04)",
        ),
        (
            {"prices": {"start": "2016-01-04"}, "training": {"fit_end": "2016-01-04"}},
            "training.fit_end: 2016-01-04 is not after prices.start (2016-01-04)",
        ),
    ],
)
def test_what_an_index_or_a_pinned_fit_period_cannot_be(values, start):
    assert refusal(values).startswith(start)


@pytest.mark.parametrize(
    ("values", "start"),
    [
        ({"prices": {"sorce": "file"}}, "prices.sorce: unknown key; did you mean 'source'?"),
        ({"encodrs": []}, "encodrs: unknown key; did you mean 'encoders'?"),
        ({"audit": {"actions": {"jmp": "mask"}}}, "audit.actions.jmp: unknown key; did you mean"),
        (encoder(hiden=5), "encoders.0.hiden: unknown key; did you mean 'cell.hidden'?"),
        (encoder("cell", hiden=5), "encoders.0.cell.hiden: unknown key; did you mean 'hidden'?"),
        (
            encoder("cell", steps=5),
            "encoders.0.cell.steps: unknown key; did you mean 'encoders.0.trainer.steps'?",
        ),
        (
            {"jump": "mask", "strat": "2007-01-04"},
            "jump: unknown key; known here: run, prices, firms",
        ),
        ({"neighbors": 5}, "neighbors: unknown key; did you mean 'similarity.neighbours'?"),
        ({"prices": {"xyz": 1}}, "prices.xyz: unknown key; known here: source, path, start, end"),
        # words that the models use inwardly
        ({"tickers": ["A", "B", "C"]}, "tickers: unknown key"),
        ({"prices": {"file": "mine.csv"}}, "prices.file: unknown key; known here: source, path"),
        ({"file": "mine.csv"}, "file: unknown key"),
    ],
)
def test_unknown_key(values, start):
    assert refusal(values).startswith(start)


@pytest.mark.parametrize(
    ("values", "start"),
    [
        (encoder("cell", hidden="many"), "encoders.0.cell.hidden: 'many' is not valid"),
        (encoder("trainer", windows=20), "encoders.0.trainer.windows: 20 is not valid"),
        (encoder("trainer", windows=[20, 1]), "encoders.0.trainer.windows.1: 1 is not valid"),
        (
            encoder("cell", hidden_activation="tahn"),
            "encoders.0.cell.hidden_activation: 'tahn' is not valid",
        ),
        (encoder(cell="elmna"), "encoders.0.cell: 'elmna' is not valid; did you mean 'elman'?"),
        (
            encoder(cell={"name": "elmna"}),
            "encoders.0.cell.name: 'elmna' is not valid; did you mean 'elman'?",
        ),
        (encoder(cell={"hidden": 5}), "encoders.0.cell.name: is missing; give one of elman"),
        (encoder(trainer=None), "encoders.0.trainer: None is not valid: give one of gradient"),
        (encoder(objective=["forecast"]), "encoders.0.objective: ['forecast'] is not valid"),
        (encoder(cell={"name": ["elman"]}), "encoders.0.cell.name: ['elman'] is not valid"),
        ({"prices": {"source": "yaho"}}, "prices.source: 'yaho' is not valid"),
        ({"prices": {"start": "2007-13-01"}}, "prices.start: '2007-13-01' is not valid"),
        ({"prices": {"start": 20070104}}, "prices.start: 20070104 is not a date"),
        ({"prices": "bundled"}, "prices: 'bundled' is not valid"),
        ({"prices": None}, "prices: None is not valid"),
        ({"encoders": ENCODER}, "encoders: {"),
        ({"encoders": ["elman"]}, "encoders.0: 'elman' is not valid"),
        ({"growth": {"clip": float("nan")}}, "growth.clip: nan is not valid"),
        ({"firms": 5}, "firms: 5 is not valid"),
        ({"run": 2016}, "run: 2016 is not valid"),
        ({1: 2}, "1: 1 is not valid"),
    ],
)
def test_wrong_type(values, start):
    assert refusal(values).startswith(start)


@pytest.mark.parametrize(
    ("values", "start"),
    [
        (encoder("cell", hidden=0), "encoders.0.cell.hidden: 0 is not valid"),
        (
            {"encoders": [{"cell": {"name": "jordan", "state": 0}, "objective": "forecast"}]},
            "encoders.0.cell.state: 0 is not valid",
        ),
        (encoder("objective", outputs=0), "encoders.0.objective.outputs: 0 is not valid"),
        (encoder(seeds=[]), "encoders.0.seeds: [] is not valid"),
        (encoder(seeds=[1, 1]), "encoders.0.seeds: [1, 1] holds a seed twice"),
        (encoder("objective", day_dropout=1), "encoders.0.objective.day_dropout: 1 is not valid"),
        (encoder(name="../x"), "encoders.0.name: '../x' is not valid"),
        ({"encoders": [ENCODER, ENCODER]}, "encoders: two are named 'elman-comovement'"),
        ({"encoders": [{"cell": "elman"}]}, "encoders.0.objective: is missing"),
        ({"encoders": [], "similarity": {"comparators": []}}, "encoders: is empty"),
        ({"encoders": [], "similarity": {"comparators": ["random"]}}, "encoders: is empty"),
        ({"training": {"fit_share": 1}}, "training.fit_share: 1 is not valid"),
        ({"run": "../x"}, "run: '../x' is not valid"),
        ({"prices": {"source": "file"}}, "prices.path: is empty"),
        ({"prices": {"source": "yahoo", "start": "2020-01-01"}}, "prices.end: is empty"),
    ],
)
def test_impossible_value(values, start):
    assert refusal(values).startswith(start)


@pytest.mark.parametrize("kind", [str, date.fromisoformat])
def test_start_after_end(kind):
    message = refusal({"prices": {"start": kind("2031-01-01"), "end": kind("2016-12-30")}})
    assert message.startswith("prices.start: 2031-01-01 is after prices.end (2016-12-30)")


def test_one_day_is_not_start_after_end():
    config = load_config({"prices": {"start": "2016-12-30", "end": "2016-12-30"}})
    assert config.prices.start == config.prices.end == date(2016, 12, 30)


@pytest.mark.parametrize("key", ["firms", "training.train_firms"])
@pytest.mark.parametrize(
    ("tickers", "place", "reason"),
    [
        (["A", "B", "A"], "", "'A' is listed more than once"),
        (["A", "B", "../../x"], ".2", "'../../x' is not a ticker"),
        (["A", "A/B", "C"], ".1", "'A/B' is not a ticker"),
        (["", "B", "C"], ".0", "a ticker is empty"),
        (["A", True, "C"], ".1", "YAML read this ticker as the bool True; put it in quotes"),
        (["A", "B", 50], ".2", "YAML read this ticker as the int 50; put it in quotes"),
        (["A", "B", 1.5], ".2", "YAML read this ticker as the float 1.5; put it in quotes"),
        (["A", date(2020, 1, 1), "C"], ".1", "YAML read this ticker as the date 2020-01-01"),
        (["A", "B", None], ".2", "None is not valid"),
    ],
)
def test_bad_tickers(key, tickers, place, reason):
    values = {"firms": tickers} if key == "firms" else {"training": {"train_firms": tickers}}
    assert refusal(values).startswith(f"{key}{place}: {reason}")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_too_few_firms(number):
    message = refusal({"firms": ["A", "B"][:number]})
    assert message.startswith(f"firms: {number} firms are too few; give at least 3")


def test_further_errors_are_counted():
    assert refusal(encoder("cell", hidden=0, max_parameters=0)).endswith("(and 1 more)")
    assert "more)" not in refusal(encoder("cell", hidden=0))


YAML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = sorted({*Config.model_fields, "tickers", "file", "", "a\nb"})
INNER = sorted({"source", "start", "end", "actions", "train_firms", "clip", "cell", "seeds", "x"})


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        YAML_VALUES | st.dictionaries(st.sampled_from(INNER), YAML_VALUES, max_size=3),
        max_size=3,
    )
)
def test_whatever_yaml_holds_it_is_accepted_or_refused_in_one_line(values):
    try:
        load_config(values)
    except ConfigError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017


ABSURD = [
    ("association.permutations", {"association": {"permutations": 10**15}}),
    ("association.permutations", {"association": {"permutations": "1e15"}}),
    ("association.permutations", {"association": {"permutations": 1e15}}),
    ("association.seed", {"association": {"seed": 12345678901234567890}}),
    ("evaluation.seed", {"evaluation": {"seed": -1}}),
    ("evaluation.draws", {"evaluation": {"draws": 10**12}}),
    ("evaluation.windows.0", {"evaluation": {"windows": [10**9]}}),
    ("evaluation.windows", {"evaluation": {"windows": list(range(5, 10_000))}}),
    ("similarity.neighbours", {"similarity": {"neighbours": 10**9}}),
    ("similarity.comparators", {"similarity": {"comparators": ["x"] * 10**5}}),
    ("audit.min_history", {"audit": {"min_history": 10**12}}),
    ("growth.clip", {"growth": {"clip": 1e300}}),
    ("growth.volatility_halflife", {"growth": {"volatility_halflife": 1e300}}),
    ("growth.risk_free_rate", {"growth": {"risk_free_rate": -1e300}}),
    ("prices.timeout", {"prices": {"timeout": 1e300}}),
    ("prices.start", {"prices": {"start": "0001-01-01"}}),
    ("prices.end", {"prices": {"end": "9999-12-31"}}),
    ("prices.start", {"prices": {"start": "1500000000"}}),
    ("prices.path", {"prices": {"source": "file", "path": "x" * 300 + ".csv"}}),
    ("prices.path", {"prices": {"source": "file", "path": "/".join(["x" * 90] * 90)}}),
    ("prices.path", {"prices": {"source": "file", "path": "a\0b"}}),
    ("prices.path", {"prices": {"source": "file", "path": "\ud800"}}),
    ("firms", {"firms": "a\nb.csv"}),
    ("firms", {"firms": [f"T{number}" for number in range(10**5)]}),
    ("firms", {"firms": ["A", "B", "C"] + ["D"] * 40_000}),
    ("firms.0", {"firms": ["A" * 60, "B", "C"]}),
    ("encoders", {"encoders": [ENCODER] * 10**4}),
    ("encoders.0.cell.hidden", encoder("cell", hidden=10**7)),
    ("encoders.0.cell.max_parameters", encoder("cell", max_parameters=10**15)),
    ("encoders.0.cell.hidden", encoder("cell", hidden=1e7)),
    ("encoders.0.trainer.steps", encoder("trainer", steps=10**12)),
    ("encoders.0.trainer.batch_size", encoder("trainer", batch_size=10**9)),
    ("encoders.0.objective.portfolios", encoder("objective", portfolios=10**9)),
    ("encoders.0.objective.embedding_size", encoder("objective", embedding_size=10**9)),
    ("encoders.0.seeds.0", encoder(seeds=[12345678901234567890])),
    ("encoders.0.seeds.0", encoder(seeds=[-1])),
    ("encoders.0.seeds.0", encoder(seeds=[float("inf")])),
    ("encoders.0.seeds", encoder(seeds=list(range(10**4)))),
    ("encoders.0.name", encoder(name="x" * 300)),
    (
        "encoders.0.trainer.batch_size",  # possible alone, not together
        encoder(
            cell={"name": "elman", "hidden": 4096},
            trainer={"batch_size": 100_000, "windows": [10_000]},
        ),
    ),
    (
        "encoders.0.trainer.population",
        encoder(
            cell={"name": "elman", "hidden": 4096},
            trainer={"name": "cma-es", "population": 10_000, "windows": [20]},
        ),
    ),
    *(
        ("run", {"run": run})
        for run in (
            "x" * 300,
            "a/b",
            "..",
            ".",
            "a\nb",
            "a\0b",
            "-a",
            "ü",
            "a ",
            "CON",
            "nul.x",
            "a.",
        )
    ),
    ("q" * 30, {"q" * 10**6: 1}),
    ("'a\\nb'", {"a\nb": 1}),
]


@pytest.mark.parametrize(("key", "values"), ABSURD, ids=range(len(ABSURD)))
def test_absurd_values_are_one_short_line_at_once(key, values):
    begun = time.process_time()
    message = refusal(values)
    assert time.process_time() - begun < 2
    assert key in message.split(": ")[0]
    assert len(message) < 400
    assert message.isprintable()


def sections(model, prefix=()):
    """Every number and list of a section: path of keys, field."""
    for name, field in model.model_fields.items():
        if kinds := kinds_of(field.annotation):
            for kind in kinds:
                yield from sections(kind, (*prefix, name))
            if get_origin(field.annotation) is list:
                yield (*prefix, name), field.annotation, field.metadata
        else:
            yield (*prefix, name), field.annotation, field.metadata


def unbounded(annotation, metadata):
    """Whether a type lets a number or a list be as large as it likes."""
    bounds = {type(item) for item in metadata}
    for item in metadata:
        if isinstance(item, FieldInfo):
            bounds |= {type(inner) for inner in item.metadata}
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return unbounded(arguments[0], [*arguments[1:], *metadata])
    if get_origin(annotation) is list:
        kinds = kinds_of(annotation)
        return MaxLen not in bounds or (not kinds and unbounded(arguments[0], []))
    if get_origin(annotation) in (Union, UnionType):
        return any(unbounded(argument, metadata) for argument in arguments)
    return annotation in (int, float) and not bounds & {Le, Lt}


@pytest.mark.parametrize("model", [Config, Study])
def test_every_number_and_every_list_has_an_upper_bound(model):
    assert [path for path, *field in sections(model) if unbounded(*field)] == []


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_no_number(value):
    with pytest.raises(ConfigError, match=r"growth\.clip: (true|false) .*not valid"):
        load_config({"growth": {"clip": value}})


@pytest.mark.parametrize("key", ["firms", "run"])
def test_an_empty_text_is_no_value(key):
    with pytest.raises(ConfigError, match=f"{key}: is an empty text"):
        load_config({key: ""})


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"similarity": {"comparators": ["rbf", "rbf"]}}, "'rbf' is listed more than once"),
        ({"growth": {"risk_free_rate": float("nan")}}, "growth.risk_free_rate: nan is not valid"),
        (
            encoder("trainer", learning_rate=float("inf")),
            "encoders.0.trainer.learning_rate: inf is not valid",
        ),
        (encoder(seeds=[True]), "encoders.0.seeds.0: true (or yes, no, on, off) is not a number"),
    ],
)
def test_values_that_look_right_but_are_not(values, reason):
    assert reason in refusal(values)


def parts(cell="elman", objective="comovement", trainer="gradient", **keys):
    """Configuration of one encoder with one more key, in whatever part has it."""
    block = {"cell": cell, "objective": objective, "trainer": trainer}
    for part, name in block.items():
        inner = {key: value for key, value in keys.items() if key in KEYS_OF[part]}
        block[part] = {"name": name} | inner
    return {"encoders": [block]}


KEYS_OF = {
    part: {key for kind in kinds for key in kind.model_fields} for part, kinds in PARTS.items()
}


@pytest.mark.parametrize(
    ("chosen", "key", "value"),
    [
        *(({"cell": cell}, "state", 9) for cell in ("elman", "lstm", "gru", "feedforward")),
        *(({"cell": cell}, "state_activation", "relu") for cell in ("elman", "gru")),
        *(({"cell": cell}, "hidden_activation", "relu") for cell in ("lstm", "gru")),
        ({"cell": "feedforward"}, "truncate", 9),
        *(({"objective": "forecast"}, key, 1) for key in sorted(KEYS_OF["objective"] - {"name"})),
        *(({"trainer": "gradient"}, key, 5) for key in ("population", "spread", "batches")),
        *(
            ({"trainer": trainer}, key, value)
            for trainer in ("genetic", "annealing", "swarm", "cma-es")
            for key, value in (("truncate", 9), ("optimizer", "sgd"), ("clip_norm", 2.0))
        ),
        ({"trainer": "gradient"}, "momentum", 0.5),
    ],
)
def test_a_key_exists_only_where_it_means_something(chosen, key, value):
    message = refusal(parts(**chosen, **{key: value}))
    part = next(part for part, keys in KEYS_OF.items() if key in keys)
    assert message.startswith(f"encoders.0.{part}.{key}: has no meaning for ")
    name = "adamw" if key == "momentum" else next(iter(chosen.values()))
    assert f"{name!r}; remove it" in message


def test_where_it_means_something_it_is_taken():
    load_config(parts("jordan", state=9, state_activation="relu", hidden_activation="relu"))
    load_config(parts("feedforward", hidden_activation="relu"))
    load_config(parts(trainer="swarm", population=8, spread=0.5, batches=2))
    load_config(parts(optimizer="sgd", momentum=0.5, truncate=9))


def test_hidden_units_or_a_cap_on_parameters():
    message = refusal(encoder("cell", hidden=8, max_parameters=100))
    assert message.startswith("encoders.0.cell.max_parameters: cannot be given beside hidden")
