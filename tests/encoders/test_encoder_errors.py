"""Bad input of the encoders: each a typed error, in one line, with the numbers in it."""

import re

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.exceptions import NotFittedError
from small import small

from firmsim.config import Encoder
from firmsim.encoders import ComovementEncoder, ForecastEncoder, make_encoder
from firmsim.encoders.checks import firms_per_batch
from firmsim.encoders.protocol import UnfittedError
from firmsim.errors import EncoderError, FirmsimError, ShapeError
from firmsim.objectives.task import draw_window
from firmsim.recurrent import CELLS, Elman


def refused(call, *parts, kind=EncoderError, parameter=None):
    """Call; expect one line with all the parts, of a kind of error that is a ValueError."""
    with pytest.raises(kind) as error:
        call()
    assert isinstance(error.value, FirmsimError)
    assert isinstance(error.value, ValueError)
    assert error.value.parameter == parameter
    text = str(error.value)
    assert len(text.splitlines()) == 1
    for part in parts:
        assert part in text, text


class TestShapes:
    @pytest.mark.parametrize("shape", [(), (320,), (320, 12, 1, 1)])
    def test_dimensions(self, build, fitted, shape):
        expected = f"expected X of shape (n_days, n_firms) or (n_days, n_firms, d), got {shape}"
        for call in (build().fit, fitted.transform, fitted.score):
            refused(lambda call=call: call(np.zeros(shape)), expected, kind=ShapeError)

    @pytest.mark.parametrize("shape", [(0, 12), (320, 0), (320, 12, 0), (0, 0)])
    def test_nothing_in_it(self, build, fitted, shape):
        for call in (build().fit, fitted.transform):
            refused(lambda call=call: call(np.zeros(shape)), "got 0 ", str(shape), kind=ShapeError)

    @pytest.mark.parametrize("n_firms", [11, 13])
    def test_another_number_of_firms(self, fitted, growth, n_firms):
        X = np.zeros((50, n_firms))
        parts = f"X has {n_firms} features", "is expecting 12 features"
        refused(lambda: fitted.transform(X), *parts, kind=ShapeError)

    def test_fewer_firms_than_an_encoder_of_an_array_was_fitted_on(self, build, growth):
        encoder = build(steps=1).fit(growth.to_numpy())
        parts = "X has 11 features", "is expecting 12 features"
        refused(lambda: encoder.transform(growth.to_numpy()[:, :11]), *parts, kind=ShapeError)
        parts = "training firm 0 is not among", "(12 are not)"
        refused(lambda: encoder.transform(growth), *parts, parameter="reference")

    def test_arrays_have_no_reference(self, fitted, growth):
        for X, reference in ((growth.to_numpy(), growth), (growth, growth.to_numpy())):
            refused(
                lambda X=X, reference=reference: fitted.transform(X, reference=reference),
                "must be frames",
                "ndarray",
                parameter="reference",
            )

    @settings(max_examples=30)
    @given(shape=st.lists(st.integers(0, 4), max_size=5))
    def test_any_small_shape_is_refused_with_its_numbers(self, shape):
        with pytest.raises(EncoderError) as error:
            ForecastEncoder(windows=(2,)).fit(np.zeros(shape))
        assert len(str(error.value).splitlines()) == 1
        if len(shape) not in (2, 3) or 0 in shape:
            assert str(tuple(shape)) in str(error.value)
            assert isinstance(error.value, ShapeError)


class TestValues:
    def test_infinite(self, build, growth):
        growth = growth.copy()
        growth.iloc[40, 3] = np.inf
        day = f"{growth.index[40]:%Y-%m-%d}"
        refused(lambda: build().fit(growth), "infinite", "'F03'", day, "1 in all")

    def test_infinite_channel(self, build, growth):
        X = np.stack([growth, growth], axis=2)
        X[7, 2, 1] = -np.inf
        refused(lambda: build().fit(X), "(-inf)", "firm 2", "day 7", "channel 1")

    def test_no_numbers(self, build, growth):
        refused(lambda: build().fit(growth.astype(str) + "x"), "not a number", "could not convert")
        refused(lambda: build().fit(growth + 1j), "Complex data not supported")
        refused(lambda: build().fit(growth.to_numpy() + 1j), "Complex data not supported")
        refused(lambda: build().fit(csr_array(np.ones((50, 4)))), "sparse")

    def test_numbers_of_other_types_are_fine(self, fitted, growth):
        for dtype in (object, "Float64"):
            comp = fitted.transform(growth.astype(dtype))
            pd.testing.assert_frame_equal(comp, fitted.transform(growth), check_exact=True)

    def test_names(self, build, growth):
        twice = growth.rename(columns={"F04": "F02"})
        refused(lambda: build().fit(twice), "'F02' is given twice")
        odd = growth.set_axis([("F", k) for k in range(12)], axis=1)
        refused(lambda: build().fit(odd), "firm ('F', 0) is a tuple")

    def test_days(self, build, growth):
        again = pd.concat([growth, growth.iloc[-1:]])
        last = f"{growth.index[-1]:%Y-%m-%d}"
        refused(lambda: build().fit(again), f"{last} follows {last}", "time order")


class TestSizes:
    def test_more_firms_a_batch_than_there_are(self, build, growth):
        parts = "batch_size: 13 firms", "there are 12 training firms", "empty"
        refused(lambda: build(batch_size=13).fit(growth), *parts, parameter="batch_size")

    def test_a_batch_of_all_firms_is_the_default_for_few(self, build, fitted, growth):
        assert fitted.batch_size is None
        everyone = build(batch_size=12).fit(growth)
        pd.testing.assert_frame_equal(everyone.history_, fitted.history_, check_exact=True)
        assert firms_per_batch("label", None, 5) == 5
        assert firms_per_batch("label", None, 3000) == 256
        assert firms_per_batch("label", 300, 3000) == 300

    def test_a_configuration_asks_for_no_batch(self):
        block = {"cell": "elman", "objective": "forecast"}
        block = Encoder.model_validate(block).model_dump()
        assert make_encoder(block).batch_size is None

    def test_budget_below_one_unit(self, growth, kind):
        encoder = small(kind, max_parameters=2)
        parts = "max_parameters: 2 ", "one hidden unit"
        refused(lambda: encoder.fit(growth), *parts, parameter="max_parameters")


class TestParameters:
    @pytest.mark.parametrize(
        ("name", "value", "allowed"),
        [
            ("cell", "lsmt", CELLS),
            ("trainer", "gradeint", ["gradient", "genetic"]),
            ("optimizer", "adm", ["adamw", "adam", "sgd"]),
            ("schedule", "linear", ["one-cycle", "cosine", "constant"]),
            ("hidden_activation", "tahn", ["tanh", "sigmoid", "relu", "linear", "softmax"]),
            ("output_activation", "gelu", ["tanh", "linear"]),
            ("state_activation", None, ["tanh"]),
            ("device", "tpu", ["auto", "cpu", "cuda"]),
            ("hidden", 0, ["greater than or equal to 1"]),
            ("hidden", 8.0, ["valid integer"]),
            ("hidden", True, ["valid integer"]),
            ("batch_size", 2, ["greater than or equal to 3"]),
            ("windows", (), ["at least 1"]),
            ("windows", (20, 1), ["greater than or equal to 2"]),
            ("windows", 20, ["valid list"]),
            ("truncate", 0, ["greater than or equal to 1"]),
            ("validation_share", 1.0, ["less than 1"]),
            ("learning_rate", -1.0, ["greater than 0"]),
            ("clip", float("nan"), ["less than or equal to 1000"]),
            ("seed", -1, ["greater than or equal to 0"]),
        ],
    )
    def test_refused_when_fitted_not_when_made(self, build, growth, name, value, allowed):
        encoder = build(**{name: value} if name != "cell" else {}).set_params(**{name: value})
        parts = f"{name}: {value!r} is not valid", *allowed
        refused(lambda: encoder.fit(growth), *parts, parameter=name)

    def test_comovement_keys_too(self, growth):
        encoder = small(ComovementEncoder, day_dropout=1.0)
        parts = "day_dropout: 1.0 is not valid", "less than 1"
        refused(lambda: encoder.fit(growth), *parts, parameter="day_dropout")


class TestDevice:
    def test_a_gpu_that_torch_does_not_find(self, build, growth, monkeypatch):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        parts = "device: 'cuda'", "no GPU", "cpu or auto"
        refused(lambda: build(device="cuda").fit(growth), *parts, parameter="device")
        weight = next(build(device="auto", steps=1).fit(growth).module_.parameters())
        assert weight.device.type == "cpu"


class TestNothingToLearnFrom:
    def test_days_without_any_firm(self, build, growth):
        gone = growth.copy()
        gone.iloc[100:120] = np.nan
        first, last = (f"{growth.index[day]:%Y-%m-%d}" for day in (100, 119))
        parts = "windows: 20 days", "12 firms", f"{first} to {last}", "(20 days)"
        refused(lambda: build().fit(gone), *parts, parameter="windows")
        gone.iloc[105, 2] = 1.0  # every window of 20 days has a growth rate now
        build(steps=1).fit(gone)

    @pytest.mark.parametrize("part", ["training", "validation"])
    def test_no_growth_rate_in_a_period(self, build, growth, part):
        days = slice(0, 280) if part == "training" else slice(280, None)
        for value in (np.nan, 0.0):
            gone = growth.copy()
            gone.iloc[days] = value
            if part == "validation" and value == 0.0:
                continue  # flat prices after others are growth rates of 0
            first, last = (f"{gone.index[days][at]:%Y-%m-%d}" for at in (0, -1))
            count = len(gone.index[days])
            parts = "none of the 12 firms", f"{count} {part} days, {first} to {last}"
            refused(lambda gone=gone: build().fit(gone), *parts)

    @settings(max_examples=40)
    @given(data=st.data())
    def test_every_batch_has_a_growth_rate(self, data):
        n_days, n_firms = data.draw(st.integers(5, 30)), data.draw(st.integers(3, 8))
        observed = torch.zeros(n_days, n_firms)
        observed[data.draw(st.integers(0, n_days - 1)), data.draw(st.integers(0, n_firms - 1))] = 1
        windows, seed = (
            data.draw(st.lists(st.integers(2, 5), min_size=1)),
            data.draw(st.integers(0)),
        )
        drawn = [
            draw_window(np.random.default_rng(seed), windows, observed, batch_size=3)
            for _ in range(2)
        ]
        for days, firms in drawn:
            assert observed[days][:, firms].any()
            assert 0 <= days.start < days.stop <= n_days
            assert days.stop - days.start in windows
            assert len(set(firms.tolist())) == 3
        assert drawn[0][0] == drawn[1][0]
        assert torch.equal(drawn[0][1], drawn[1][1])

    def test_no_batch_can_be_found(self, rng):
        with pytest.raises(
            EncoderError, match=r"none of 1000 batches.*3 of 9 firms.*of 50 training"
        ):
            draw_window(rng, [4, 5], torch.zeros(50, 9), batch_size=3)


class TestCells:
    def test_typed(self):
        refused(lambda: Elman(2, 0, 1), "hidden: 0 ", "at least 1", parameter="hidden")
        refused(
            lambda: Elman(2, 3, 1, hidden_activation="tahn"),
            "hidden_activation: 'tahn'",
            "tanh, sigmoid",
            parameter="hidden_activation",
        )
        refused(lambda: CELLS["jordan"](2, 3, 1, state=0), "state: 0 ", parameter="state")
        refused(
            lambda: Elman(2, 3, 1)(torch.zeros(5, 4)),
            "expected x of shape (n_days, n_firms, 2)",
            "got (5, 4)",
            kind=ShapeError,
        )


def test_unfitted_is_an_error_of_both_worlds(build, growth):
    for name in ("transform", "score"):
        call = getattr(build(), name)
        refused(lambda call=call: call(growth), "is not fitted; call fit first", kind=UnfittedError)
    with pytest.raises(NotFittedError):
        build().get_feature_names_out()
    assert re.match(r"\w+-\w+, seed 0", build().label)
