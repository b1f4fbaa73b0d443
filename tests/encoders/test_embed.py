"""Embedding with frozen weights: old firms stand still, new firms find their place."""

import numpy as np
import pandas as pd
import pytest

from firmsim.encoders import ComovementEncoder, ForecastEncoder
from firmsim.encoders.storage import load, read_facts, save
from firmsim.errors import EncoderError
from firmsim.recurrent import CELLS
from firmsim.similarity.scores import cosine_scores


@pytest.fixture
def holes(growth, rng):
    """Growth rates with some missing."""
    return growth.mask(rng.random(growth.shape) < 0.1)


@pytest.fixture
def newcomers(growth, rng):
    """Two firms that training did not see: one of the first group, one of noise."""
    group = growth.iloc[:, :4]
    member = (group / group.std()).mean(axis=1) + 0.5 * rng.normal(size=len(growth))
    noise = pd.Series(rng.normal(size=len(growth)), growth.index)
    return pd.DataFrame({"MEMBER": member, "NOISE": noise})


@pytest.mark.parametrize("name", CELLS)
def test_cells_sized_by_their_weights_embed(name, kind, growth, tmp_path):
    keys = {"max_parameters": 500, "steps": 2, "windows": [20]}
    encoder = kind(cell=name, **keys).fit(growth)
    size = encoder.module_.cell.hidden
    embedded = encoder.transform(growth)
    assert np.isfinite(embedded).all(axis=None)
    if kind is ForecastEncoder:
        assert embedded.shape[1] == size
    save(encoder, tmp_path / "model.safetensors", "abc")
    facts = read_facts(tmp_path / "model.safetensors")
    assert facts["hidden"] == size
    assert facts["parameters"] <= 500
    back = load(tmp_path / "model.safetensors").transform(growth)
    pd.testing.assert_frame_equal(back, embedded, check_exact=True)


def test_a_row_a_firm_in_the_order_given(fitted, growth):
    embedded = fitted.transform(growth.iloc[:, ::-1])
    assert list(embedded.index) == list(growth)[::-1]
    pd.testing.assert_frame_equal(embedded.iloc[::-1], fitted.transform(growth), check_exact=True)


def test_transform_is_repeatable_and_leaves_its_input_alone(fitted, holes):
    before = holes.copy()
    first, second = fitted.transform(holes), fitted.transform(holes)
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    pd.testing.assert_frame_equal(holes, before, check_exact=True)


def test_a_firms_embedding_does_not_change_when_another_is_added(fitted, holes, newcomers):
    wider = pd.concat([newcomers, holes], axis=1)
    alone = fitted.transform(holes)
    for embedded in (fitted.transform(wider), fitted.transform(wider, reference=holes)):
        pd.testing.assert_frame_equal(embedded.loc[list(holes)], alone, check_exact=True)


def test_a_new_firms_embedding_does_not_depend_on_other_new_firms(fitted, holes, newcomers):
    both = fitted.transform(newcomers, reference=holes)
    one = fitted.transform(newcomers[["NOISE"]], reference=holes)
    # one row or two through the same matrix products: equal up to rounding
    np.testing.assert_allclose(both.loc[["NOISE"]], one, atol=1e-5)


def test_a_copy_of_a_firm_lands_beside_it(fitted, holes):
    embedded = fitted.transform(holes.assign(COPY=holes["F05"]))
    scores = cosine_scores(embedded)
    assert scores.loc["COPY", "F05"] > 0.999
    distance = np.linalg.norm(embedded.loc["COPY"] - embedded.loc["F05"])
    assert distance < 0.03 * np.linalg.norm(embedded.loc["F05"])


def test_a_new_member_is_nearest_to_its_group(growth, newcomers):
    encoder = ComovementEncoder(
        hidden=8, steps=40, windows=[20, 40], learning_rate=1e-2, outputs=4, portfolios=2
    ).fit(growth)
    scores = cosine_scores(encoder.transform(newcomers.join(growth)))["MEMBER"]
    assert scores[[f"F{k:02d}" for k in range(4)]].min() > scores[list(growth)[4:]].max()


def test_embeddings_span_the_scores_of_the_trajectories(fitted_encoders, growth):
    # with every component kept, unit rows whose products are the cosines
    encoder = fitted_encoders[ComovementEncoder, "elman"]
    embedded = encoder.transform(growth)
    assert embedded.shape == (12, 12)
    np.testing.assert_allclose((embedded**2).sum(axis=1), 1, atol=1e-4)


def test_embedding_size_is_bounded(growth):
    keys = {"hidden": 4, "steps": 1, "windows": [20], "portfolios": 2}
    for asked, got in ((1, 1), (5, 5), (99, 12)):
        encoder = ComovementEncoder(**keys, embedding_size=asked).fit(growth)
        assert encoder.transform(growth).shape == (12, got)


@pytest.mark.parametrize(("firms", "columns"), [(12, 12), (345, 64), (390, 65), (1680, 280)])
def test_embedding_grows_with_the_training_firms(firms, columns):
    encoder = ComovementEncoder()
    encoder.firms_ = [f"F{firm}" for firm in range(firms)]
    assert encoder.size == columns


def test_several_spans_equal_separate_transforms(fitted, holes, newcomers):
    wider = holes.join(newcomers)
    ends = [320, 41, 200]
    spans = [(0, end) for end in ends]
    for end, embedded in zip(ends, fitted.embed(wider, holes, spans), strict=True):
        alone = fitted.transform(wider.iloc[:end], reference=holes.iloc[:end])
        assert list(embedded.index) == list(alone.index)
        np.testing.assert_allclose(cosine_scores(embedded), cosine_scores(alone), atol=1e-4)


def test_later_days_do_not_change_the_embedding_of_earlier_ones(fitted, growth):
    changed = growth.copy()
    changed.iloc[200:] = -changed.iloc[200:, ::-1].to_numpy()
    before, after = (fitted.embed(some, None, [(0, 200)])[0] for some in (growth, changed))
    pd.testing.assert_frame_equal(before, after, check_exact=True)
    assert not fitted.transform(growth).equals(fitted.transform(changed))


@pytest.mark.parametrize("span", [(5, 5), (-1, 3), (0, 10_000)])
def test_a_span_beyond_the_days_is_refused(fitted, growth, span):
    with pytest.raises(EncoderError, match=f"spans: days {span[0]} to {span[1]} of 320 days"):
        fitted.embed(growth, None, [span])


@pytest.mark.parametrize("ticker", ["F03", "NEW"])
def test_a_firm_that_is_missing_entirely_scores_zero(fitted, growth, ticker):
    embedded = fitted.transform(growth.assign(**{ticker: np.nan}))
    assert not embedded.loc[ticker].any()
    scores = cosine_scores(embedded)[ticker].drop(ticker)
    assert (scores == 0).all()
    assert embedded.drop(ticker).any(axis=1).all()


def test_a_missing_firm_does_not_move_the_centre_of_forecast_embeddings(
    fitted_encoders, growth, cell
):
    encoder = fitted_encoders[ForecastEncoder, cell]
    whole = encoder.transform(growth).drop("F03")
    embedded = encoder.transform(growth.assign(F03=np.nan)).drop("F03")
    np.testing.assert_allclose(embedded, whole - whole.mean(), atol=1e-6)


def test_forecast_embeddings_are_centred_on_the_training_firms(
    fitted_encoders, growth, newcomers, cell
):
    embedded = fitted_encoders[ForecastEncoder, cell].transform(growth.join(newcomers))
    assert embedded.shape == (14, 8)
    np.testing.assert_allclose(embedded.loc[list(growth)].mean(), 0, atol=1e-6)


def test_firms_never_there_together_are_finite(fitted, growth):
    split = growth.copy()
    split.iloc[:160, 0], split.iloc[160:, 1] = np.nan, np.nan
    assert np.isfinite(fitted.transform(split)).all(axis=None)


def test_a_training_firm_that_is_not_given_is_named(fitted, growth):
    with pytest.raises(EncoderError, match=r"training firm 'F02' is not among.*\(2 are not\)"):
        fitted.transform(growth.drop(columns=["F02", "F07"]))


def test_a_reference_with_other_days_is_refused(fitted, growth):
    with pytest.raises(EncoderError, match="same days"):
        fitted.transform(growth.iloc[100:], reference=growth)


def test_unfitted_is_refused(build, growth):
    with pytest.raises(EncoderError, match="is not fitted; call fit first"):
        build().transform(growth)
