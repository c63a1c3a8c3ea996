"""A review of three utterances of real speech, and a clock that is exact."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sal_anchors.manifest import Manifest
from sal_anchors.review import Session

Clock = Callable[[], datetime]


@pytest.fixture
def clock() -> Clock:
    """A second passes between decisions."""
    start, ticks = datetime(2026, 1, 1, tzinfo=UTC), iter(range(1_000_000))
    return lambda: start + timedelta(seconds=next(ticks))


@pytest.fixture
def speech(speech_manifest: Manifest, tmp_path: Path) -> Manifest:
    """A copy of the manifest of prompts, to be reviewed; the audio stays where it is."""
    folder = tmp_path / "speech.anchors"
    shutil.copytree(speech_manifest.path, folder)
    return Manifest.open(folder, audio_root=speech_manifest.audio_root)


@pytest.fixture
def session(speech: Manifest, clock: Clock) -> Session:
    """Ann reviews the prompts."""
    return Session(speech, "ann", clock=clock)
