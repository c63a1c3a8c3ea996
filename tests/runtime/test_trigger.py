from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.runtime.trigger import Trigger, TriggerConfig, fire, held, smooth
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
levels = st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0])


def test_smoothing_is_a_mean_of_the_past_with_silence_before_the_start() -> None:
    posteriors = np.array([0.3, 0.9, 0.0, 0.6], np.float32)
    np.testing.assert_allclose(smooth(posteriors, 3), [0.1, 0.4, 0.4, 0.5], atol=1e-7)
    np.testing.assert_allclose(smooth(posteriors, 1), posteriors)


@pytest.mark.parametrize(
    ("scores", "refractory", "expected"),
    [
        ([0.0, 0.6, 0.7, 0.2, 0.6], 1, [1, 4]),
        ([0.6, 0.7, 0.7], 1, [0]),
        ([0.0, 0.6, 0.0, 0.6, 0.0, 0.6], 3, [1, 5]),
        ([0.0, 0.6, 0.0, 0.6, 0.6, 0.6], 4, [1]),
        ([0.5, 0.0], 1, [0]),
        ([0.4, 0.4], 1, []),
        ([], 1, []),
    ],
    ids=[
        "each upward crossing fires",
        "a stream that begins above fires at once",
        "crossings within the refractory time are passed over",
        "and do not fire later while the score stays high",
        "a score at the threshold fires",
        "below nothing fires",
        "nor in an empty stream",
    ],
)
def test_a_detection_fires_where_it_should(
    scores: list[float], refractory: int, expected: list[int]
) -> None:
    assert fire(np.array(scores), 0.5, refractory).tolist() == expected


@given(
    st.lists(st.tuples(levels, levels), max_size=60),
    st.lists(st.integers(0, 60), max_size=5),
    st.integers(1, 6),
    st.integers(1, 8),
    st.integers(1, 5),
    st.sampled_from([0.2, 0.4, 0.5, 1.0]),
)
def test_a_stream_in_any_pieces_fires_as_the_whole_does(
    rows: list[tuple[float, float]],
    cuts: list[int],
    smoothing: int,
    refractory: int,
    rearm: int,
    threshold: float,
) -> None:
    posteriors = np.array([(0.0, *row) for row in rows], np.float32).reshape(-1, 3)
    config = TriggerConfig(
        smooth_ms=10 * smoothing, refractory_ms=10 * refractory, rearm_ms=10 * rearm
    )
    trigger = Trigger(GRID, ("background", "a", "b"), threshold=threshold, config=config)
    online = [d for piece in np.split(posteriors, sorted(cuts)) for d in trigger.accept(piece)]
    for index, name in ((1, "a"), (2, "b")):
        scores = smooth(posteriors[:, index], smoothing)
        expected = fire(held(scores, rearm), threshold, refractory).tolist()
        assert [d.frame for d in online if d.class_name == name] == expected
        assert [d.score for d in online if d.class_name == name] == scores[expected].tolist()


@given(st.lists(levels, max_size=40), st.integers(1, 6), st.sampled_from([0.2, 0.5, 1.0]))
def test_held_scores_rise_only_after_so_many_frames_below(
    scores: list[float], frames: int, threshold: float
) -> None:
    expected = [
        t
        for t, score in enumerate(scores)
        if score >= threshold and all(s < threshold for s in scores[max(0, t - frames) : t])
    ]
    assert fire(held(np.array(scores), frames), threshold, 1).tolist() == expected


def test_the_background_is_never_detected_and_time_includes_look_ahead() -> None:
    trigger = Trigger(
        GRID.strided(1, first=3),
        ("background", "a"),
        threshold=0.5,
        config=TriggerConfig(smooth_ms=0),
    )
    (detection,) = trigger.accept(np.array([[1, 0], [0, 1]], np.float32))
    assert (detection.frame, detection.class_name) == (1, "a")
    assert detection.time == pytest.approx(0.05)


def test_a_threshold_that_always_fires_is_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.0"):
        Trigger(GRID, ("background", "a"), threshold=0.0)
