"""The gradient trainer on toy problems: descent, early stopping, schedule, divergence."""

import numpy as np
import pytest
import torch

from firmsim.errors import EncoderError
from firmsim.objectives.task import Task
from firmsim.training.gradient import GradientTrainer
from firmsim.training.trainer import COLUMNS

TARGET = torch.tensor([3.0, -2.0])


class Point(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.at = torch.nn.Parameter(torch.zeros(2))

    def loss(self):
        return (self.at - TARGET).square().sum()


class Toy(Task):
    """A point, and losses that a test may replace."""

    inputs = loss = None

    def __init__(self, point, loss=None, validation=lambda: 1.0):
        super().__init__(point, np.random.default_rng(0))
        self.value, self.judge = loss or point.loss, validation

    def draw(self):
        return None

    def forward(self, batch):
        return self.value()

    def validation_loss(self):
        return self.judge()


def train(trainer, point, loss=None, validation=lambda: 1.0):
    """History of a training of the point."""
    return trainer.train(Toy(point, loss, validation), "toy").history


def trainer(**keys):
    default = {
        "steps": 200,
        "learning_rate": 0.2,
        "weight_decay": 0.0,
        "clip_norm": 1.0,
        "validate_every": 10,
        "patience": 100,
    }
    return GradientTrainer(**default | keys)


@pytest.fixture
def point():
    return Point()


def test_descends_to_the_minimum(point):
    history = train(trainer(), point, validation=lambda: point.loss().item())
    torch.testing.assert_close(point.at.detach(), TARGET, atol=0.01, rtol=0)
    assert history["loss"].iloc[0] == 13
    assert history["loss"].iloc[-1] < 1e-3


def test_history_has_a_row_a_step(point):
    history = train(trainer(steps=25), point, validation=lambda: 1.5)
    assert list(history) == COLUMNS
    assert history["step"].tolist() == list(range(1, 26))
    checked = history.loc[history["validation_loss"].notna(), "step"]
    assert checked.tolist() == [10, 20, 25]  # the last step always has a validation check
    assert history["gradient_norm"].iloc[0] == pytest.approx(2 * np.sqrt(13))  # before clipping
    assert history.drop(columns="validation_loss").notna().all(axis=None)


def test_learning_rate_goes_up_to_its_largest_and_down_again(point):
    history = train(trainer(steps=100), point)
    rate = history["learning_rate"]
    peak = rate.argmax()
    assert rate.max() == pytest.approx(0.2)
    assert 0 < peak < 99
    assert (rate.diff().iloc[1 : peak + 1] > 0).all()
    assert (rate.diff().iloc[peak + 1 :] < 0).all()


def test_weights_of_the_best_look_remain(point):
    validations, weights = iter([5.0, 3.0, 4.0, 3.0, 9.0]), []

    def validation_loss():
        weights.append(point.at.detach().clone())
        return next(validations)

    history = train(trainer(steps=50), point, validation=validation_loss)
    assert len(weights) == 5
    torch.testing.assert_close(point.at.detach(), weights[1], rtol=0, atol=0)
    assert not torch.equal(weights[1], weights[3])  # an equal loss is no improvement
    assert history["validation_loss"].min() == 3


@pytest.mark.parametrize(("patience", "steps"), [(1, 30), (2, 40), (3, 100)])
def test_stops_after_looks_without_improvement(point, patience, steps):
    validations = iter([5.0, 4.0, 4.5, 4.4, 3.0, 3.1, 3.2, 2.9, 3.0, 2.8])
    history = train(
        trainer(steps=100, patience=patience), point, validation=lambda: next(validations)
    )
    assert len(history) == steps


def test_validation_is_called_without_gradients(point):
    enabled = []

    def validation_loss():
        enabled.append(torch.is_grad_enabled())
        return 1.0

    train(trainer(steps=10), point, validation=validation_loss)
    assert enabled == [False]
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("clip_norm", [0.01, 100.0])
def test_clipping_scales_the_gradient_down_to_the_norm(point, clip_norm):
    norms = []
    point.at.register_post_accumulate_grad_hook(lambda weight: norms.append(weight.grad))
    train(trainer(steps=1, clip_norm=clip_norm), point)
    expected = min(clip_norm, 2 * 13**0.5)
    assert norms[0].norm().item() == pytest.approx(expected, rel=1e-4)


def test_one_step_is_enough(point):
    history = train(trainer(steps=1), point)
    assert len(history) == 1
    assert point.at.detach().any()


def test_weight_decay_is_decoupled(point):
    point.at.data.fill_(1.0)
    train(trainer(steps=50, weight_decay=0.5), point, loss=lambda: 0 * point.loss())
    assert 0 < point.at.detach().max() < 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_divergence_names_the_step_and_what_to_change(point, bad):
    losses = iter([1.0, 1.0, bad])
    with pytest.raises(EncoderError) as error:
        train(trainer(steps=9), point, loss=lambda: next(losses) * point.loss())
    message = str(error.value)
    assert message.startswith("toy: training diverged at step 3 of 9 (loss ")
    assert "lower learning_rate (0.2) or clip_norm (1)" in message


def test_a_gradient_that_is_not_finite_is_divergence(point):
    # the loss is finite, its slope is not: 0 * infinity
    with pytest.raises(EncoderError, match=r"diverged at step 1 of 9 \(gradient norm nan\)"):
        train(trainer(steps=9), point, loss=lambda: point.at.abs().sqrt().sum())


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_validation_loss_that_is_not_finite_is_divergence(point, bad):
    message = r"diverged at step 20 of 50 \(validation loss (nan|inf)\)"
    losses = iter([1.0, bad])
    with pytest.raises(EncoderError, match=message):
        train(trainer(steps=50), point, validation=lambda: next(losses))


def test_a_loss_that_explodes_is_divergence(point):
    losses = iter([1.0, 5.0, 1.0, 2_000.0])
    with pytest.raises(EncoderError) as error:
        train(trainer(steps=9), point, loss=lambda: next(losses) * (1 + 0 * point.loss()))
    message = str(error.value)
    assert message.startswith("toy: training diverged at step 4 of 9 (the loss exploded from 1 to ")
    assert "lower learning_rate (0.2)" in message


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd"])
@pytest.mark.parametrize("schedule", ["one-cycle", "cosine", "constant"])
def test_every_optimizer_and_schedule_descends(point, optimizer, schedule):
    made = trainer(optimizer=optimizer, schedule=schedule, learning_rate=0.1)
    assert train(made, point)["loss"].iloc[-1] < 0.01


def test_first_step_of_sgd_is_the_learning_rate_times_the_gradient(point):
    keys = {"optimizer": "sgd", "momentum": 0.0, "schedule": "constant", "clip_norm": 100.0}
    train(trainer(steps=1, learning_rate=0.25, **keys), point)
    torch.testing.assert_close(point.at.detach(), 0.25 * 2 * TARGET)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [("constant", [0.2] * 4), ("cosine", [0.2, 0.17071, 0.1, 0.02929])],
)
def test_schedules_by_hand(point, schedule, expected):
    history = train(trainer(steps=4, schedule=schedule), point)
    assert history["learning_rate"].tolist() == pytest.approx(expected, abs=1e-5)


def test_norms_before_and_after_clipping(point):
    history = train(trainer(steps=60, clip_norm=3.0), point)
    before, after = history["gradient_norm"], history["clipped_norm"]
    assert after.tolist() == np.minimum(before, 3.0).tolist()
    assert (before > 3).any()
    assert (before < 3).any()


def test_snapshots_are_the_weights_of_their_steps(point):
    kept = {0: point.at.detach().clone()}
    point.at.register_post_accumulate_grad_hook(lambda weight: kept.setdefault(len(kept), None))
    task = Toy(point, validation=lambda: float(kept.update({len(kept) - 1: point.at.clone()}) or 1))
    trained = trainer(steps=8, validate_every=1).train(task, "toy")
    assert sorted(trained.snapshots) == [0, 2, 4, 8]
    for step, weights in trained.snapshots.items():
        torch.testing.assert_close(weights["at"], kept[step].detach(), rtol=0, atol=0)


def test_who_watches_may_end_the_training(point):
    checks = []
    trained = trainer(steps=50).train(
        Toy(point), "toy", callback=lambda check: checks.append(check) or check.step == 20
    )
    assert [check.step for check in checks] == [10, 20]
    assert [check.forward_passes for check in checks] == [10, 20]
    assert len(trained.history) == 20
