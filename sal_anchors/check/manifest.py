"""The whole check: files, each row, its audio, and all rows together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from sal_anchors.check.audio import check_audio
from sal_anchors.check.corpus import Corpus
from sal_anchors.check.header import check_classes, check_counts
from sal_anchors.check.parts import check_files, readable_rows
from sal_anchors.check.problem import Problem
from sal_anchors.check.row import check_row
from sal_anchors.manifest import Manifest, Row

_AHEAD = 16
_Checked = tuple[int, Row, list[Problem]] | Problem


def check_manifest(
    manifest: Manifest,
    *,
    audio: bool = True,
    jobs: int = 1,
    on_row: Callable[[Row], None] = lambda row: None,
) -> Iterator[Problem]:
    """Problems of a manifest: those of its files, of each row in order, then of all together.

    One pass over the rows and memory of 41 bytes a row; where rows share an id, a speaker or a
    recording, their names are read in another pass over a few columns.

    Args:
        manifest: opened.
        audio: whether to read audio files, for their hashes and lengths.
        jobs: threads that read audio, >= 1.
        on_row: called with each checked row, for progress.

    Raises:
        ManifestError: audio is to be read, and the user must allow its folder first.
    """
    if audio:
        manifest.require_audio_root()
    yield from check_files(manifest)
    yield from check_classes(manifest)
    corpus = Corpus(manifest.classes)
    for checked in _checked(manifest, audio, jobs):
        if isinstance(checked, Problem):
            corpus.countable = False
            yield checked
            continue
        number, row, of_audio = checked
        corpus.add(number, row)
        yield from check_row(row, manifest.recipe)
        yield from of_audio
        on_row(row)
    if corpus.countable:
        yield from check_counts(manifest, corpus.tally)
    yield from corpus.problems(manifest)


def _checked(manifest: Manifest, audio: bool, jobs: int) -> Iterator[_Checked]:
    """Rows with the problems of their audio, and parts that cannot be read, in order."""
    if not audio:
        for item in readable_rows(manifest):
            yield item if isinstance(item, Problem) else (*item, [])
        return
    with ThreadPoolExecutor(jobs) as pool:
        yield from _in_order(readable_rows(manifest), manifest, pool, _AHEAD * jobs)


def _in_order(
    items: Iterable[tuple[int, Row] | Problem],
    manifest: Manifest,
    pool: ThreadPoolExecutor,
    ahead: int,
) -> Iterator[_Checked]:
    waiting: deque[tuple[tuple[int, Row], Future[list[Problem]]]] = deque()

    def first() -> _Checked:
        item, future = waiting.popleft()
        return *item, future.result()

    for item in items:
        if isinstance(item, Problem):
            while waiting:
                yield first()
            yield item
            continue
        waiting.append((item, pool.submit(check_audio, manifest, item[1])))
        if len(waiting) > ahead:
            yield first()
    while waiting:
        yield first()
