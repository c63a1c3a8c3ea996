"""A row by itself: each way to damage it has its code, and a sound row has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.align.alignment import Interval
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.check.code import Code
from sal_anchors.check.row import check_row
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row

RECIPE = keyword_recipe(("please", "please stop"))
MakeRow = Callable[..., Row]


@pytest.fixture
def sound(make_row: MakeRow) -> Callable[..., Row]:
    """A row without problems, rendered by ``RECIPE``."""

    def make(*events: Event, **fields: Any) -> Row:
        row = make_row(content_hash="0" * 64)
        found = events or row.events
        targets = render(found, RECIPE, row.num_frames)
        rendered = replace(
            row,
            events=found,
            anchors=targets.anchors,
            labels=targets.labels,
            weights=targets.weights,
        )
        return replace(rendered, **fields)

    return make


def _keyword(label: str, start: float, end: float, *, confidence: float = 0.9) -> Event:
    return Event(EventKind.KEYWORD_END, label, end, start, end, confidence, 0.01, "truth")


def _codes(row: Row) -> list[Code]:
    return [problem.code for problem in check_row(row, RECIPE)]


def test_a_sound_row_has_no_problem(sound: MakeRow) -> None:
    assert _codes(sound()) == []


def test_rows_of_a_real_alignment_have_no_errors(speech_manifest: Manifest) -> None:
    codes = {
        problem.code
        for row in speech_manifest.rows()
        for problem in check_row(row, speech_manifest.recipe)
    }
    assert codes <= {Code.LOW_SCORE, Code.UNCOVERED_SPEECH, Code.SUSPECT}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": ""}, "id is empty"),
        ({"split": "exam"}, "its split is 'exam', expected train, dev, test"),
        ({"reason": Reason.SILENT}, "its status is ok and its reason silent"),
        ({"status": Status.SUSPECT}, "its status is suspect and its reason None"),
        ({"num_samples": -1}, "none can be negative"),
        ({"sample_rate": 0}, "16000 samples at 0 Hz"),
        ({"status": Status.FAILED, "reason": Reason.NO_PATH}, "it is failed, but has events"),
    ],
)
def test_a_row_that_contradicts_itself_is_impossible(
    sound: MakeRow, fields: dict[str, Any], told: str
) -> None:
    (problem,) = check_row(sound(**fields), RECIPE)
    assert problem.code is Code.IMPOSSIBLE_ROW
    assert told in problem.message


@pytest.mark.parametrize(
    ("name", "intervals", "told"),
    [
        ("words", [Interval("a", 0.5, 0.5)], "ends before it begins"),
        ("words", [Interval("a", -0.1, 0.5)], "is outside the 1.000 s"),
        ("phones", [Interval("a", 0.5, 1.02)], "is outside the 1.000 s"),
        ("engine_words", [Interval("a", 0.1, 0.5), Interval("b", 0.4, 0.6)], "at 0.500 s"),
    ],
)
def test_intervals_must_be_in_order_inside_the_audio(
    sound: MakeRow, name: str, intervals: list[Interval], told: str
) -> None:
    (problem,) = check_row(sound(**{name: tuple(intervals)}), RECIPE)
    assert problem.code is Code.INTERVALS_WRONG
    assert problem.time == intervals[-1].start
    assert f"{name}[{len(intervals) - 1}]" in problem.message
    assert told in problem.message


def test_an_event_behind_the_audio_is_outside_and_needs_no_frame_warning(sound: MakeRow) -> None:
    (problem,) = check_row(sound(_keyword("please", 0.9, 1.2)), RECIPE)
    assert (problem.code, problem.time) == (Code.EVENT_OUTSIDE, 1.2)


def test_events_must_be_in_time_order(sound: MakeRow) -> None:
    late, early = _keyword("please", 0.6, 0.8), _keyword("please", 0.1, 0.3)
    assert _codes(sound(late, early)) == [Code.INTERVALS_WRONG]


def test_overlapping_keywords_are_told_with_both_and_one_inside_another_counts(
    sound: MakeRow,
) -> None:
    whole = _keyword("please stop", 0.2, 0.9)
    inner, last = _keyword("please", 0.2, 0.5), _keyword("please", 0.8, 0.95)
    problems = list(check_row(sound(inner, whole, last), RECIPE))
    assert [problem.code for problem in problems] == [Code.OVERLAPPING_KEYWORDS] * 2
    assert "'please stop' at 0.900 s overlaps keyword_end 'please'" in problems[0].message
    assert "'please' at 0.950 s overlaps keyword_end 'please stop'" in problems[1].message


def test_a_keyword_that_is_there_twice_is_told(sound: MakeRow) -> None:
    twice = _keyword("please", 0.2, 0.5)
    (problem,) = check_row(sound(twice, twice), RECIPE)
    assert problem.code is Code.OVERLAPPING_KEYWORDS
    assert problem.message.endswith("is there twice")


def test_keywords_that_touch_do_not_overlap(sound: MakeRow) -> None:
    row = sound(_keyword("please", 0.2, 0.5), _keyword("please", 0.5, 0.8))
    assert _codes(row) == []


def test_an_unsure_keyword_is_told_where_it_is(sound: MakeRow) -> None:
    unsure = _keyword("please", 0.2, 0.5, confidence=0.4)
    (problem,) = check_row(sound(unsure), RECIPE)
    assert (problem.code, problem.time) == (Code.UNSURE_KEYWORD, 0.5)


@pytest.mark.parametrize("code", FindingCode)
def test_each_stored_finding_is_told_under_its_own_name(sound: MakeRow, code: FindingCode) -> None:
    (problem,) = check_row(sound(findings=(Finding(code, "stop", 0.25, 0.5, 0.125),)), RECIPE)
    assert (problem.code.value, problem.time) == (code.value, 0.25)
    assert problem.message.startswith("'stop', 0.250-0.500 s: 0.1")


def test_failed_and_suspect_rows_tell_their_reason(make_row: MakeRow, sound: MakeRow) -> None:
    nothing = {"events": (), "anchors": (), "labels": np.zeros(0), "weights": np.zeros(0)}
    failed = {"status": Status.FAILED, "reason": Reason.NO_PATH, "message": "not said"}
    (problem,) = check_row(make_row(**nothing, **failed), RECIPE)
    assert (problem.code, problem.message) == (Code.FAILED, "failed, no_path: not said")
    doubted = {"status": Status.SUSPECT, "reason": Reason.ODD_TIMING, "message": "too long"}
    (problem,) = check_row(sound(**doubted), RECIPE)
    assert (problem.code, problem.message) == (Code.SUSPECT, "odd_timing: too long")


def test_a_row_without_a_hash_is_noted(sound: MakeRow) -> None:
    assert _codes(sound(content_hash="")) == [Code.NO_HASH]
