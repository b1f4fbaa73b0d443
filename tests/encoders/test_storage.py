"""Encoders on disk: same embeddings, same bytes, and clear words about what is none."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from small import small

from firmsim.config.renamed import RENAMED_PARAMETERS
from firmsim.encoders import ComovementEncoder
from firmsim.encoders.storage import KEY, load, read_facts, save
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
    beside = 1 + 2 * 2 + 6 + 2 + 2  # own; broad, close of 2 portfolios; balance; share; logarithms
    assert facts["other_parameters"] == (beside if facts["objective"] == "comovement" else 0)


def test_odd_tickers_survive(growth, build, tmp_path):
    odd = growth.iloc[:, :4].set_axis(["NA", "TRUE", "1299.HK", "0050"], axis=1)
    encoder = build(steps=1).fit(odd)
    save(encoder, tmp_path / "model", "abc")
    assert load(tmp_path / "model").firms_ == ["NA", "TRUE", "1299.HK", "0050"]


def test_a_truncated_file_is_refused(path):
    whole = path.read_bytes()
    for content in (b"", b"text", whole[:100], whole[:-10]):
        path.write_bytes(content)
        for read in (read_facts, load):
            with pytest.raises(EncoderError, match="is not an encoder saved by firmsim") as error:
                read(path)
            assert str(error.value).startswith(str(path))
            assert len(str(error.value).splitlines()) == 1


@pytest.fixture
def rewrite(path):
    """Write the file again with its tensors and facts changed."""

    def change(tensors=None, facts=None, drop=()):
        with safe_open(path, framework="pt") as file:
            stored = json.loads(file.metadata()[KEY])
        kept = {name: value for name, value in load_file(path).items() if name not in drop}
        stored = {name: value for name, value in stored.items() if name not in drop}
        metadata = {KEY: json.dumps(stored | (facts or {}))}
        save_file(kept | (tensors or {}), path, metadata=metadata)
        return path

    return change


def refused(path, *parts):
    """Load; expect one line that starts with the path and has all the parts."""
    with pytest.raises(EncoderError) as error:
        load(path)
    text = str(error.value)
    assert text.startswith(f"{path}: ")
    assert len(text.splitlines()) == 1
    for part in parts:
        assert part in text, text


BIAS = "module.cell.b_h"


def test_a_file_written_again_loads(rewrite, fitted, growth):
    assert load(rewrite()).transform(growth).equals(fitted.transform(growth))


def test_weights_of_another_architecture(rewrite):
    tensors = {BIAS: torch.zeros(9)}
    refused(rewrite(tensors), f"tensor {BIAS}: expected float32 (8,), got float32 (9,)")
    tensors = {BIAS: torch.zeros(8, dtype=torch.float64)}
    refused(rewrite(tensors), f"tensor {BIAS}: expected float32 (8,), got float64 (8,)")


def test_weights_of_another_cell(rewrite, cell):
    params = read_facts(rewrite())["params"]
    other = {"elman": "jordan", "jordan": "elman"}[cell]
    refused(rewrite(facts={"params": params | {"cell": other}}), "another architecture")


def test_a_tensor_is_missing_or_too_many(rewrite):
    refused(rewrite({"module.cell.more": torch.zeros(2)}), "expected none, got float32 (2,)")
    refused(rewrite(drop=[BIAS]), f"tensor {BIAS}: expected float32 (8,), got none")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(rewrite, value):
    weights = torch.zeros(8)
    weights[2:5] = value
    refused(rewrite({BIAS: weights}), f"3 of 8 weights in tensor {BIAS} are not finite")


@pytest.mark.parametrize(
    "name",
    ["objective", "params", "firms", "train_days", "channels", "d_in", "parameters", "data_hash"],
)
def test_facts_of_another_type_or_missing(rewrite, path, name):
    whole = path.read_bytes()
    for value in (None, [], {"a": 1}, -1, 1.5):
        if not (name == "params" and value == {"a": 1}):
            path.write_bytes(whole)
            refused(rewrite(facts={name: value}), "is not an encoder", name)
    path.write_bytes(whole)
    refused(rewrite(drop=[name]), name, "Field required")


OLD_NAMES = {new: old for old, new in RENAMED_PARAMETERS.items()}


@pytest.fixture
def old_file(path):
    """Write the file again as version 0.1.0 did: old names of parameters, its own checksum."""
    facts, tensors = read_facts(path), load_file(path)
    params = {OLD_NAMES.get(name, name): value for name, value in facts["params"].items()}
    facts["params"] = dict(sorted(params.items()))
    del facts["checksum"]
    digest = hashlib.sha256(json.dumps(facts).encode())
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    facts["checksum"] = digest.hexdigest()
    save_file(tensors, path, metadata={KEY: json.dumps(facts)})
    return path


def test_a_file_of_version_0_1_0_embeds_the_same(old_file, fitted, growth, tmp_path):
    with safe_open(old_file, framework="pt") as file:
        assert "batch_firms" in json.loads(file.metadata()[KEY])["params"]
    back = load(old_file)
    assert back.get_params() == fitted.get_params()
    assert read_facts(old_file)["params"] == fitted.plain_params()
    pd.testing.assert_frame_equal(
        back.transform(growth), fitted.transform(growth), check_exact=True
    )
    save(back, tmp_path / "new", "abc")
    save(fitted, tmp_path / "fitted", "abc")
    assert (tmp_path / "new").read_bytes() == (tmp_path / "fitted").read_bytes()


def test_a_damaged_file_of_version_0_1_0_is_told_by_the_checksum(old_file):
    tensors = load_file(old_file)
    with safe_open(old_file, framework="pt") as file:
        metadata = file.metadata()
    save_file(tensors | {BIAS: tensors[BIAS] + 1e-6}, old_file, metadata=metadata)
    refused(old_file, "its checksum is ", "..., not ")


def test_any_other_change_is_told_by_the_checksum(rewrite, path):
    weights = load_file(path)[BIAS]
    refused(rewrite({BIAS: weights + 1e-6}), "its checksum is ", "..., not ")


def test_facts_that_contradict_each_other(rewrite, fitted, path):
    whole = path.read_bytes()
    params = fitted.plain_params()
    d_in = fitted.module_.cell.d_in
    changes = {
        "firms": ["A", "B", "B"],
        "d_in": d_in + 3,
        "params": params | {"hidden": 10**9},
        "channels": 5,
        "parameters": 3,
    }
    for name, value in changes.items():
        path.write_bytes(whole)
        refused(rewrite(facts={name: value}))
    for few in {1, 2, 3, d_in + 1} - {d_in}:  # inputs of no number of portfolios
        path.write_bytes(whole)
        refused(rewrite(facts={"d_in": few}))
    for wrong, part in (
        ({"hiden": 8}, "hiden"),
        ({"hidden": -8}, "hidden: -8"),
        ({"cell": "lsmt"}, "lsmt"),
        ({"max_parameters": 2, "hidden": 64}, "max_parameters: 2 "),
    ):
        path.write_bytes(whole)
        refused(rewrite(facts={"params": params | wrong}), part)


def test_a_market_that_does_not_fit(fitted_encoders, growth, tmp_path):
    encoder = fitted_encoders[ComovementEncoder, "elman"]
    path = tmp_path / "model"
    save(encoder, path, "abc")
    tensors, facts = load_file(path), read_facts(path)
    for change in (
        {"market": None},
        {"market": facts["market"] | {"move_scale": "1"}},
        {"market": facts["market"] | {"move_scale": float("nan")}},
        {"market": {}},
    ):
        save_file(tensors, path, metadata={KEY: json.dumps(facts | change)})
        refused(path)
    tensors["market.loadings"] = tensors["market.loadings"][:, :1].contiguous()
    save_file(tensors, path, metadata={KEY: json.dumps(facts)})
    refused(path, "market.loadings: expected float64 (12, 2), got float64 (12, 1)")


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_flipped_byte_is_refused_or_harmless(fitted_encoders, tmp_path, data):
    path = tmp_path / "model"
    save(fitted_encoders[ComovementEncoder, "elman"], path, "abc")
    whole = path.read_bytes()
    content = bytearray(whole)
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        encoder = load(path)
    except EncoderError:
        refused(path)
    else:  # blanks between the header and the weights
        save(encoder, path, "abc")
        assert path.read_bytes() == whole


@pytest.mark.parametrize("cell", ["lstm", "gru", "feedforward"])
def test_every_cell_survives(kind, cell, growth, tmp_path):
    encoder = small(kind, cell=cell, steps=2).fit(growth)
    save(encoder, tmp_path / "model", "abc")
    back = load(tmp_path / "model")
    pd.testing.assert_frame_equal(
        back.transform(growth), encoder.transform(growth), check_exact=True
    )
    assert repr(back) == repr(encoder)
    assert list(back.feature_names_in_) == list(growth)
    assert back.score(growth) == encoder.score(growth)


def test_positions_of_an_array_survive(build, growth, tmp_path):
    save(build(steps=1).fit(growth.to_numpy()), tmp_path / "model", "abc")
    assert load(tmp_path / "model").firms_ == list(range(12))


def test_unfitted_is_not_saved(build, tmp_path):
    with pytest.raises(EncoderError, match="is not fitted"):
        save(build(), tmp_path / "model", "abc")
    assert not list(tmp_path.iterdir())


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
