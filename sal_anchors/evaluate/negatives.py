"""Folders of plain audio in which nothing should be detected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from sal_anchors.audio import AudioError
from sal_anchors.corpus.tree import require_audio, scan
from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.report import UnreadFile
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.timebase import FrameGrid

PREFIX = "negatives"


def negative_files(folders: Sequence[Path]) -> dict[str, Path]:
    """The audio files of folders at any depth, by their ids, ``negatives/FOLDER/PATH``.

    Hidden files and folders are left alone, and links to folders are not followed.

    Raises:
        CorpusError: a folder is absent or holds no audio.
        EvaluationError: two folders have the same name.
    """
    files: dict[str, Path] = {}
    names: dict[str, Path] = {}
    for folder in folders:
        other = names.setdefault(folder.resolve().name, folder)
        if other != folder:
            raise EvaluationError(
                f"two folders of negatives are named {folder.resolve().name!r}: "
                f"{other} and {folder}",
                hint="Rename one: recordings are told apart by the folder's name and their path",
            )
        tree = scan(folder)
        require_audio(tree)
        files |= {f"{PREFIX}/{folder.resolve().name}/{n}": tree.path(n) for n in tree.audio}
    return files


def negative(id_: str, posteriors: np.ndarray, num_samples: int, label_grid: FrameGrid) -> Streamed:
    """A recording in which every frame is background."""
    labels = np.zeros(label_grid.num_frames(num_samples), dtype=np.int16)
    return Streamed(id_, posteriors, (), num_samples, labels=labels)


def each_readable(
    files: dict[str, Path], hear: Callable[[str, Path], Streamed]
) -> Iterator[Streamed | UnreadFile]:
    """What ``hear`` makes of each file; those that cannot be read, with the reason."""
    for id_, path in files.items():
        try:
            yield hear(id_, path)
        except AudioError as error:
            yield UnreadFile(str(path), error.problem)
