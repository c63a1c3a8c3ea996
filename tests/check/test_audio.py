"""Audio that went missing, changed, or is not where it may be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from sal_anchors.check import Code, Problem, check_manifest
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest

Check = Callable[..., list[Problem]]
AUDIO = (
    Code.AUDIO_MISSING,
    Code.AUDIO_CHANGED,
    Code.AUDIO_OUTSIDE,
    Code.DURATION_DIFFERS,
)


@pytest.fixture
def file(copied: Path) -> Path:
    """The audio of the row ``sorry``."""
    return copied.with_name("corpus") / "sorry.flac"


def test_untouched_audio_is_no_problem(check: Check) -> None:
    assert check(*AUDIO) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.unlink(), "cannot be read (No such file"),
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (lambda path: path.write_bytes(b"not a recording"), "not a recording"),
        (lambda path: (path.unlink(), path.mkdir()), "it is not a file"),
    ],
)
def test_audio_that_cannot_be_read_is_missing(
    check: Check, file: Path, damage: Callable[[Path], object], told: str
) -> None:
    damage(file)
    (problem,) = check(*AUDIO)
    assert (problem.code, problem.id, problem.file) == (Code.AUDIO_MISSING, "sorry", "sorry.flac")
    assert told in problem.message


def test_other_content_of_the_same_length_is_a_change(check: Check, file: Path) -> None:
    samples, rate = soundfile.read(file)
    soundfile.write(file, 0.5 * samples, rate)
    (problem,) = check(*AUDIO)
    assert (problem.code, problem.id) == (Code.AUDIO_CHANGED, "sorry")


def test_a_shorter_file_and_another_rate_disagree_with_the_row(check: Check, file: Path) -> None:
    samples, rate = soundfile.read(file)
    soundfile.write(file, samples[:-100], rate)
    assert [problem.code for problem in check(*AUDIO)] == [
        Code.AUDIO_CHANGED,
        Code.DURATION_DIFFERS,
    ]
    soundfile.write(file, samples, 8_000)
    problem = check(*AUDIO)[-1]
    assert problem.code is Code.DURATION_DIFFERS
    assert problem.message == "the file is at 8000 Hz, the row says 16000 Hz"


def test_a_path_out_of_the_audio_root_is_refused(
    check: Check, edit_rows: Callable[..., None]
) -> None:
    edit_rows(lambda rows: rows[0].update(audio="../../etc/passwd"))
    (problem,) = check(*AUDIO)
    assert (problem.code, problem.file) == (Code.AUDIO_OUTSIDE, "../../etc/passwd")


def test_without_audio_no_file_is_touched(check: Check, file: Path) -> None:
    shutil.rmtree(file.parent)
    assert check(*AUDIO, audio=False) == []


def test_several_threads_find_the_same_in_the_same_order(check: Check, file: Path) -> None:
    for path in sorted(file.parent.glob("*.flac"))[::2]:
        path.unlink()
    assert check(jobs=4) == check()
    assert len(check(*AUDIO)) == 6


def test_a_root_that_needs_consent_is_one_error(
    copied: Path, edit_header: Callable[..., None]
) -> None:
    edit_header(lambda header: header.update(audio_root="../../../../../../../etc"))
    with pytest.raises(ManifestError, match="audio"):
        list(check_manifest(Manifest.open(copied)))
    codes = {problem.code for problem in check_manifest(Manifest.open(copied), audio=False)}
    assert not codes & set(AUDIO)
