"""Encoders as estimators of scikit-learn, and as blocks of the configuration."""

import pytest
from sklearn.base import clone

from firmsim.config import Encoder, Growth, Training
from firmsim.encoders import OBJECTIVES, ComovementEncoder, ForecastEncoder, make_encoder
from firmsim.errors import EncoderError
from firmsim.recurrent import Elman, Jordan

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


@pytest.mark.parametrize("objective", ["comovement", "forecast"])
def test_defaults_are_those_of_the_configuration(objective):
    # every parameter is a key of the configuration, with the same default
    settings = Encoder(cell="elman", objective=objective)
    growth = Growth()
    keys = (
        settings.model_dump()
        | Training().model_dump()
        | {"volatility_halflife": growth.volatility_halflife, "clip": growth.clip, "seed": 0}
        | {"windows": tuple(settings.windows)}  # defaults of a constructor do not change
    )
    for name, value in OBJECTIVES[objective]().get_params().items():
        assert keys[name] == value, name


def test_make_encoder_takes_its_own_keys_only():
    block = Encoder(cell="jordan", objective="forecast", state=3, hidden=7).model_dump()
    encoder = make_encoder(block, seed=4, clip=2.0)
    assert type(encoder) is ForecastEncoder
    assert (encoder.cell, encoder.state, encoder.hidden) == ("jordan", 3, 7)
    assert (encoder.seed, encoder.clip) == (4, 2.0)


def test_every_key_of_a_block_reaches_the_encoder():
    names = set(ComovementEncoder().get_params()) | {"objective", "name", "seeds"}
    assert set(Encoder.model_fields) == names - SHARED


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
