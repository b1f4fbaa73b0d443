"""Encoders among scikit-learn's estimators: its own checks, pipelines, searches, arrays, repr."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks
from small import small

from firmsim.encoders import ComovementEncoder, ForecastEncoder, checks, selection
from firmsim.encoders.inputs import read
from firmsim.encoders.storage import load, save
from firmsim.errors import EncoderError, FirmsimError, ShapeError
from firmsim.growth import growth_rates, scaled_growth

ROWS = "rows of X are days, rows of an embedding are firms"
WORDS = "refused with numbers, in the words of this field (days, firms)"
EXPECTED_FAILURES = {
    "check_transformer_general": ROWS,
    "check_transformer_data_not_an_array": ROWS,
    "check_methods_sample_order_invariance": ROWS + "; the order of days matters",
    "check_methods_subset_invariance": ROWS + "; an embedding sums up all days",
    "check_dtype_object": "what is no number is an EncoderError (ValueError), not a TypeError",
    "check_fit2d_1sample": WORDS,
    "check_fit2d_1feature": WORDS,
}


class TestScikitLearnsChecks:
    @pytest.fixture(autouse=True)
    def _toy_panels(self, monkeypatch):
        """Allow the panels of 15 days or 2 firms of scikit-learn's checks."""
        monkeypatch.setattr(checks, "MIN_TRAINING_DAYS", 8)
        monkeypatch.setattr(checks, "MIN_FIRMS", 2)
        monkeypatch.setattr(selection, "MIN_SCORE_DAYS", 5)

    @parametrize_with_checks(
        [
            ComovementEncoder(hidden=3, steps=2, windows=(5,), outputs=2, portfolios=1),
            ForecastEncoder(hidden=3, steps=2, windows=(5,)),
        ],
        expected_failed_checks=lambda _: EXPECTED_FAILURES,
    )
    def test_check(self, estimator, check):
        check(estimator)


@pytest.fixture(scope="module")
def prices(growth):
    return 50 * np.exp((growth / 252).cumsum())


class TestModelSelection:
    @pytest.fixture
    def steps(self, kind):
        encoder = small(kind, steps=4, windows=(10,))
        growth = FunctionTransformer(growth_rates, feature_names_out="one-to-one")
        return Pipeline([("growth", growth), ("encoder", encoder)])

    def test_pipeline_from_prices_to_embeddings(self, steps, prices, kind):
        embedded = steps.fit_transform(prices)
        known = growth_rates(prices)
        alone = small(kind, steps=4, windows=(10,)).fit(known)
        pd.testing.assert_frame_equal(embedded, alone.transform(known), check_exact=True)
        assert list(embedded.index) == list(prices)  # a row a firm
        assert list(steps.get_feature_names_out()) == list(embedded.columns)

    def test_search_over_days(self, steps, prices):
        search = GridSearchCV(
            steps,
            {"encoder__hidden": [2, 6], "encoder__windows": [(10,), (20,)]},
            cv=TimeSeriesSplit(n_splits=2),
            error_score="raise",
        ).fit(prices)
        scores = search.cv_results_["mean_test_score"]
        assert len(scores) == 4
        assert (np.abs(scores) <= 1).all()
        assert search.best_score_ == scores.max()
        best = search.best_estimator_["encoder"]
        assert (best.hidden, best.windows) == tuple(
            search.best_params_[f"encoder__{key}"] for key in ("hidden", "windows")
        )
        assert search.transform(prices).shape[0] == prices.shape[1]

    def test_numbers_of_numpy_can_be_searched_and_saved(self, kind, growth, tmp_path):
        encoder = small(kind).set_params(hidden=np.int64(5), learning_rate=np.float64(0.01))
        encoder.fit(growth)
        save(encoder, tmp_path / "model", "abc")
        assert load(tmp_path / "model").hidden == 5

    def test_shuffled_days_are_refused(self, kind, growth):
        with pytest.raises(EncoderError, match=r"2007-.* follows 200.*time order"):
            small(kind).fit(growth.sample(frac=1, random_state=0))


class TestScore:
    def test_planted_groups_score_above_noise(self, growth, rng):
        noise = growth.copy()
        noise[:] = rng.normal(size=growth.shape)
        planted, nothing = (
            cross_val_score(small(ComovementEncoder), some, cv=TimeSeriesSplit(2)).mean()
            for some in (growth, noise)
        )
        assert planted > 0.5 > 0.35 > abs(nothing)

    def test_is_the_rank_correlation_of_one_half_with_the_other(self, fitted, growth):
        # an independent reading: frames and pandas' correlations, no day missing in the second half
        embedded = fitted.transform(growth.iloc[:160])
        unit = embedded.div(np.linalg.norm(embedded, axis=1), axis=0)
        given = read("label", growth)
        q = fitted.cross_section(given, given).q.iloc[160:]
        second = q / np.sqrt((q**2).sum())
        pairs = np.triu_indices(growth.shape[1], 1)
        frame = pd.DataFrame({"first": (unit @ unit.T).to_numpy()[pairs]})
        frame["second"] = (second.T @ second).to_numpy()[pairs]
        ref = frame.corr("spearman").loc["first", "second"]
        assert fitted.score(growth) == pytest.approx(ref, abs=1e-6)
        assert fitted.score(growth, y=np.zeros(len(growth))) == fitted.score(growth)

    def test_too_few_days_are_refused(self, fitted, growth):
        assert np.isfinite(fitted.score(growth.iloc[:40]))
        with pytest.raises(EncoderError, match=r"39 days are too few for a score.*at least 40"):
            fitted.score(growth.iloc[:39])

    def test_pairs_that_cannot_be_ranked_are_refused(self, fitted, growth):
        gone = growth.copy()
        gone.iloc[160:] = np.nan
        with pytest.raises(EncoderError, match="0 pairs of firms share 20 of the last 160 days"):
            fitted.score(gone)


class TestArrays:
    def test_an_array_embeds_as_the_equal_frame(self, build, fitted, growth):
        encoder = build().fit(growth.to_numpy())
        assert encoder.firms_ == list(range(12))
        assert not hasattr(encoder, "feature_names_in_")
        by_array, by_name = encoder.transform(growth.to_numpy()), fitted.transform(growth)
        assert list(by_array.index) == list(range(12))
        pd.testing.assert_frame_equal(by_array.set_axis(by_name.index), by_name, check_exact=True)
        numbered = growth.set_axis(range(12), axis=1)
        pd.testing.assert_frame_equal(encoder.transform(numbered), by_array, check_exact=True)
        assert encoder.score(growth.to_numpy()) == encoder.score(numbered)

    def test_columns_beyond_the_training_firms_are_new_firms(self, build, growth):
        values = growth.to_numpy()
        encoder = build().fit(values[:, :8])
        embedded = encoder.transform(values)
        pd.testing.assert_frame_equal(
            embedded.iloc[:8], encoder.transform(values[:, :8]), check_exact=True
        )
        assert len(embedded) == 12

    def test_an_array_after_a_frame_is_told(self, fitted, growth):
        with pytest.warns(UserWarning, match="does not have valid feature names"):
            embedded = fitted.transform(growth.to_numpy())
        pd.testing.assert_frame_equal(embedded, fitted.transform(growth), check_exact=True)

    def test_one_channel_is_the_growth_rate(self, build, fitted, growth):
        encoder = build().fit(growth.to_numpy()[:, :, None])
        embedded = encoder.transform(growth.to_numpy())
        np.testing.assert_array_equal(embedded, fitted.transform(growth))

    @pytest.mark.parametrize("cell", ["elman", "lstm", "feedforward"])
    def test_further_channels_are_read_and_kept(self, kind, cell, growth, rng, tmp_path):
        values = np.stack([growth, rng.normal(size=growth.shape), growth**2 / 50], axis=2)
        values[rng.random(values.shape) < 0.05] = np.nan
        encoder = small(kind, cell=cell).fit(values)
        assert encoder.channels_ == 3
        embedded = encoder.transform(values)
        assert np.isfinite(embedded).all(axis=None)
        changed = values.copy()
        changed[:, :, 2] *= -1
        assert not encoder.transform(changed).equals(embedded)
        absent = values.copy()
        absent[:, :, 1:] = np.nan
        zero = values.copy()
        zero[:, :, 1:] = 0
        assert encoder.transform(absent).equals(encoder.transform(zero))
        save(encoder, tmp_path / "model", "abc")
        back = load(tmp_path / "model")
        pd.testing.assert_frame_equal(back.transform(values), embedded, check_exact=True)
        assert back.score(values) == encoder.score(values)
        for wrong in (values[:, :, :2], values[:, :, 0]):
            d = wrong.shape[2] if wrong.ndim == 3 else 1
            with pytest.raises(ShapeError, match=f"X has {d} channels.*fitted with 3"):
                back.transform(wrong)

    def test_a_channel_that_tells_tomorrow_helps_the_forecast(self, growth):
        # the channel holds what is to be forecast: its loss must fall below that without it
        values = np.stack([growth, scaled_growth(growth).shift(-1)], axis=2)
        keys = {"hidden": 8, "steps": 60, "validate_every": 20, "learning_rate": 0.03}
        losses = [
            ForecastEncoder(**keys, windows=(40,)).fit(X).history_["validation_loss"].min()
            for X in (values, growth)
        ]
        assert losses[0] < 0.5 * losses[1]

    @settings(max_examples=25)
    @given(data=st.data())
    def test_firms_and_days_keep_their_places(self, data):
        n_days, n_firms, d = (data.draw(st.integers(1, high)) for high in (6, 5, 3))
        X = np.arange(n_days * n_firms * d, dtype=float).reshape(n_days, n_firms, d)
        given = read("label", X)
        firms = data.draw(st.permutations(range(n_firms)))[: data.draw(st.integers(1, n_firms))]
        cut = given.of(firms).first(data.draw(st.integers(1, n_days)))
        days = len(cut.growth)
        np.testing.assert_array_equal(cut.growth, X[:days, firms, 0])
        np.testing.assert_array_equal(cut.extra, X[:days, firms, 1:])
        assert cut.channels == d


class TestConventions:
    def test_names_of_features(self, fitted, growth):
        assert fitted.n_features_in_ == 12
        assert list(fitted.feature_names_in_) == list(growth)
        assert list(fitted.get_feature_names_out()) == list(fitted.transform(growth).columns)

    def test_output_can_be_set(self, fitted, growth):
        with config_context(transform_output="pandas"):
            pd.testing.assert_frame_equal(fitted.transform(growth), fitted.transform(growth))

    def test_embedding_keeps_its_size_where_components_run_out(self, growth):
        twins = pd.concat([growth[["F00"]].set_axis([name], axis=1) for name in "ABCDE"], axis=1)
        encoder = small(ComovementEncoder).fit(growth.iloc[:, :5].set_axis(list("ABCDE"), axis=1))
        embedded = encoder.transform(twins)
        assert embedded.shape == (5, 5)
        assert np.isfinite(embedded).all(axis=None)

    def test_size_follows_the_budget_of_parameters(self, growth):
        encoder = ForecastEncoder(max_parameters=60, steps=2, windows=(20,)).fit(growth)
        assert encoder.n_parameters_ <= 60
        assert encoder.transform(growth).shape == (12, encoder.size)

    def test_a_failed_fit_leaves_nothing_fitted(self, build, growth):
        encoder = build().fit(growth)
        with pytest.raises(EncoderError):
            encoder.set_params(cell="lsmt").fit(growth)
        assert not encoder.__sklearn_is_fitted__()
        with pytest.raises(FirmsimError, match="is not fitted"):
            encoder.transform(growth)

    def test_repr_names_what_is_not_default_and_the_number_of_weights(self, fitted, kind, cell):
        count = sum(weight.numel() for weight in fitted.module_.parameters())
        text = repr(fitted)
        assert text.startswith(f"{kind.__name__}(")
        assert "hidden=8" in text
        assert "patience" not in text
        assert text.endswith(f")  # {count:,} parameters")
        assert eval(text).get_params() == fitted.get_params()
        assert "parameters" not in repr(clone(fitted)).removesuffix(")")

    def test_html_for_notebooks(self, fitted):
        count = f"{fitted.n_parameters_:,} parameters"
        html = fitted._repr_mimebundle_()["text/html"]
        assert count in html.rsplit("</div>", 1)[1]  # below the diagram
        assert html.count("<div") == html.count("</div>")
        assert count not in clone(fitted)._repr_html_()
