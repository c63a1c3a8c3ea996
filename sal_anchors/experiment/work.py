"""A run from its beginning, or from where it was stopped, to its measures."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np

from sal_anchors.evaluate.bootstrap import Resamples, false_reject_rates
from sal_anchors.evaluate.measure import Measured
from sal_anchors.evaluate.run import detector_source, measure_source
from sal_anchors.evaluate.scores_header import header_of
from sal_anchors.evaluate.scores_write import scores_writer
from sal_anchors.evaluate.source import Source
from sal_anchors.experiment.job import Job
from sal_anchors.experiment.record import (
    REPORT_NAME,
    RESAMPLED_NAME,
    SCORES_NAME,
    begin,
    finish,
)
from sal_anchors.manifest import Manifest
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.loop import train
from sal_anchors.train.report import EpochReport
from sal_anchors.train.tensor_file import write_bytes


def carry_out(job: Job, progress: Callable[[EpochReport], None] | None = None) -> None:
    """Train a job's detector and measure it; its folder then holds all that is known of it.

    Beside what :func:`sal_anchors.train.loop.train` writes: the evaluation's report, the frame
    posteriors that it was counted from, and the false reject rates of the resamples. Targets are
    rendered by the job's recipe for training and for the loss on ``dev``; events are measured
    with the manifest's own anchors.

    Raises:
        SalAnchorsError: as training and evaluation do.
    """
    manifest = Manifest.open(job.manifest, audio_root=job.audio_root)
    begin(job)
    result = train(
        manifest.with_recipe(job.recipe), job.folder, job.config, resume=True, progress=progress
    )
    measures = job.measures
    source = detector_source(
        load_checkpoint(job.folder),
        manifest,
        measures.split,
        measures.events,
        measures.negatives,
        cache=job.config.data.cache,
    )
    write_results(job, source, result.card.parameters)


def write_results(job: Job, source: Source, parameters: int) -> None:
    """Measure posteriors, and write all that is kept of a finished job.

    Args:
        job: whose folder is there.
        source: of the posteriors.
        parameters: of the network.

    Raises:
        SalAnchorsError: as evaluation does.
    """
    measured = _measured(job, source)
    write_bytes(job.folder / REPORT_NAME, measured.report.to_json().encode())
    _write_resampled(job, measured, parameters)
    finish(job)


def recording_draws(job: Job, recordings: int) -> Resamples:
    """The resamples of recordings: the same for all runs of a plan."""
    return Resamples.draw(job.measures.resamples, recordings, seed=job.measures.seed)


def _measured(job: Job, source: Source) -> Measured:
    measures = job.measures
    header = header_of(source.classes, source.grid, source.look_ahead)
    with scores_writer(job.folder / SCORES_NAME, header) as writer:
        return measure_source(
            source,
            where=job.manifest,
            split=measures.split,
            targets=measures.targets,
            config=measures.events,
            resamples=measures.resamples,
            seed=measures.seed,
            listeners=(writer.write,),
        )


def _write_resampled(job: Job, measured: Measured, parameters: int) -> None:
    draws = recording_draws(job, len(measured.recordings))
    exposure = measured.exposure
    rates = false_reject_rates(
        draws, measured.curve, job.measures.targets, exposure.positives, exposure.hours
    )
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        ids=np.array([recorded.id for recorded in measured.recordings]),
        false_reject_rates=rates.astype(np.float32),
        parameters=np.int64(parameters),
    )
    write_bytes(job.folder / RESAMPLED_NAME, buffer.getvalue())
