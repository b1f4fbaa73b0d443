"""Trainings that are killed go on and end with the same bits; foreign states are told apart."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from firmsim.encoders import ComovementEncoder
from firmsim.encoders.storage import save
from firmsim.errors import EncoderError
from firmsim.training.checkpoint import load_checkpoint, save_checkpoint

STEPS = 40


def growth():
    rng = np.random.default_rng(5)
    common = rng.normal(size=(320, 3))[:, np.repeat([0, 1, 2], 4)]
    return pd.DataFrame(
        3 * (common + rng.normal(size=(320, 12))),
        index=pd.bdate_range("2007-01-04", periods=320),
        columns=[f"F{k:02d}" for k in range(12)],
    )


def encoder(**keys):
    sizes = {"hidden": 8, "outputs": 4, "portfolios": 2, "windows": [20, 40], "steps": STEPS}
    return ComovementEncoder(**sizes | {"validate_every": 5, "checkpoint_every": 4} | keys)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def interrupted_fit(encoder, checkpoint, step, monkeypatch):
    """Fit, and end without a word in the middle of a step."""
    calls = iter(range(1, STEPS + 1))
    task = encoder.task

    def counted(section, rng):
        made = task(section, rng)
        draw = made.draw

        def draw_or_die():
            if next(calls) == step:
                raise Killed
            return draw()

        made.draw = draw_or_die
        return made

    monkeypatch.setattr(encoder, "task", counted)
    with pytest.raises(Killed):
        encoder.fit(growth(), checkpoint=checkpoint)


def saved(fitted, path):
    save(fitted, path, "abc")
    return path.read_bytes()


OTHERS = [
    {"optimizer": "adam", "schedule": "cosine"},
    {"optimizer": "sgd", "schedule": "constant", "learning_rate": 0.01},
    {"optimizer": "sgd", "momentum": 0.0},
    {"cell": "gru", "truncate": 10},
    {"cell": "jordan"},
]


@pytest.mark.parametrize(
    ("keys", "step"), [({}, 2), ({}, 5), ({}, STEPS), *((keys, 23) for keys in OTHERS)]
)
def test_an_interrupted_training_ends_with_the_same_bits(keys, step, tmp_path, monkeypatch):
    whole = encoder(**keys).fit(growth())
    checkpoint = tmp_path / "state.safetensors"
    interrupted_fit(encoder(**keys), checkpoint, step, monkeypatch)
    assert checkpoint.exists() == (step > 4)
    again = encoder(**keys).fit(growth(), checkpoint=checkpoint)
    assert saved(again, tmp_path / "again") == saved(whole, tmp_path / "whole")
    pd.testing.assert_frame_equal(again.history_, whole.history_, check_exact=True)
    assert again.snapshots_.keys() == whole.snapshots_.keys()
    for at, weights in whole.snapshots_.items():
        for name, value in weights.items():
            assert torch.equal(again.snapshots_[at][name], value)


def test_a_training_goes_on_and_does_not_begin_again(tmp_path, monkeypatch):
    checkpoint = tmp_path / "state.safetensors"
    interrupted_fit(encoder(), checkpoint, 39, monkeypatch)
    drawn = []
    going_on = encoder()
    task = going_on.task

    def counted(section, rng):
        made = task(section, rng)
        draw = made.draw
        made.draw = lambda: drawn.append(1) or draw()
        return made

    monkeypatch.setattr(going_on, "task", counted)
    going_on.fit(growth(), checkpoint=checkpoint)
    assert len(drawn) == STEPS - 36  # 36 steps were kept


def test_early_stopping_survives_an_interruption(tmp_path, monkeypatch):
    keys = {"patience": 1, "learning_rate": 0.3, "schedule": "constant"}
    whole = encoder(**keys).fit(growth())
    assert 10 <= len(whole.history_) < STEPS
    checkpoint = tmp_path / "state.safetensors"
    interrupted_fit(encoder(**keys), checkpoint, 9, monkeypatch)
    again = encoder(**keys).fit(growth(), checkpoint=checkpoint)
    pd.testing.assert_frame_equal(again.history_, whole.history_, check_exact=True)


SCRIPT = """
    import sys
    import time
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    import torch
    torch.set_num_threads(1)
    from test_checkpoint import encoder, growth
    from firmsim.encoders.storage import save
    from firmsim.objectives.comovement.task import ComovementTask

    draw = ComovementTask.draw
    def slow(task):
        print("step", flush=True)
        time.sleep(0.01)
        return draw(task)
    ComovementTask.draw = slow
    fitted = encoder().fit(growth(), checkpoint=Path(sys.argv[2]))
    save(fitted, Path(sys.argv[3]), "abc")
"""


@pytest.mark.parametrize("seed", [0, 1])
def test_kill_9_at_any_moment(tmp_path, seed):
    """Killed again and again, at moments nobody chose, it ends with the same file."""
    rng = np.random.default_rng(seed)
    checkpoint, model = tmp_path / "state.safetensors", tmp_path / "model.safetensors"
    paths = [Path(__file__).parent, checkpoint, model]
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), *paths]
    kills = 0
    while not model.exists():
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            if kills < 4:
                for _ in range(int(rng.integers(4, 9))):
                    if not process.stdout.readline():
                        break
                time.sleep(rng.uniform(0, 0.02))
                process.send_signal(signal.SIGKILL)
                kills += 1
            else:
                assert process.stdout.read()
    assert kills > 1
    assert model.read_bytes() == saved(encoder().fit(growth()), tmp_path / "whole")


@pytest.mark.parametrize("change", [{"seed": 1}, {"learning_rate": 0.01}, {"hidden": 7}])
def test_a_state_of_other_settings_is_not_gone_on_from(change, tmp_path, monkeypatch):
    checkpoint = tmp_path / "state.safetensors"
    interrupted_fit(encoder(), checkpoint, 20, monkeypatch)
    comp = encoder(**change).fit(growth(), checkpoint=checkpoint)
    ref = encoder(**change).fit(growth())
    assert saved(comp, tmp_path / "comp") == saved(ref, tmp_path / "ref")


def test_a_state_of_other_data_is_not_gone_on_from(tmp_path, monkeypatch):
    checkpoint = tmp_path / "state.safetensors"
    interrupted_fit(encoder(), checkpoint, 20, monkeypatch)
    other = growth()
    other.iloc[7, 3] += 1e-9
    comp = encoder().fit(other, checkpoint=checkpoint)
    assert saved(comp, tmp_path / "comp") == saved(encoder().fit(other), tmp_path / "ref")


@pytest.mark.parametrize("cut", [0, 7, 100, -10])
def test_a_damaged_state_is_told(cut, tmp_path):
    path = tmp_path / "state.safetensors"
    save_checkpoint(path, {"a": torch.ones(3)}, {"step": 4}, "print")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(EncoderError, match=r"is not the state of a training .* remove it") as error:
        load_checkpoint(path, "print")
    assert str(error.value).startswith(str(path))


def test_a_state_comes_back_as_it_was(tmp_path):
    path = tmp_path / "state.safetensors"
    facts = {"step": 4, "best": float("inf"), "rng": {"state": 2**127 + 1}, "rate": 0.1 + 0.2}
    tensors = {"a": torch.tensor([1.0, float("nan")], dtype=torch.float64), "b": torch.ones(2, 2).T}
    save_checkpoint(path, tensors, facts, "print")
    back, found = load_checkpoint(path, "print")
    assert found == facts
    assert back.keys() == tensors.keys()
    for name, value in tensors.items():
        torch.testing.assert_close(back[name], value, rtol=0, atol=0, equal_nan=True)
    assert load_checkpoint(path, "another") is None
    assert load_checkpoint(tmp_path / "nowhere", "print") is None


@pytest.mark.parametrize("where", [0.5, 0.9, -1])
def test_a_flipped_bit_of_a_state_is_refused(where, tmp_path):
    path = tmp_path / "state.safetensors"
    save_checkpoint(path, {"weights": torch.zeros(100)}, {"step": 7}, "abc")
    content = bytearray(path.read_bytes())
    content[int(where * len(content)) if where > 0 else where] ^= 1
    path.write_bytes(content)
    with pytest.raises(EncoderError, match=r"state\.safetensors: is not the state .* rm ") as error:
        load_checkpoint(path, "abc")
    assert len(str(error.value).splitlines()) == 1
