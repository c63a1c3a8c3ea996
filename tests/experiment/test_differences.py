"""Six recordings of 1.5 s, an anchor in every other one, and one false accept allowed."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import chain

import numpy as np
import pytest

from sal_anchors.errors import ExperimentError
from sal_anchors.evaluate.measure import measure
from sal_anchors.experiment.comparison import Comparison, Difference, Measure, Verdict
from sal_anchors.experiment.draws import Draws
from sal_anchors.experiment.results import read_result
from sal_anchors.experiment.run import compared
from sal_anchors.experiment.tables import differences_csv, figures_csv, markdown
from sal_anchors.experiment.words import sentence
from sal_anchors.experiment.work import recording_draws
from sal_anchors.manifest import Manifest
from tests.experiment.conftest import streamed

ALARMS = {(1, 50): 0.7, (3, 50): 0.6, (5, 50): 0.5}
SLOW = {(0, 10): 0.9, (2, 20): 0.8, (4, 30): 0.3, **ALARMS}
"""One of three missed where one false accept is allowed; the others 10 and 20 frames late."""
QUICK = {(0, 5): 0.9, (2, 15): 0.8, (4, 25): 0.65, **ALARMS}
"""None missed there; 5, 15 and 25 frames late."""
DEAF = {(1, 50): 0.7, (3, 50): 0.7}
"""Nothing but false accepts."""

ByHand = Callable[..., tuple]


def of(comparison: Comparison, measure: Measure, arm: str = "sal") -> Difference:
    (found,) = (one for one in comparison.select([measure]) if one.arm == arm)
    return found


def test_differences_are_those_counted_by_hand(tones: Manifest, by_hand: ByHand) -> None:
    plan, done = by_hand({"ce": [SLOW, SLOW], "sal": [QUICK, SLOW]})
    found = compared(plan, tones, done)
    assert of(found, Measure.FRR).mean == pytest.approx((-1 / 3 + 0) / 2)
    slow = [late(tones, 0, 10), late(tones, 2, 20)]
    quick = [late(tones, 0, 5), late(tones, 2, 15), late(tones, 4, 25)]
    median, p90 = np.percentile(quick, [50, 90]) - np.percentile(slow, [50, 90])
    assert of(found, Measure.MEDIAN).mean == pytest.approx(median / 2)
    assert of(found, Measure.P90).mean == pytest.approx(p90 / 2)
    equal = of(found, Measure.MEDIAN_EQUAL)
    assert equal.mean == pytest.approx((-0.05 + 0) / 2)
    assert equal.false_accepts_per_hour == 0
    assert of(found, Measure.P90_EQUAL).mean == pytest.approx(-0.025)
    assert (found.positives, found.recordings) == (3, 6)
    assert found.negative_hours == pytest.approx((6 * 1.5 - 3 * 0.7) / 3600, abs=0.3 / 3600)


def late(manifest: Manifest, number: int, frames: int) -> float:
    """Seconds from the anchor of a recording to a detection so many frames after it."""
    anchor = list(manifest.rows("test", usable=True))[number].anchors[0]
    grid = manifest.grid
    return grid.time_of(grid.frame_end(anchor.frame + frames) - grid.sample_of(anchor.time))


def test_figures_of_an_arm_are_means_and_deviations_over_seeds(
    tones: Manifest, by_hand: ByHand
) -> None:
    plan, done = by_hand({"ce": [SLOW, SLOW], "sal": [QUICK, SLOW]})
    _, sal = compared(plan, tones, done).arms
    rate = sal.points[0].false_reject_rate
    assert rate is not None and rate.values == pytest.approx((0, 1 / 3))
    assert rate.mean == pytest.approx(1 / 6)
    assert rate.deviation == pytest.approx(np.std([0, 1 / 3], ddof=1))
    assert sal.det.false_accepts == (0, 1, 2, 3)
    assert sal.det.false_reject_rates == pytest.approx([2 / 6, 1 / 6, 1 / 6, 0])


def test_intervals_are_those_of_a_slow_bootstrap_of_seeds_and_recordings(
    tones: Manifest, by_hand: ByHand
) -> None:
    runs = {"ce": [SLOW, QUICK, SLOW], "sal": [QUICK, SLOW, SLOW | {(2, 20): 0.1}]}
    plan, done = by_hand(runs)
    draws = Draws.make(recording_draws(done[0], 6), 3, seed=plan.evaluation.seed)
    ours, theirs = (
        draws.mean([read_result(job).rates[:, 0] for job in done if job.arm == arm])
        for arm in ("sal", "ce")
    )
    for index in range(12):
        counts, drawn = draws.recordings.counts[index], draws.seeds[index]
        each = [
            times * (rate(tones, plan, sal, counts) - rate(tones, plan, ce, counts))
            for times, ce, sal in zip(drawn, runs["ce"], runs["sal"], strict=True)
            if times
        ]
        assert (ours - theirs)[index] == pytest.approx(sum(each) / 3, abs=1e-6, nan_ok=True)
    known = (ours - theirs)[np.isfinite(ours - theirs)]
    assert len(set(np.round(known, 6))) > 5
    interval = of(compared(plan, tones, done), Measure.FRR).interval
    assert interval == pytest.approx(tuple(np.percentile(known, [2.5, 97.5])))


def rate(manifest: Manifest, plan, spikes, counts) -> float:
    """The false reject rate where each recording is there as often as it was drawn."""
    each = streamed(manifest, spikes)
    drawn = chain.from_iterable([one] * int(n) for one, n in zip(each, counts, strict=True))
    report = measure(
        drawn,
        manifest.classes,
        manifest.grid,
        split="test",
        targets=plan.evaluation.targets,
        config=plan.evaluation.events,
        resamples=0,
    )
    found = report.overall.operating_points[0].false_reject_rate
    return np.nan if found is None else found


def test_an_arm_equal_to_its_reference_has_no_difference_and_no_interval_around_it(
    tones: Manifest, by_hand: ByHand
) -> None:
    plan, done = by_hand({"ce": [QUICK, SLOW], "sal": [QUICK, SLOW]})
    for one in compared(plan, tones, done).differences:
        assert (one.mean, one.interval, one.verdict) == (0, (0, 0), Verdict.OPEN)


def test_the_best_of_several_references_has_the_lowest_mean_and_is_compared_too(
    tones: Manifest, by_hand: ByHand
) -> None:
    plan, done = by_hand({"ce": [DEAF], "fl": [QUICK], "sal": [SLOW]}, reference=["ce", "fl"])
    found = compared(plan, tones, done)
    rates = found.select([Measure.FRR])
    assert {(one.arm, one.reference, one.best) for one in rates} == {
        *(("ce", "fl", True), ("fl", "ce", False)),
        *(("sal", "ce", False), ("sal", "fl", True)),
    }
    said = " ".join(found.statements)
    assert "ce is worse than fl for gru at 600 FA/h: FRR +100.0 points" in said
    assert "for gru no difference is shown in FRR: sal and fl at 600 FA/h" in said
    assert "than ce" not in said


def test_where_nothing_is_hit_latency_is_not_compared_and_that_is_said(
    tones: Manifest, by_hand: ByHand
) -> None:
    plan, done = by_hand({"ce": [SLOW], "sal": [DEAF]})
    found = compared(plan, tones, done)
    equal = of(found, Measure.MEDIAN_EQUAL)
    assert (equal.mean, equal.interval) == (None, None)
    said = " ".join(found.statements)
    assert "cannot be compared, one of them has no hits there" in said
    assert "for gru no difference is shown in FRR: sal and ce at 600 FA/h" in said
    assert json.loads(found.to_json())["differences"][0]["verdict"] == "no difference shown"


def test_only_seeds_that_both_have_are_compared_and_the_others_are_named(
    tones: Manifest, by_hand: ByHand
) -> None:
    plan, done = by_hand({"ce": [SLOW, SLOW], "sal": [QUICK]})
    found = compared(plan, tones, done)
    assert of(found, Measure.FRR).mean == pytest.approx(-1 / 3)
    assert of(found, Measure.FRR).seeds == (0,)
    assert "sal with gru has results of the seeds 0 only." in found.statements


def test_runs_on_other_recordings_are_not_compared(tones: Manifest, by_hand: ByHand) -> None:
    plan, done = by_hand({"ce": [SLOW], "sal": [QUICK]})
    path = done[1].folder / "resampled.npz"
    with np.load(path) as arrays:
        values = dict(arrays)
    np.savez(path, **{**values, "ids": values["ids"][::-1]})
    with pytest.raises(ExperimentError, match="other recordings than gru-ce-0"):
        compared(plan, tones, done)


def test_damaged_results_are_named(tones: Manifest, by_hand: ByHand) -> None:
    _, (job,) = by_hand({"ce": [SLOW]})
    (job.folder / "evaluation.json").write_text("{")
    with pytest.raises(ExperimentError, match=r"gru-ce-0: its results cannot be read"):
        read_result(job)


def test_tables_hold_every_arm_and_difference_and_hours_and_positives_beside(
    tones: Manifest, by_hand: ByHand
) -> None:
    plan, done = by_hand({"ce": [SLOW, SLOW], "a|b": [QUICK, SLOW]})
    found = compared(plan, tones, done)
    text = markdown(found)
    assert "3 positives" in text and "h of negatives" in text and "a\\|b" in text
    assert "| a\\|b | 600 | 16.7 ± 23.6 | 15" in text
    head, *rows = figures_csv(found).splitlines()
    assert head.startswith("model,parameters,arm,seeds,positives,negative_hours,target")
    assert [row.split(",")[:5] for row in rows] == [
        ["gru", "123", "ce", "2", "3"],
        ["gru", "123", "a|b", "2", "3"],
    ]
    assert len(differences_csv(found).splitlines()) == 1 + len(Measure)


@pytest.mark.parametrize(
    ("measure", "mean", "interval", "said"),
    [
        (Measure.FRR, 0.021, (0.004, 0.039), "sal is worse than ce for tcn at 1 FA/h: FRR +2.1 points [+0.4, +3.9]"),  # noqa: E501
        (Measure.FRR, -0.02, (-0.03, -0.01), "sal is better than ce for tcn at 1 FA/h: FRR -2.0 points [-3.0, -1.0]"),  # noqa: E501
        (Measure.FRR, -0.02, (-0.03, 0.0), "sal and ce for tcn at 1 FA/h: no difference shown, FRR -2.0 points [-3.0, +0.0]"),  # noqa: E501
        (Measure.MEDIAN_EQUAL, 0.02, (0.01, 0.03), "sal is slower than ce for tcn at the FRR of ce at 1 FA/h: median latency +20 ms [+10, +30]"),  # noqa: E501
    ],
)  # fmt: skip
def test_a_difference_is_said_in_plain_words(
    measure: Measure, mean: float, interval: tuple[float, float], said: str
) -> None:
    one = Difference("tcn", "sal", "ce", True, 1.0, measure, (0, 1), mean, interval)
    assert sentence(one) == said
