from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.augment import direct_path
from sal_anchors.dataset.sounds import SoundFolder, made_up_room
from sal_anchors.errors import DataError

from .recordings import GRID, RATE


@settings(max_examples=40)
@given(st.floats(0.05, 1.0), st.floats(-5, 20), st.integers(0, 100))
def test_a_made_up_room_begins_with_the_direct_sound_and_decays_as_asked(
    seconds: float, direct_db: float, seed: int
) -> None:
    room = made_up_room(RATE, seconds, direct_db, np.random.default_rng(seed)).astype(np.float64)
    assert room[0] == 1.0 and np.abs(room[1:]).max() < 2.0
    assert abs(-10 * np.log10(np.sum(room[1:] ** 2)) - direct_db) < 0.01
    left = np.sum(room[1 + round(seconds * RATE / 2) :] ** 2) / np.sum(room[1:] ** 2)
    assert -33 < 10 * np.log10(left) < -27


def test_the_direct_sound_of_a_made_up_room_is_found() -> None:
    for seed in range(20):
        assert direct_path(made_up_room(RATE, 0.4, 0.0, np.random.default_rng(seed))) == 0


def test_a_stretch_is_as_long_as_asked_or_as_the_file(tmp_path: Path) -> None:
    ramp = np.linspace(0, 0.9, 11 * RATE)
    soundfile.write(tmp_path / "long.wav", ramp, RATE)
    folder = SoundFolder(tmp_path, GRID)
    first = [folder.stretch(RATE, np.random.default_rng(seed)) for seed in range(9)]
    assert {len(stretch) for stretch in first} == {RATE}
    assert len({round(float(stretch[0]), 3) for stretch in first}) > 5
    assert len(folder.stretch(20 * RATE, np.random.default_rng(0))) == 11 * RATE


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "bad.wav").write_bytes(b"RIFF but no more")
    with pytest.raises(DataError, match=r"bad\.wav.*Remove it"):
        SoundFolder(tmp_path, GRID).stretch(100, rng)
    with pytest.raises(DataError, match=r"bad\.wav"):
        SoundFolder(tmp_path, GRID).response(rng)


@pytest.mark.parametrize(
    ("samples", "message"),
    [(np.zeros(RATE), "silent"), (np.ones(11 * RATE), "no impulse response is")],
)
def test_what_is_no_impulse_response_is_refused(
    samples: np.ndarray, message: str, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "room.wav", samples, RATE)
    with pytest.raises(DataError, match=message):
        SoundFolder(tmp_path, GRID).response(np.random.default_rng(0))
