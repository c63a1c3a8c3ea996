"""Runs of an experiment with posteriors made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from sal_anchors.evaluate.source import Source
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.experiment.job import Job, jobs_of
from sal_anchors.experiment.plan import Plan
from sal_anchors.experiment.plan_file import plan_of
from sal_anchors.experiment.record import begin
from sal_anchors.experiment.work import write_results
from sal_anchors.manifest import Manifest

FRAMES = 220
PARAMETERS = 123

Spikes = Mapping[tuple[int, int], float]
"""Scores by the number of a test recording and, with an anchor in it, frames after that; the
recordings with even numbers have one. In the others, frames after the beginning."""


def streamed(manifest: Manifest, spikes: Spikes) -> list[Streamed]:
    """Posteriors of 0 but for the spikes."""
    grid, made = manifest.grid, []
    for number, row in enumerate(manifest.rows("test", usable=True)):
        scores = np.zeros(FRAMES, dtype=np.float32)
        first = row.anchors[0].frame if row.anchors else 0
        for (recording, frames), score in spikes.items():
            if recording == number:
                scores[first + frames] = score
        posteriors = np.stack([1 - scores, scores], axis=1)
        samples = grid.resampled(row.num_samples, row.sample_rate)
        made.append(Streamed(row.id, posteriors, row.anchors, samples, row.events, row.labels))
    return made


@pytest.fixture
def by_hand(tones: Manifest, tmp_path: Path) -> Callable[..., tuple[Plan, tuple[Job, ...]]]:
    """``by_hand({"ce": [spikes of seed 0, ...], ...})``: a plan and its finished jobs."""

    def make(runs: Mapping[str, list[Spikes]], **more: object) -> tuple[Plan, tuple[Job, ...]]:
        plan = plan_of(
            {
                "seeds": max(map(len, runs.values())),
                "arms": [{"name": name} for name in runs],
                "evaluation": {"targets": [600.0], "events": {"smooth_ms": 10.0}, "resamples": 200},
                **more,
            }
        )
        done = []
        for job in jobs_of(plan, tones, tmp_path):
            if job.seed < len(runs[job.arm]):
                begin(job)
                items = iter(streamed(tones, runs[job.arm][job.seed]))
                source = Source(tones.classes, tones.grid, 0, items)
                write_results(job, source, PARAMETERS)
                done.append(job)
        return plan, tuple(done)

    return make
