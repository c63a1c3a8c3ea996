from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.dataset.augment_config import (
    AugmentConfig,
    ChannelConfig,
    NoiseConfig,
    RoomConfig,
)
from sal_anchors.dataset.config import CacheConfig, DataConfig, SamplingConfig
from sal_anchors.errors import TrainingError
from sal_anchors.models import MODELS, TCNConfig
from sal_anchors.train.config import LossConfig, TrainConfig
from sal_anchors.train.config_file import config_of, read_config
from sal_anchors.train.config_text import config_text

models = st.sampled_from(sorted(MODELS)).map(lambda kind: MODELS[kind](hidden=8, stride=2))
losses = st.builds(
    LossConfig,
    variant=st.sampled_from(["ce", "safl", "maxpool"]),
    gamma=st.floats(0, 20),
    class_weights=st.dictionaries(st.text(max_size=5), st.floats(0, 100), max_size=2),
)
folders = st.none() | st.sampled_from([Path("noise"), Path("/a b/"), Path('quote"d')])
data = st.builds(
    DataConfig,
    window_seconds=st.none() | st.floats(0.1, 600),
    cache=st.builds(CacheConfig, folder=folders),
    augment=st.builds(
        AugmentConfig,
        noise=st.builds(NoiseConfig, folder=folders),
        room=st.builds(RoomConfig, folder=folders),
        channel=st.builds(ChannelConfig, codecs=st.just(()), rates=st.just((4_000, 8_000))),
    ),
    sampling=st.builds(SamplingConfig, examples=st.none() | st.integers(1, 9)),
)
configs = st.builds(
    TrainConfig,
    model=models,
    data=data,
    loss=losses,
    epochs=st.integers(1, 100),
    learning_rate=st.floats(1e-9, 1),
    patience=st.none() | st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
)


@settings(max_examples=25)
@given(configs)
def test_what_is_written_reads_as_the_same_configuration(config: TrainConfig) -> None:
    assert config_of(tomllib.loads(config_text(config))) == config


def test_every_key_has_a_comment() -> None:
    lines = config_text(TrainConfig()).splitlines()
    for before, line in pairwise(lines):
        if " = " in line and not line.startswith(("#", "kind")):
            assert " # " in line or before.startswith("# "), line


def test_a_key_left_out_has_its_default_and_an_override_wins(tmp_path: Path) -> None:
    path = tmp_path / "train.toml"
    path.write_text('epochs = 5\n[loss]\nvariant = "ce"\n')
    config = config_of(read_config(path), overrides=["loss.gamma=1", "loss.variant=safl"])
    assert config == TrainConfig(epochs=5, loss=LossConfig(variant="safl", gamma=1))


def test_another_network_begins_with_its_own_defaults() -> None:
    values = {"model": {"kind": "gru", "projection": 8, "hidden": 9}}
    config = config_of(values, overrides=["model.kind=tcn", "model.kernel=3"])
    assert config.model == TCNConfig(kernel=3)
    assert config_of(values, overrides=["model.kind=gru"]).model.hidden == 9


def test_false_stands_for_what_is_absent() -> None:
    assert config_of({"patience": 3}, overrides=["patience=false"]).patience is None


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("lerning_rate=1", "lerning_rate: unknown key, the nearest is learning_rate"),
        ("batch=4", r"batch: unknown key here; it belongs to \[data\]"),
        ("model.hiden=4", "model.hiden: unknown key, the nearest is hidden"),
        ("model.kind=tnc", "model.kind: unknown 'tnc', the nearest is tcn"),
        ("loss.variant=sale", "loss.variant: unknown 'sale', the nearest is sal"),
        ("data.features.low=4", "data.features.low: unknown key, the nearest is low_hz"),
        ("epochs=0", "epochs: 0 is out of range, at least 1 is expected"),
        ("epochs=many", "epochs: a whole number is expected, not 'many'"),
        ("learning_rate=inf", "learning_rate: "),
        ("loss.class_weights.up=-1", "loss.class_weights.up: -1 is out of range"),
        ("device=a b", "device: "),
        ("epochs", "'epochs' does not set anything"),
        ("data=3", "data: a table is expected, not 3"),
    ],
)
def test_a_mistake_names_its_place_and_what_is_expected(override: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        config_of({}, overrides=[override])


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"epochs 3", "is not TOML"), (b"\xff", "not text in UTF-8"), (None, "--print-config")],
)
def test_a_file_that_cannot_be_read_says_so(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "train.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=message):
        read_config(path)


def test_many_mistakes_are_cut_short() -> None:
    values: dict[str, Any] = {f"key{number}": 1 for number in range(20)}
    with pytest.raises(TrainingError, match="and 12 more"):
        config_of(values)
