"""Encoders on disk: same embeddings, same bytes, and clear words about what is none."""

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file

from firmsim.encoders.storage import load, read_facts, save
from firmsim.errors import EncoderError


@pytest.fixture
def path(fitted, tmp_path):
    save(fitted, tmp_path / "seed0" / "model.safetensors", data_hash="abc")
    return tmp_path / "seed0" / "model.safetensors"


def test_round_trip_embeds_the_same(fitted, path, growth):
    back = load(path)
    assert type(back) is type(fitted)
    assert back.get_params() == fitted.get_params()
    wider = growth.assign(NEW=growth["F01"][::-1].to_numpy())
    pd.testing.assert_frame_equal(back.transform(wider), fitted.transform(wider), check_exact=True)


def test_same_encoder_same_bytes(fitted, path, tmp_path):
    save(fitted, tmp_path / "one", "abc")
    save(load(path), tmp_path / "two", "abc")
    assert (tmp_path / "one").read_bytes() == path.read_bytes()
    assert (tmp_path / "two").read_bytes() == path.read_bytes()


def test_another_training_with_the_same_seed_gives_the_same_bytes(path, build, growth, tmp_path):
    save(build().fit(growth), tmp_path / "again", "abc")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_loading_leaves_the_random_state_alone(path):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    load(path)
    assert torch.equal(torch.get_rng_state(), before)


def test_facts_can_be_read_without_the_weights(fitted, path, growth):
    facts = read_facts(path)
    cell = fitted.module_.cell
    assert facts["data_hash"] == "abc"
    assert facts["firms"] == list(growth)
    assert facts["train_days"] == 280
    assert facts["params"] == fitted.plain_params()
    assert facts["objective"] == fitted.objective
    sizes = (facts["d_in"], facts["hidden"], facts["formula"])
    assert sizes == (cell.d_in, cell.hidden, cell.formula)
    assert facts["parameters"] == facts["parameters_formula"] == cell.parameter_count
    assert facts["other_parameters"] == (2 if facts["objective"] == "comovement" else 0)


def test_odd_tickers_survive(growth, build, tmp_path):
    odd = growth.iloc[:, :4].set_axis(["NA", "TRUE", "1299.HK", "0050"], axis=1)
    encoder = build(steps=1).fit(odd)
    save(encoder, tmp_path / "model", "abc")
    assert load(tmp_path / "model").firms_ == ["NA", "TRUE", "1299.HK", "0050"]


def test_a_tensor_off_the_end_is_not_kept(path):
    whole = path.read_bytes()
    for content in (b"", b"text", whole[:100], whole[:-10]):
        path.write_bytes(content)
        for read in (read_facts, load):
            with pytest.raises(EncoderError, match="is not an encoder saved by firmsim") as error:
                read(path)
            assert str(error.value).startswith(str(path))
            assert len(str(error.value).splitlines()) == 1


def test_weights_of_somebody_else_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(EncoderError, match="is not an encoder saved by firmsim"):
        load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(EncoderError, match="is not an encoder saved by firmsim"):
        load(tmp_path / "nowhere.safetensors")


def test_a_failed_write_keeps_the_old_file(fitted, path):
    before = path.read_bytes()
    with pytest.raises(TypeError):
        save(fitted, path, data_hash=np.int64(3))  # no JSON
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]
