"""What holds of any configuration: valid ones keep their meaning, others end in one line."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from firmsim.config.choice import kinds_of
from firmsim.config.keys import set_keys
from firmsim.config.load import load_config
from firmsim.config.run import Config
from firmsim.errors import ConfigError

SEEDS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=3, unique=True)
DAYS = st.integers(1, 10_000)
SHARE = st.floats(0.01, 0.99)


def some(**keys):
    """Block with some of the keys."""
    return st.fixed_dictionaries({}, optional=keys)


CELLS = st.sampled_from(["elman", "jordan", "lstm", "gru", "feedforward"])
OBJECTIVES = st.sampled_from(["comovement", "forecast"])
ENCODERS = st.lists(
    st.fixed_dictionaries(
        {
            "cell": CELLS | st.fixed_dictionaries({"name": CELLS, "hidden": st.integers(1, 500)}),
            "objective": OBJECTIVES | st.fixed_dictionaries({"name": OBJECTIVES}),
        },
        optional={
            "seeds": SEEDS,
            "trainer": some(steps=DAYS, windows=st.lists(st.integers(2, 500), min_size=1)),
        },
    ),
    min_size=1,
    max_size=3,
)
VALID = some(
    run=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}x", fullmatch=True),
    growth=some(clip=st.floats(0.1, 1000), trading_days_per_year=st.integers(1, 366)),
    audit=some(gap_days=DAYS, jump_floor=st.floats(0.1, 100), actions=some(jump=st.just("note"))),
    training=some(fit_share=SHARE, validation_share=SHARE),
    association=some(permutations=st.integers(19, 100_000)),
    evaluation=some(draws=st.integers(20, 1000), unseen_share=SHARE),
    encoders=ENCODERS,
)


def named(values):
    """Give every encoder a name of its own."""
    for position, encoder in enumerate(values.get("encoders", ())):
        encoder["name"] = f"encoder-{position}"
    return values


@settings(max_examples=60)
@given(VALID.map(named))
def test_a_valid_configuration_is_the_same_after_any_round_trip(values):
    config = load_config(values)
    for again in (
        config.model_dump(mode="json"),
        config.model_dump(),
        yaml.safe_load(yaml.safe_dump(values)),
        yaml.safe_load(yaml.safe_dump(config.model_dump(mode="json"))),
    ):
        assert load_config(again) == config


HUGE = [10**30, -(10**30), 1e300, float("nan"), float("inf"), "x" * 10**5]
ODD = ["", "\0", "\ud800", [], {}, [[]], {"": {}}, b"x", {1: 2}, [None], object(), True]
JUNK = st.sampled_from([*HUGE, *ODD])


def one_line(message):
    assert message.isprintable()
    assert 0 < len(message) < 400


def leaf_keys():
    """Path of every key of the default configuration."""
    return sorted({tuple(map(str, path)) for path in set_keys(Config())})


def replaced(values, path, value):
    """Copy with another value at a path."""
    head, *rest = path
    if isinstance(values, list):
        position = int(head)
        return [
            replaced(item, rest, value) if rest and number == position else item
            for number, item in enumerate(values)
        ]
    return values | {head: replaced(values[head], rest, value) if rest else value}


@settings(max_examples=300)
@given(st.sampled_from(leaf_keys()), JUNK)
def test_a_bad_value_is_refused_with_its_key(path, junk):
    values = Config().model_dump(mode="json")
    try:
        load_config(replaced(values, path, junk))
    except ConfigError as error:
        one_line(str(error))
        names = tuple(str(error).split(": ")[0].split("."))
        shorter = min(len(names), len(path))
        assert names[:shorter] == path[:shorter]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=4)
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.none() | st.integers() | st.text(max_size=6), inner, max_size=4)
        | st.dictionaries(st.sampled_from(sorted(Config.model_fields)), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(Config.model_fields)) | st.integers(), ANYTHING))
def test_any_mapping_is_accepted_or_refused_in_one_line(values):
    try:
        config = load_config(values)
    except ConfigError as error:
        one_line(str(error))
    else:
        assert load_config(config.model_dump(mode="json")) == config


def test_a_mapping_that_holds_itself_is_refused():
    values: dict[str, object] = {"growth": {}}
    values["growth"]["clip"] = values  # type: ignore[index]
    with pytest.raises(ConfigError, match=r"growth\.clip"):
        load_config(values)


def test_every_section_is_reached():
    sections = {name for name, field in Config.model_fields.items() if kinds_of(field.annotation)}
    assert sections <= {path[0] for path in leaf_keys()}
