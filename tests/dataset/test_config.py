from __future__ import annotations

import tomllib

import pytest
import tomli_w
from pydantic import ValidationError

from sal_anchors.dataset import DataConfig


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"bach": 3}, "bach"),
        ({"augment": {"nose": {}}}, "augment.nose"),
        ({"augment": {"noise": {"snr_db": [10, 5]}}}, r"lowest, highest.*10.*5"),
        ({"augment": {"speed": {"ratio": [0.9, 9]}}}, "less than or equal to 2"),
        ({"augment": {"channel": {"probability": 1, "codecs": [], "rates": []}}}, "at least one"),
        ({"augment": {"gain": {"probability": 1.5}}}, "augment.gain.probability"),
        ({"sampling": {"events": 0.7, "partial": 0.4}}, "make 1.1, above 1"),
        ({"sampling": {"keep": [0.9, 0.3]}}, "keep must be"),
        ({"cache": {"disk_mb": 0}}, "disk_mb"),
        ({"max_seconds": float("nan")}, "max_seconds"),
    ],
)
def test_what_makes_no_sense_is_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        DataConfig.model_validate(values)


def test_a_file_of_it_reads_back() -> None:
    config = DataConfig.model_validate(
        {
            "window_seconds": 1.5,
            "sampling": {"events": 0.5, "partial": 0.1},
            "cache": {"folder": "kept"},
            "augment": {"noise": {"folder": "noises"}, "mask": {"probability": 0.5}},
        }
    )
    text = tomli_w.dumps(config.model_dump(mode="json", exclude_none=True))
    assert DataConfig.model_validate(tomllib.loads(text)) == config


def test_only_transforms_of_the_waveform_count_as_a_change_of_it() -> None:
    off = {name: {"probability": 0.0} for name in ("gain", "pad", "noise")}
    masked = DataConfig.model_validate({"augment": {**off, "mask": {"probability": 1.0}}})
    assert not masked.augment.changes_audio
    assert DataConfig().augment.changes_audio
    assert not DataConfig.model_validate({"augment": {"enabled": False}}).augment.changes_audio
