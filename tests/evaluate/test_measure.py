from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sal_anchors.anchors.anchor import Anchor
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.errors import EvaluationError, GridMismatchError
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import measure
from sal_anchors.evaluate.report import EvaluationReport
from sal_anchors.evaluate.run import evaluate
from sal_anchors.evaluate.stream import Streamed, stream_split, tail_samples
from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Manifest
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.timebase import FrameGrid
from sal_anchors.train.checkpoint import load_checkpoint

Maker = Callable[..., Manifest]
GRID = FrameGrid()
CONFIG = EventConfig(smooth_ms=0)
CLASSES = ("background", "a", "b")
SECOND = GRID.sample_rate


def streamed(
    id_: str, seconds: int, *, bursts: dict[tuple[int, float], float], anchors: dict[float, int]
) -> Streamed:
    """Posteriors that are 0 but for 50 ms from each (class, second) of ``bursts``."""
    posteriors = np.zeros((100 * seconds, 3), np.float32)
    for (index, second), height in bursts.items():
        first = GRID.frame_of(second)
        posteriors[first : first + 5, index] = height
    return Streamed(
        id_,
        posteriors,
        tuple(
            Anchor(GRID.frame_of(t), t, EventKind.KEYWORD_END, CLASSES[c], c, 1.0)
            for t, c in anchors.items()
        ),
        seconds * SECOND,
    )


def measured(*recordings: Streamed, grid: FrameGrid = GRID, **options: object) -> EvaluationReport:
    return measure(recordings, CLASSES, grid, split="test", config=CONFIG, **options)


def test_counts_rates_and_hours_are_those_of_a_hand_made_case() -> None:
    report = measured(
        streamed(
            "x",
            1_800,
            bursts={(1, 10.0): 0.9, (1, 20.08): 0.8, (1, 500.0): 0.7},
            anchors={10.0: 1, 20.0: 1, 30.0: 1},
        ),
        streamed("y", 1_800, bursts={(1, 9.0): 0.6}, anchors={}),
        targets=(0.0, 1.0, 2.1),
    )
    (a, _) = report.classes
    hours = (3_600 - 3 * 0.7) / 3_600
    assert a.positives == 3
    assert a.negative_hours == pytest.approx(hours)
    assert [p.false_accepts for p in a.operating_points] == [0, 0, 2]
    assert [p.allowed for p in a.operating_points] == [0, 0, 2]
    assert [p.resolvable for p in a.operating_points] == [False, False, True]
    assert [p.misses for p in a.operating_points] == [1, 1, 1]
    assert a.operating_points[0].threshold > float(np.float32(0.7))
    assert a.operating_points[2].false_accepts_per_hour == pytest.approx(2 / hours)
    assert a.operating_points[0].false_accepts_upper == pytest.approx(2.995732 / hours, rel=1e-5)
    latency = a.operating_points[0].latency
    assert latency is not None
    assert latency.median == pytest.approx(0.04)


def test_a_class_detected_at_anothers_anchor_is_a_false_accept() -> None:
    report = measured(
        streamed("x", 60, bursts={(2, 10.0): 0.9}, anchors={10.0: 1}), targets=(1_000.0,)
    )
    a, b = report.classes
    assert a.operating_points[0].misses == 1
    assert b.operating_points[0].false_accepts == 1
    assert b.operating_points[0].false_reject_rate is None


def test_overall_pools_the_classes_at_a_common_threshold() -> None:
    report = measured(
        streamed("x", 60, bursts={(1, 10.0): 0.9, (2, 20.0): 0.5}, anchors={10.0: 1, 20.0: 2}),
        streamed("y", 60, bursts={(1, 30.0): 0.6}, anchors={}),
        targets=(0.0,),
    )
    assert report.overall.positives == 2
    assert report.overall.operating_points[0].misses == 1
    assert [c.operating_points[0].misses for c in report.classes] == [0, 0]
    assert report.overall.negative_hours == pytest.approx((120 - 1.4) / 3_600)


def test_anchors_without_a_class_are_no_positives() -> None:
    report = measured(streamed("x", 10, bursts={}, anchors={5.0: 0}))
    assert report.overall.positives == 0
    assert report.overall.negative_hours == pytest.approx(10 / 3_600)


def test_look_ahead_is_part_of_the_latency() -> None:
    recording = streamed("x", 60, bursts={(1, 10.0): 0.9}, anchors={10.0: 1})
    delays = [
        measured(recording, grid=GRID.strided(1, first=frames))
        .classes[0]
        .operating_points[0]
        .latency
        for frames in (0, 4)
    ]
    assert delays[0] is not None and delays[1] is not None
    assert delays[1].median - delays[0].median == pytest.approx(0.04)


def test_the_report_is_json_without_losses() -> None:
    report = measured(streamed("x", 10, bursts={}, anchors={}))
    assert json.loads(report.to_json()) == json.loads(json.dumps(report.to_dict()))


def test_the_trained_detector_finds_the_tones(tones: Manifest, tone_run: Path) -> None:
    seen: list[Streamed] = []
    report = evaluate(load_checkpoint(tone_run), tones, progress=seen.append)
    point = report.overall.operating_points[0]
    assert (report.recordings, len(seen), report.overall.positives) == (6, 6, 3)
    assert report.hours == pytest.approx(9 / 3_600)
    assert (point.misses, point.false_accepts, point.resolvable) == (0, 0, False)
    assert point.latency is not None
    assert -0.1 < point.latency.median < 0.2


def test_each_recording_is_streamed_from_a_fresh_state_with_a_tail(
    tones: Manifest, tone_run: Path
) -> None:
    detector = StreamingDetector(load_checkpoint(tone_run))
    together = list(stream_split(detector, tones, "test", CONFIG))
    expected = 150 + tail_samples(CONFIG, tones.grid) // tones.grid.hop
    assert {len(one.posteriors) for one in together} == {expected}
    detector.accept(np.ones(5_000, np.float32))
    again = list(stream_split(detector, tones, "test", CONFIG))
    for first, second in zip(together, again, strict=True):
        assert np.array_equal(first.posteriors, second.posteriors)


def test_what_cannot_be_measured_is_said(
    tones: Manifest, tone_run: Path, tone_manifest: Maker
) -> None:
    checkpoint = load_checkpoint(tone_run)
    with pytest.raises(EvaluationError, match=r"split 'tset'.*--split"):
        evaluate(checkpoint, tones, split="tset")
    other_grid = tone_manifest(train=0, dev=0, test=1, hop=200)
    with pytest.raises(GridMismatchError, match=r"160/400.*200/400"):
        evaluate(checkpoint, other_grid)
    other_words = tone_manifest(train=0, dev=0, test=1, recipe=keyword_recipe(("down",)))
    with pytest.raises(EvaluationError, match="down"):
        evaluate(checkpoint, other_words)


def test_reports_are_values() -> None:
    report = measured(streamed("x", 10, bursts={}, anchors={}))
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.split = "dev"  # type: ignore[misc]


def test_a_class_of_speech_onsets_has_the_collar_as_its_window_and_is_called_so() -> None:
    bursts = {(1, 10.25): 0.9, (2, 10.25): 0.9}
    one = streamed("x", 60, bursts=bursts, anchors={10.0: 1})
    onset = Anchor(GRID.frame_of(10.0), 10.0, EventKind.SPEECH_ONSET, "b", 2, 1.0)
    both = dataclasses.replace(one, anchors=(*one.anchors, onset))
    keyword, speech = measured(both, targets=(1_000.0,)).classes
    assert (keyword.task, speech.task) == ("keyword", "onset")
    assert (keyword.operating_points[0].misses, speech.operating_points[0].misses) == (0, 1)
    assert speech.negative_hours == pytest.approx((60 - 0.4) / 3_600)
    assert measured(both).overall.task == "keyword"


def test_a_dip_in_speech_is_no_new_onset_but_speech_after_a_pause_is() -> None:
    bursts = {(2, 10.0 + 0.05 * n): 0.9 for n in range(60) if n not in (22, 23, 30)}
    bursts |= {(2, 13.3): 0.9}
    one = streamed("x", 60, bursts=bursts, anchors={})
    onsets = tuple(
        Anchor(GRID.frame_of(time), time, EventKind.SPEECH_ONSET, "b", 2, 1.0)
        for time in (10.0, 13.3)
    )
    speech = measured(dataclasses.replace(one, anchors=onsets), targets=(0.0,)).classes[1]
    assert speech.operating_points[0].misses == 0
    assert speech.operating_points[0].false_accepts == 0


def test_confusions_are_told_for_each_pair_of_classes_and_target() -> None:
    report = measured(
        streamed("x", 60, bursts={(2, 10.0): 0.9, (2, 20.0): 0.8}, anchors={10.0: 1, 20.0: 1}),
        targets=(70.0, 1_000.0),
    )
    assert [dataclasses.astuple(one) for one in report.confusions] == [
        (70.0, "b", "a", 1),
        (1_000.0, "b", "a", 2),
    ]


def test_rates_have_intervals_and_few_misses_the_exact_one() -> None:
    recordings = [
        streamed(f"{n}", 60, bursts={(1, 10.0): 0.9} if n % 2 else {}, anchors={10.0: 1})
        for n in range(20)
    ]
    half = measured(*recordings, resamples=300).classes[0].operating_points[0]
    assert half.false_reject_rate == 0.5
    low, high = half.false_reject_interval or (0, 0)
    assert 0.25 <= low <= 0.35 and 0.65 <= high <= 0.75
    assert half.latency is not None
    assert half.latency.median_interval == (half.latency.median, half.latency.median)
    none = measured(*recordings[1::2], resamples=300).classes[0].operating_points[0]
    assert none.false_reject_interval == pytest.approx((0, 0.36889), abs=1e-5)
    every = measured(*recordings[0::2], resamples=300).classes[0].operating_points[0]
    assert every.false_reject_interval == pytest.approx((1 - 0.36889, 1), abs=1e-5)
    assert measured(*recordings, resamples=0).classes[0].operating_points[0].misses == 10
