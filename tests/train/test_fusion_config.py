"""A fusion in a configuration file: read, written, and its mistakes named."""

from __future__ import annotations

import re
import textwrap
import tomllib
from pathlib import Path

import pytest

from sal_anchors.errors import TrainingError
from sal_anchors.models import FusionConfig, SensorConfig, TCNConfig
from sal_anchors.train.config_file import config_of
from sal_anchors.train.config_text import config_text

TEXT = """
[model]
kind = "fusion"
mode = "early"

[[model.streams]]
name = "wrist"
rate = 10
channels = 6
resampling = "linear"

[model.audio]
kind = "tcn"
"""


def test_a_file_gives_the_fusion_it_describes() -> None:
    wrist = SensorConfig(name="wrist", rate=10, channels=6, resampling="linear")
    expected = FusionConfig(mode="early", streams=(wrist,), audio=TCNConfig())
    assert config_of(tomllib.loads(TEXT)).model == expected


def test_a_fusion_written_as_toml_is_read_as_the_same() -> None:
    config = config_of(tomllib.loads(TEXT))
    assert config_of(tomllib.loads(config_text(config))) == config


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rate = 10", "rat = 10", r"model\.streams\[0\]\.rat: unknown key, the nearest is rate"),
        ("rate = 10", "rate = -1", r"model\.streams\[0\]\.rate: -1 is out of range"),
        ('"tcn"', '"tnc"', r"model\.audio\.kind: unknown 'tnc', the nearest is tcn"),
        ('"tcn"', '"fusion"', r"model\.audio\.kind: unknown 'fusion'; there are gru, lstm"),
        ('"tcn"', '"crnn"', "bcresnet, crnn take frequencies only"),
        ('"fusion"', '"fusoin"', r"model\.kind: unknown 'fusoin', the nearest is fusion"),
    ],
)
def test_a_mistake_is_named_by_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        config_of(tomllib.loads(TEXT.replace(old, new)))


def test_the_example_of_the_documentation_is_a_configuration() -> None:
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    (block,) = re.findall(r'^    \[model\]\n    kind = "fusion".*?(?=\n\n\S)', page, re.M | re.S)
    config = config_of(tomllib.loads(textwrap.dedent(block)))
    assert isinstance(config.model, FusionConfig)
    assert [stream.name for stream in config.model.streams] == ["wrist"]
