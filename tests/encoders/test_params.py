"""Encoders as estimators of scikit-learn, and as blocks of the configuration."""

import pytest
from sklearn.base import clone

from firmsim.config import Encoder, Growth, Training
from firmsim.config.encoder import PARTS, flatten
from firmsim.encoders import OBJECTIVES, ComovementEncoder, ForecastEncoder, make_encoder
from firmsim.encoders.checks import NAMES
from firmsim.errors import EncoderError
from firmsim.recurrent import CELLS, Elman, Jordan
from firmsim.training.choose import TRAINERS

SHARED = {"validation_share", "device", "volatility_halflife", "clip", "seed"}


def test_get_params_builds_an_equal_encoder(build, kind):
    params = build(seed=3).get_params()
    assert params["seed"] == 3
    assert kind(**params).get_params() == params
    assert not any(name.endswith("_") for name in params)


def test_set_params_returns_itself(build):
    encoder = build()
    assert encoder.set_params(hidden=5, seed=9) is encoder
    assert encoder.get_params() == build(hidden=5, seed=9).get_params()


def test_set_params_refuses_what_there_is_not(build):
    with pytest.raises(ValueError, match=r"Invalid parameter 'hiden'.*'hidden'"):
        build().set_params(hiden=5)


def test_clone_of_scikit_learn_has_the_parameters_and_not_the_weights(fitted, growth):
    copy = clone(fitted)
    assert type(copy) is type(fitted)
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(EncoderError, match="is not fitted"):
        copy.transform(growth)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("trainer", TRAINERS)
def test_defaults_are_those_of_the_configuration(cell, objective, trainer):
    # every parameter is a key of the configuration, with the same default
    names = {"cell": cell, "objective": objective, "trainer": trainer}
    growth = Growth()
    keys = (
        flatten(Encoder.model_validate(names).model_dump())
        | Training().model_dump()
        | {"volatility_halflife": growth.volatility_halflife, "clip": growth.clip, "seed": 0}
    )
    encoder = make_encoder(names)
    assert encoder.get_params() == OBJECTIVES[objective](cell, trainer=trainer).get_params()
    for name, value in encoder.get_params().items():
        given = keys.get(name, value)  # a key that another cell or trainer has
        assert (tuple(given) if name == "windows" else given) == value, name


def test_make_encoder_takes_the_long_form():
    block = {"cell": {"name": "jordan", "state": 3, "hidden": 7}, "objective": "forecast"}
    for settings in (block, Encoder.model_validate(block).model_dump()):
        encoder = make_encoder(settings, seed=4, clip=2.0)
        assert type(encoder) is ForecastEncoder
        assert (encoder.cell, encoder.state, encoder.hidden) == ("jordan", 3, 7)
        assert (encoder.seed, encoder.clip) == (4, 2.0)


def test_short_and_long_form_build_the_same_encoder():
    short = {"cell": "elman", "objective": "comovement", "trainer": "swarm"}
    long = {part: {"name": name} for part, name in short.items()}
    full = Encoder.model_validate(short).model_dump()
    params = [make_encoder(block).get_params() for block in (short, long)]
    assert params[0] == params[1]
    params = make_encoder(full).get_params() | {"windows": (20, 60, 125)}
    assert params == make_encoder(short).get_params()


def test_every_key_of_a_part_is_a_parameter_of_the_encoder():
    parameters = set(ComovementEncoder().get_params()) - SHARED
    keys = {key for kinds in PARTS.values() for kind in kinds for key in kind.model_fields}
    assert keys - {"name"} | {"cell", "trainer"} == parameters


def test_every_kind_of_the_configuration_is_there():
    assert set(NAMES["cell"]) == set(CELLS)
    assert set(NAMES["objective"]) == set(OBJECTIVES)
    assert set(NAMES["trainer"]) == set(TRAINERS)


def test_cell_has_the_sizes_and_activations_asked_for(growth, kind):
    keys = {"hidden": 6, "hidden_activation": "sigmoid", "output_activation": "tanh"}
    keys |= {"steps": 1, "windows": [20]}
    elman = kind("elman", **keys).fit(growth).module_.cell
    jordan = kind("jordan", state=3, state_activation="relu", **keys).fit(growth).module_.cell
    assert type(elman) is Elman
    assert type(jordan) is Jordan
    for cell in (elman, jordan):
        assert (cell.hidden, cell.hidden_activation, cell.output_activation) == (
            6,
            "sigmoid",
            "tanh",
        )
    assert (jordan.state, jordan.state_activation) == (3, "relu")


def test_label_names_cell_objective_and_seed(build, kind, cell):
    assert build(seed=2).label == f"{cell}-{kind.objective}, seed 2"
