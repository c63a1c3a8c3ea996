"""From a detector and a manifest to a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from sal_anchors.dataset.config import CacheConfig
from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.held_out import hear_split
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import (
    DEFAULT_RESAMPLES,
    DEFAULT_TARGETS,
    Measured,
    measure_recorded,
)
from sal_anchors.evaluate.negatives import each_readable, negative, negative_files
from sal_anchors.evaluate.recorded import Recorded, record
from sal_anchors.evaluate.report import EvaluationReport, UnreadFile
from sal_anchors.evaluate.source import Source
from sal_anchors.evaluate.stream import Streamed, posteriors_of, stream_split
from sal_anchors.lazy_audio import open_recording
from sal_anchors.manifest import Manifest
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.train.checkpoint import Checkpoint

Listener = Callable[[Streamed], None]


def evaluate(
    checkpoint: Checkpoint,
    manifest: Manifest,
    *,
    split: str = "test",
    negatives: Sequence[Path] = (),
    targets: Sequence[float] = DEFAULT_TARGETS,
    config: EventConfig | None = None,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
    progress: Listener | None = None,
) -> EvaluationReport:
    """Stream a split's recordings through a detector and measure it.

    Args:
        checkpoint: the detector.
        manifest: recordings with anchors, on the detector's grid and with its classes.
        split: which recordings.
        negatives: folders of audio without anything to detect.
        targets: false accepts an hour of the operating points, >= 0.
        config: smoothing, refractory time and hit window; the defaults if None.
        resamples: number of bootstrap resamples, >= 0.
        seed: of the resamples.
        progress: called after each recording.

    Raises:
        GridMismatchError: if detector and manifest are on different grids.
        EvaluationError: if their classes differ, or the split has no usable recording.
        AudioError: if a recording of the manifest cannot be decoded.
        CorpusError: if a folder of negatives is absent or holds no audio.
    """
    config = config or EventConfig()
    return measure_source(
        detector_source(checkpoint, manifest, split, config, negatives),
        where=manifest.path,
        split=split,
        targets=targets,
        config=config,
        resamples=resamples,
        seed=seed,
        listeners=(progress,) if progress else (),
    ).report


def detector_source(
    checkpoint: Checkpoint,
    manifest: Manifest,
    split: str,
    config: EventConfig,
    negatives: Sequence[Path] = (),
    *,
    cache: CacheConfig | None = None,
) -> Source:
    """The posteriors of a detector, run over a split and folders of negatives.

    Args:
        checkpoint: the detector.
        manifest: recordings with anchors.
        split: which recordings.
        config: how they will be measured.
        negatives: folders of audio without anything to detect.
        cache: of features; with one, recordings of the split are heard in one pass each instead
            of streamed, which gives the same posteriors to float32 rounding.

    Raises:
        GridMismatchError, EvaluationError, CorpusError: as :func:`evaluate`.
    """
    checkpoint.grid.require_same(manifest.grid, here="the checkpoint", there=str(manifest.path))
    if checkpoint.classes != manifest.classes:
        raise EvaluationError(
            f"the manifest has the classes {', '.join(manifest.classes)}, "
            f"the checkpoint {', '.join(checkpoint.classes)}",
            where=manifest.path,
            hint="Evaluate on a manifest made with the same keywords",
        )
    files = negative_files(negatives)
    detector = StreamingDetector(checkpoint)
    about = checkpoint.model.reach.target_grid(checkpoint.grid)

    def hear(id_: str, path: Path) -> Streamed:
        samples = open_recording(path, detector.grid).samples
        return negative(id_, posteriors_of(detector, samples, config), len(samples), about)

    if cache is None:
        heard = stream_split(detector, manifest, split, config)
    else:
        heard = hear_split(checkpoint, manifest, split, config, cache)
    return Source(
        checkpoint.classes,
        detector.output_grid,
        detector.output_grid.frame_end(0) - about.frame_end(0),
        chain(heard, each_readable(files, hear)),
    )


def measure_source(
    source: Source,
    *,
    where: Path,
    split: str,
    targets: Sequence[float] = DEFAULT_TARGETS,
    config: EventConfig,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
    listeners: Sequence[Listener] = (),
) -> Measured:
    """Take recordings one at a time, keep of each what is measured, and measure.

    Args:
        source: of posteriors.
        where: the manifest's folder, for messages.
        split: named in the report.
        targets: false accepts an hour.
        config: as the source was made with.
        resamples: number of bootstrap resamples.
        seed: of the resamples.
        listeners: called with each recording.

    Raises:
        EvaluationError: the split has no usable recording.
    """
    unread: list[UnreadFile] = []
    recordings = tuple(_recorded(source, config, listeners, unread))
    if not any(any(len(track.scores) for track in one.tracks) for one in recordings):
        raise EvaluationError(
            f"no usable recording in the split {split!r}",
            where=where,
            hint="Choose another split with --split, or align with one",
        )
    return measure_recorded(
        recordings,
        source.classes,
        source.grid,
        split=split,
        targets=targets,
        config=config,
        resamples=resamples,
        seed=seed,
        unread=unread,
    )


def _recorded(
    source: Source,
    config: EventConfig,
    listeners: Sequence[Listener],
    unread: list[UnreadFile],
) -> Iterator[Recorded]:
    for item in source.items:
        if isinstance(item, UnreadFile):
            unread.append(item)
            continue
        yield record(item, len(source.classes), source.grid, config)
        for listener in listeners:
            listener(item)
