from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.errors import CorpusError, EvaluationError
from sal_anchors.evaluate.negatives import negative_files
from sal_anchors.evaluate.run import evaluate
from sal_anchors.manifest import Manifest
from sal_anchors.train.checkpoint import load_checkpoint


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise of 2 s at 8 kHz in stereo, of 4 s at 44.1 kHz, and two files that are no audio."""
    root = tmp_path_factory.mktemp("negatives") / "street"
    (root / "deep" / "er").mkdir(parents=True)
    (root / ".hidden").mkdir()
    rng = np.random.default_rng(0)
    for name, rate, shape in (
        ("a.wav", 8_000, (16_000, 2)),
        ("deep/er/b.FLAC", 44_100, (176_400,)),
        (".hidden/c.wav", 8_000, (80_000,)),
    ):
        noise = 0.003 * rng.standard_normal(shape)
        soundfile.write(root / name, noise, rate, format=name[-4:].strip(".").upper())
    (root / "broken.wav").write_bytes(b"not a recording")
    (root / "deep" / "empty.wav").touch()
    (root / "notes.txt").write_text("nothing")
    (root / "loop").symlink_to(root)
    return root


def test_files_are_found_at_any_depth_but_not_through_links_or_hidden_folders(
    folder: Path,
) -> None:
    assert sorted(negative_files([folder])) == [
        "negatives/street/a.wav",
        "negatives/street/broken.wav",
        "negatives/street/deep/empty.wav",
        "negatives/street/deep/er/b.FLAC",
    ]


def test_negatives_add_hours_at_any_rate_and_unreadable_ones_are_told(
    tones: Manifest, tone_run: Path, folder: Path
) -> None:
    checkpoint = load_checkpoint(tone_run)
    without = evaluate(checkpoint, tones, resamples=10)
    report = evaluate(checkpoint, tones, negatives=[folder], resamples=10)
    assert report.recordings == without.recordings + 2
    assert report.hours == pytest.approx(without.hours + 6 / 3_600)
    added = report.overall.negative_hours - without.overall.negative_hours
    assert added == pytest.approx(6 / 3_600)
    assert report.overall.positives == without.overall.positives
    assert report.overall.frames is not None and without.overall.frames is not None
    assert report.overall.frames.negatives == without.overall.frames.negatives + 600
    assert sorted(Path(file.path).name for file in report.unread) == ["broken.wav", "empty.wav"]
    assert all(file.problem for file in report.unread)


def test_a_folder_without_audio_and_two_of_one_name_are_errors(
    folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        negative_files([tmp_path / "no"])
    with pytest.raises(CorpusError, match=r"no .*file in it"):
        negative_files([tmp_path])
    other = tmp_path / "street"
    other.mkdir()
    (other / "x.wav").touch()
    with pytest.raises(EvaluationError, match="two folders of negatives are named 'street'"):
        negative_files([folder, other])
