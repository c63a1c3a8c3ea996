"""A scores file against a manifest and folders of negatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from sal_anchors.accounting import Status
from sal_anchors.audio import AudioError, probe_recording
from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.negatives import negative, negative_files
from sal_anchors.evaluate.report import UnreadFile
from sal_anchors.evaluate.scores_header import ScoresHeader
from sal_anchors.evaluate.scores_read import Posteriors, ScoresFile
from sal_anchors.evaluate.source import Source
from sal_anchors.evaluate.stream import Streamed, frame_labels, tail_samples
from sal_anchors.manifest import Manifest

_SHORT_SECONDS = 1.0
_USABLE = (Status.OK, Status.SUSPECT)


def scores_source(
    scores: ScoresFile,
    manifest: Manifest,
    split: str,
    config: EventConfig,
    negatives: Sequence[Path] = (),
) -> Source:
    """The posteriors of a file, for each usable recording of a split and each file of negatives.

    Frames that come later after the recording than any of ours would are left out.

    Raises:
        EvaluationError: posteriors of a recording are missing or end a second before it does, or
            the file has none for one of the manifest's classes.
        CorpusError: a folder of negatives is absent or holds no audio.
    """
    columns = scores.header.columns(manifest.classes, where=scores.path)
    files = negative_files(negatives)
    wanted = {
        id_
        for id_, of_split, status in manifest.scan("id", "split", "status")
        if of_split == split and status in _USABLE
    }
    lengths: dict[str, int] = {}
    unread = list(_unread(files, scores.header, lengths))
    _require_all([*wanted, *lengths], scores)

    def items() -> Iterator[Streamed | UnreadFile]:
        for id_, values in scores.read({*wanted, *lengths}):
            posteriors = _by_class(values, columns)
            yield _streamed(id_, posteriors, manifest, scores, config, lengths.get(id_))
        yield from unread

    grid = scores.header.grid()
    return Source(manifest.classes, grid, scores.header.look_ahead, items())


def _unread(
    files: dict[str, Path], header: ScoresHeader, lengths: dict[str, int]
) -> Iterator[UnreadFile]:
    """Files that cannot be read; the lengths of the others, in samples, go into ``lengths``."""
    grid = header.grid()
    for id_, path in files.items():
        try:
            info = probe_recording(path)
        except AudioError as error:
            yield UnreadFile(str(path), error.problem)
        else:
            lengths[id_] = grid.resampled(info.num_samples, info.sample_rate)


def _require_all(ids: Sequence[str], scores: ScoresFile) -> None:
    missing = sorted(id_ for id_ in ids if not scores.has(id_))
    if missing:
        shown = ", ".join(map(repr, missing[:3])) + (", ..." if len(missing) > 3 else "")
        raise EvaluationError(
            f"no posteriors of {len(missing)} of {len(ids)} recordings: {shown}",
            where=scores.path,
            hint="Add them under their ids in the manifest; those of --negatives are "
            "negatives/FOLDER/PATH",
        )


def _by_class(values: Posteriors, columns: Sequence[int | None]) -> Posteriors:
    """The columns of the manifest's classes, zeros for a background that there is none of."""
    none = np.zeros(len(values), dtype=np.float32)
    return np.stack([none if c is None else values[:, c] for c in columns], axis=1)


def _streamed(
    id_: str,
    posteriors: Posteriors,
    manifest: Manifest,
    scores: ScoresFile,
    config: EventConfig,
    negative_length: int | None,
) -> Streamed:
    grid = scores.header.grid()
    row = None if negative_length is not None else manifest.row(id_)
    length = grid.resampled(row.num_samples, row.sample_rate) if row else negative_length or 0
    reached = grid.frame_end(len(posteriors) - 1)
    if reached < length - _SHORT_SECONDS * grid.sample_rate:
        raise EvaluationError(
            f"the {len(posteriors)} frames of {id_!r} end at {grid.time_of(reached):.2f} s, "
            f"the recording at {grid.time_of(length):.2f} s",
            where=scores.path,
            hint="Give posteriors for the whole recording, or correct hop and first in the header",
        )
    last = length + tail_samples(config, grid) + scores.header.look_ahead + grid.hop - 1
    posteriors = posteriors[: max(0, (last - grid.frame_end(0)) // grid.hop + 1)]
    if row is None:
        return negative(id_, posteriors, length, scores.header.label_grid())
    labels = frame_labels(row, manifest.recipe, scores.header.label_grid())
    return Streamed(id_, posteriors, row.anchors, length, row.events, labels)
