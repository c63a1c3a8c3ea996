"""All rows together: repeats, splits, classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.check import Code, Problem, check_manifest
from sal_anchors.manifest import Manifest, Row

MakeRow = Callable[..., Row]
CheckRows = Callable[..., list[Problem]]
OF_SPLITS = (Code.EMPTY_SPLIT, Code.NO_EXAMPLES)


@pytest.fixture
def check_rows(tmp_path: Path, write_rows: Callable[..., Any]) -> CheckRows:
    """``check_rows(*rows, code=)``: problems of a manifest of these rows, audio left alone."""

    def run(*rows: Row, code: Code, **options: Any) -> list[Problem]:
        write_rows(tmp_path / "m.anchors", rows, **options)
        found = check_manifest(Manifest.open(tmp_path / "m.anchors"), audio=False)
        return [problem for problem in found if problem.code is code]

    return run


def test_an_id_that_two_rows_have_is_told_with_both_files(
    check_rows: CheckRows, make_row: MakeRow
) -> None:
    rows = make_row("a"), make_row("b"), make_row("a", audio="other.wav")
    (problem,) = check_rows(*rows, code=Code.DUPLICATE_ID)
    assert (problem.id, problem.file, problem.message) == ("a", "other.wav", "also the id of a.wav")


def test_a_speaker_of_two_splits_is_told_once(check_rows: CheckRows, make_row: MakeRow) -> None:
    rows = [make_row(f"{n}", speaker="ann", split="test" if n > 2 else "train") for n in range(5)]
    other = make_row("z", speaker="bob", split="test")
    (problem,) = check_rows(*rows, other, code=Code.SHARED_SPEAKER)
    assert problem.message == "speaker 'ann' is in train (0) and in test (3)"


def test_the_same_recording_in_two_splits_is_an_error_and_another_stretch_a_warning(
    check_rows: CheckRows, make_row: MakeRow
) -> None:
    one, two = (
        make_row("a", content_hash="h"),
        make_row("b", content_hash="h", split="dev", start=1.0),
    )
    (problem,) = check_rows(one, two, code=Code.SHARED_FILE)
    assert problem.message == "stretches of one file are in train (a) and in dev (b)"
    same = make_row("c", content_hash="h", split="dev")
    (problem,) = check_rows(one, two, same, code=Code.SHARED_RECORDING)
    assert problem.message == "the same recording is in train (a) and in dev (c)"
    assert check_rows(one, two, same, code=Code.SHARED_FILE) == []


def test_splits_without_utterances_and_classes_without_anchors_are_told_by_split(
    check_rows: CheckRows, make_row: MakeRow
) -> None:
    bare = {"events": (), "anchors": ()}
    rows = make_row("a"), make_row("b", split="dev", **bare)
    told = check_rows(*rows, code=Code.EMPTY_SPLIT)
    assert [problem.message for problem in told] == ["test has no usable utterance"]
    told = check_rows(*rows, code=Code.NO_EXAMPLES)
    assert [problem.message for problem in told] == [
        "class 'please' has no anchor in dev (1 usable utterances)"
    ]


def test_a_class_with_less_than_a_tenth_of_the_commonest_is_told(
    check_rows: CheckRows, make_row: MakeRow
) -> None:
    (anchor,) = make_row().anchors
    stop = type(anchor)(10, 0.11, anchor.kind, "stop", 2, 1.0)
    common = [make_row(f"{n}") for n in range(11)]
    keywords = ("please", "stop")
    (problem,) = check_rows(
        *common,
        make_row("z", anchors=(stop,)),
        code=Code.CLASS_IMBALANCE,
        keywords=keywords,
    )
    assert problem.message == "class 'stop' has 1 anchors in train, 'please' has 11"
    enough = [make_row(f"y{n}", anchors=(stop,)) for n in range(2)]
    assert check_rows(*common, *enough, code=Code.CLASS_IMBALANCE, keywords=keywords) == []


def test_a_class_of_hardly_any_frame_is_noted(check_rows: CheckRows, make_row: MakeRow) -> None:
    quiet = [
        make_row(f"{n}", events=(), anchors=(), labels=0 * make_row().labels) for n in range(299)
    ]
    (problem,) = check_rows(make_row("z"), *quiet, *quiet[:10], code=Code.RARE_CLASS)
    assert problem.message == "class 'please' labels 30 of 31000 frames in train"
    assert check_rows(make_row("z"), *quiet, code=Code.RARE_CLASS) == []


def test_a_real_manifest_tells_its_empty_split_only(speech_manifest: Manifest) -> None:
    found = check_manifest(speech_manifest)
    codes = {problem.code for problem in found if problem.code.severity != "note"}
    assert codes <= {*OF_SPLITS, Code.SUSPECT}
