"""Training an encoder: what it finds, what it repeats, what it must not see, what it refuses."""

import numpy as np
import pandas as pd
import pytest
import torch

from firmsim.encoders import ComovementEncoder
from firmsim.errors import EncoderError
from firmsim.objectives.comovement.market import Market
from firmsim.similarity.scores import cosine_scores


def weights_of(encoder):
    return {name: value.clone() for name, value in encoder.module_.state_dict().items()}


def same(left, right):
    return all(torch.equal(left[name], right[name]) for name in left.keys() | right.keys())


def same_group_auc(scores, groups):
    """Share of (pair within a group, pair across) in which the pair within scores higher."""
    i, j = np.triu_indices(len(groups), 1)
    values, within = scores.to_numpy()[i, j], groups[i] == groups[j]
    return (values[within][:, None] > values[~within][None, :]).mean()


@pytest.mark.parametrize("seed", [0, 1])
def test_comovement_finds_the_planted_groups(growth, cell, seed):
    # shuffled, so that the order of the firms tells nothing
    order = np.random.default_rng(seed).permutation(12)
    shuffled = growth.iloc[:, order]
    keys = {"windows": [20, 40], "learning_rate": 1e-2, "outputs": 4, "portfolios": 2, "seed": seed}
    encoder = ComovementEncoder(cell, 16, steps=60, validate_every=20, **keys).fit(shuffled)
    scores = cosine_scores(encoder.transform(shuffled))
    assert same_group_auc(scores, np.repeat([0, 1, 2], 4)[order]) > 0.95
    # the input alone tells as much; that weights learn shows on days they were not trained on
    start = ComovementEncoder(cell, 16, steps=1, **keys).fit(shuffled)
    losses = [item.history_["validation_loss"].min() for item in (encoder, start)]
    assert losses[0] < 0.8 * losses[1]


def test_chance_is_a_half(rng):
    noise = pd.DataFrame(rng.normal(size=(12, 64)))
    auc = [
        same_group_auc(cosine_scores(noise.sample(frac=1, random_state=k)), np.repeat([0, 1, 2], 4))
        for k in range(20)
    ]
    assert np.mean(auc) == pytest.approx(0.5, abs=0.1)


def test_same_seed_same_weights_bit_for_bit(growth, fitted, build):
    torch.manual_seed(99)  # the state outside must not matter
    again = build().fit(growth)
    assert same(weights_of(again), weights_of(fitted))
    pd.testing.assert_frame_equal(again.history_, fitted.history_, check_exact=True)
    pd.testing.assert_frame_equal(
        again.transform(growth), fitted.transform(growth), check_exact=True
    )


def test_fitting_again_starts_afresh(growth, fitted, build):
    encoder = build().fit(growth.iloc[:200])
    assert same(weights_of(encoder.fit(growth)), weights_of(fitted))


def test_other_seed_other_weights(growth, fitted, build):
    assert not same(weights_of(build(seed=1).fit(growth)), weights_of(fitted))


def test_fit_leaves_the_random_state_outside_alone(growth, build):
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1]  # noqa: NPY002
    build().fit(growth)
    assert torch.equal(torch.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


def test_fit_leaves_the_growth_rates_alone(growth, build):
    before = growth.copy()
    build().fit(growth)
    pd.testing.assert_frame_equal(growth, before, check_exact=True)


def test_days_after_the_fit_period_do_not_change_the_weights(growth, fitted, build):
    longer = pd.concat([growth, 9 - growth.set_axis(growth.index + pd.Timedelta(days=900))])
    assert same(weights_of(build().fit(longer.iloc[: len(growth)])), weights_of(fitted))


def test_the_validation_period_decides_when_to_stop_and_nothing_else(growth, fitted, build):
    changed = growth.copy()
    changed.iloc[fitted.train_days_ :] = changed.iloc[fitted.train_days_ :, ::-1].to_numpy() ** 2
    other = build().fit(changed)
    columns = ["step", "loss", "learning_rate", "gradient_norm"]
    pd.testing.assert_frame_equal(
        other.history_[columns], fitted.history_[columns], check_exact=True
    )
    losses = [encoder.history_["validation_loss"].dropna() for encoder in (other, fitted)]
    assert (losses[0] != losses[1]).all()
    if isinstance(fitted, ComovementEncoder):
        facts = [vars(encoder.market_) for encoder in (other, fitted)]
        assert facts[0].keys() == Market.__dataclass_fields__.keys()
        for name in facts[0]:
            np.testing.assert_array_equal(facts[0][name], facts[1][name])


def test_training_days_see_every_change(growth, fitted, build):
    changed = growth.copy()
    changed.iloc[100, 3] *= -2
    assert not build().fit(changed).history_["loss"].equals(fitted.history_["loss"])


def test_best_look_remains(growth, build):
    encoder = build(steps=40, validate_every=5, learning_rate=0.05).fit(growth)
    losses = encoder.history_["validation_loss"].dropna()
    best = build(steps=40, validate_every=5, learning_rate=0.05)
    best.patience = 1 + int(losses.argmin())
    assert same(weights_of(best.fit(growth)), weights_of(encoder))


def test_missing_values_are_learnt_around(growth, build, rng):
    holes = growth.mask(rng.random(growth.shape) < 0.2)
    holes.iloc[:, 2] = np.nan  # a firm without any growth rate
    holes.iloc[50] = np.nan  # a day without any firm
    encoder = build().fit(holes)
    assert encoder.history_.drop(columns="validation_loss").notna().all(axis=None)
    assert encoder.transform(holes).notna().all(axis=None)


@pytest.mark.parametrize("n_firms", [3, 5])
def test_few_firms(growth, build, n_firms):
    few = growth.iloc[:300, :n_firms]
    encoder = build(**({"portfolios": 20} if build().objective == "comovement" else {})).fit(few)
    embedded = encoder.transform(few)
    assert list(embedded.index) == list(few)
    assert np.isfinite(embedded).all(axis=None)
    scores = cosine_scores(embedded).to_numpy()
    assert (abs(scores[np.triu_indices(n_firms, 1)]) < 1).all()


def test_no_portfolios(growth):
    encoder = ComovementEncoder(hidden=4, steps=2, windows=[20], portfolios=0).fit(growth)
    assert encoder.module_.cell.d_in == 1 + 3  # q and the context without portfolios
    assert encoder.transform(growth).shape[0] == 12


def test_two_firms_are_too_few(growth, build):
    with pytest.raises(EncoderError, match="2 training firms are too few; give at least 3"):
        build().fit(growth.iloc[:, :2])


@pytest.mark.parametrize(
    ("windows", "n_days", "history", "rest"),
    [([20, 280], 320, 280, 60), ([20], 10, 8, 2), ([5], 15, 13, 3), ([20], 1, 0, 1)],
)
def test_window_longer_than_the_history(growth, build, windows, n_days, history, rest):
    encoder = build(windows=windows)
    rest = rest if encoder.objective == "comovement" else 1  # days to take the target from
    longest = max(windows)
    with pytest.raises(EncoderError) as error:
        encoder.fit(growth.iloc[:n_days])
    assert str(error.value).startswith(
        f"{encoder.label}: windows: {longest} days need {max(20, longest + rest)} training days, "
        f"but the history has {history} "
    )
    assert len(str(error.value).splitlines()) == 1
    assert error.value.parameter == "windows"


def test_longest_window_that_fits(growth, build):
    encoder = build()
    longest = 280 - (60 if encoder.objective == "comovement" else 1)
    build(windows=[longest], steps=1).fit(growth)
    with pytest.raises(EncoderError, match="windows"):
        build(windows=[longest + 1], steps=1).fit(growth)


def test_divergence_is_told_with_the_encoder(growth, build):
    linear = dict.fromkeys(("hidden_activation", "output_activation", "state_activation"), "linear")
    unstable = build(**linear, learning_rate=100, clip_norm=1e6, windows=[200])
    with pytest.raises(EncoderError, match=f"{unstable.label}: training diverged at step"):
        unstable.fit(growth)
