"""The configuration: defaults, and one line for everything that can be wrong with it."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from firmsim.config import Config
from firmsim.config.load import load_config, located
from firmsim.errors import ConfigError, FirmsError, FirmsimError
from firmsim.objectives.comovement.market import FIXED_CONTEXT
from firmsim.recurrent import Elman

ENCODER = {"cell": "elman", "objective": "comovement"}


def encoder(**keys):
    return {"encoders": [ENCODER | keys]}


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
    inputs = 1 + 3 * first.portfolios + FIXED_CONTEXT
    sizes = Elman(inputs, first.hidden, first.outputs + 2 * first.portfolios)
    assert {item.max_parameters for item in config.encoders[2:5]} == {sizes.parameter_count}


def test_the_default_file_says_what_the_defaults_are():
    file = Path(__file__).parents[2] / "config/config.yaml"
    assert load_config(yaml.safe_load(file.read_text())).encoders == Config().encoders


@pytest.mark.parametrize("file", sorted(Path(__file__).parents[2].glob("config/*.yaml")))
def test_every_example_is_valid(file):
    assert load_config(yaml.safe_load(file.read_text()), [file]).run


def test_whole_configuration_survives_its_own_dump():
    config = load_config({"firms": ["NA", "TRUE", "1299.HK"], **encoder(cell="jordan", state=4)})
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
            "prices.calendar: 'XNYC' is no trading calendar; did you mean 'XNYS'",
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
        (encoder(hiden=5), "encoders.0.hiden: unknown key; did you mean 'hidden'?"),
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
        (encoder(hidden="many"), "encoders.0.hidden: 'many' is not valid"),
        (encoder(windows=20), "encoders.0.windows: 20 is not valid"),
        (encoder(windows=[20, 1]), "encoders.0.windows.1: 1 is not valid"),
        (encoder(hidden_activation="tahn"), "encoders.0.hidden_activation: 'tahn' is not valid"),
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
        (encoder(hidden=0), "encoders.0.hidden: 0 is not valid"),
        (encoder(state=0), "encoders.0.state: 0 is not valid"),
        (encoder(outputs=0), "encoders.0.outputs: 0 is not valid"),
        (encoder(seeds=[]), "encoders.0.seeds: [] is not valid"),
        (encoder(seeds=[1, 1]), "encoders.0.seeds: [1, 1] holds a seed twice"),
        (encoder(day_dropout=1), "encoders.0.day_dropout: 1 is not valid"),
        (encoder(name="pearson"), "encoders.0.name: 'pearson' is the name of a comparator"),
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
    assert refusal(encoder(hidden=0, outputs=0)).endswith("(and 1 more)")
    assert "more)" not in refusal(encoder(hidden=0))


class TestOrigin:
    """The file, or the command line, that an error names."""

    @pytest.fixture
    def files(self, tmp_path):
        contents = {
            "base.yaml": {"prices": {"start": "2031-01-01"}, "firms": ["A", "B"], **encoder()},
            "mine.yaml": {"prices": {"end": "2016-12-30"}, "run": "mine"},
        }
        for name, content in contents.items():
            (tmp_path / name).write_text(yaml.safe_dump(content))
        return [tmp_path / name for name in contents]

    def test_the_file_that_holds_the_key(self, files):
        assert refusal({"firms": ["A", "B"]}, files).endswith(f", in {files[0]}")
        assert refusal({"prices": {"end": "2016-12-30", "strat": 1}}, files[1:]).startswith(
            "prices.strat: unknown key"
        )

    def test_a_section_check_names_the_file_of_its_key(self, files):
        values = {"prices": {"start": date(2031, 1, 1), "end": "2016-12-30"}}
        assert refusal(values, files).endswith(f", in {files[0]}")

    def test_the_last_file_wins(self, files):
        for number, name in enumerate(("../x", "../y")):
            files[number].write_text(yaml.safe_dump({"run": name}))
        assert refusal({"run": "../y"}, files).endswith(f", in {files[1]}")

    def test_a_missing_key_is_told_with_the_file_of_its_section(self, files):
        files[0].write_text(yaml.safe_dump({"encoders": [{"cell": "elman"}]}))
        message = refusal({"encoders": [{"cell": "elman"}]}, files)
        assert message == f"encoders.0.objective: is missing; give it a value, in {files[0]}"

    @pytest.mark.parametrize(
        "values",
        [
            {"similarity": {"neighbours": 0}},  # in no file
            {"prices": {"end": "2016-12-30", "workers": 0}},  # its section is in a file
            {"run": "../x"},  # in a file, overruled
            {"prices": 5},  # a section in a file, overruled
        ],
    )
    def test_a_key_set_on_the_command_line(self, files, values):
        assert refusal(values, files).endswith(", in the command line")

    def test_without_files(self):
        assert refusal({"run": "../x"}).endswith(", in the configuration")


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
        (encoder(learning_rate=float("inf")), "encoders.0.learning_rate: inf is not valid"),
        (encoder(seeds=[True]), "encoders.0.seeds.0: true (or yes, no, on, off) is not a number"),
        (encoder(objective="forecast", outputs=9), "encoders.0.outputs: has no meaning for"),
        (encoder(state=9), "encoders.0.state: has no meaning for cell 'elman'"),
    ],
)
def test_values_that_look_right_but_are_not(values, reason):
    assert reason in refusal(values)


def test_what_is_found_later_is_located_too(tmp_path):
    file = tmp_path / "my.yaml"
    file.write_text("firms: sp700\ntraining: {train_firms: none.csv}\n")
    values = yaml.safe_load(file.read_text())
    for key in ("firms", "training.train_firms"):
        error = FirmsError(f"{key}: is wrong")
        assert located(error, values, [file]) == f"{key}: is wrong, in {file}"
    given = values | {"firms": "sp800"}
    assert located(FirmsError("firms: x"), given, [file]) == "firms: x, in the command line"
    for said in ("none.csv: has no x", "prices.csv: has no x", "run.a.csv: no", "nothing at all"):
        assert located(FirmsError(said), values, [file]) == said
