"""From a corpus to a manifest: each stage of the way in its order."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from sal_anchors import __version__
from sal_anchors.accounting import Failure, Reason, Status, Tally
from sal_anchors.align import Aligner, Alignment, Lexicon
from sal_anchors.align.quality import judge
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import render
from sal_anchors.audio import AudioError, Recording, read_recording
from sal_anchors.corpus import Utterance, assign_split
from sal_anchors.errors import EngineError
from sal_anchors.events.edges import refine_words
from sal_anchors.events.find import find_events
from sal_anchors.manifest import Header, Row, write_manifest
from sal_anchors.manifest.header import Part, counts_of


def build_manifest(
    items: Iterable[Utterance | Failure],
    out: Path,
    *,
    audio_root: Path,
    recipe: Recipe,
    aligner: Aligner,
    lexicon: Lexicon,
    jobs: int = 1,
    on_row: Callable[[Row], None] = lambda row: None,
) -> Tally:
    """Align a corpus and write its manifest; every item gets exactly one row.

    Args:
        items: what a layout of :mod:`sal_anchors.corpus` yields.
        out: the manifest folder; replaced if it is a manifest.
        audio_root: the folder that holds all audio.
        recipe: what to find, how to label and weight it, on which grid.
        aligner: the engine.
        lexicon: the user's pronunciations.
        jobs: processes, >= 1.
        on_row: called with each finished row, for progress.

    Returns:
        The counts; ``total`` is the number of items.

    Raises:
        ManifestError: ``out`` holds something that is not a manifest.
        LexiconError: a pronunciation does not fit the engine.
        EngineError: the engine did not return one result an utterance.
    """

    def finished(workdir: Path) -> Iterator[Row]:
        def align(utterances: Iterable[Utterance]) -> Iterator[Alignment | Failure]:
            return aligner.align_corpus(utterances, lexicon, workdir, jobs)

        for result in _account(items, align):
            row = annotate(result, recipe, aligner, audio_root)
            on_row(row)
            yield row

    def header(parts: tuple[Part, ...], tally: Tally) -> Header:
        return Header(
            tool_version=__version__,
            audio_root=Path(os.path.relpath(audio_root.resolve(), out.resolve())).as_posix(),
            grid=recipe.grid.grid(),
            recipe=recipe,
            provenance=aligner.provenance,
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
        )

    with tempfile.TemporaryDirectory(prefix="sal-anchors-") as workdir:
        return write_manifest(out, finished(Path(workdir)), header)


def _account(
    items: Iterable[Utterance | Failure],
    align: Callable[[Iterable[Utterance]], Iterator[Alignment | Failure]],
) -> Iterator[Alignment | Failure]:
    """Results of ``align`` and failures of the corpus, one an item, in the items' order."""
    waiting: deque[Utterance | Failure] = deque()

    def early_failures() -> Iterator[Failure]:
        while waiting and isinstance(waiting[0], Failure):
            yield waiting[0]
            waiting.popleft()

    def alignable() -> Iterator[Utterance]:
        for item in items:
            waiting.append(item)
            if isinstance(item, Utterance):
                yield item

    for result in align(alignable()):
        yield from early_failures()
        expected = waiting.popleft() if waiting else None
        if expected is not result.utterance and expected != result.utterance:
            raise EngineError(
                f"the engine returned {result.utterance.id!r} where {expected!r} was due",
                hint="This is a fault of the engine's adapter; please report it",
            )
        yield result
    yield from early_failures()
    if waiting:
        raise EngineError(
            f"the engine returned nothing for {len(waiting)} utterances, first {waiting[0]}",
            hint="This is a fault of the engine's adapter; please report it",
        )


def annotate(
    result: Alignment | Failure, recipe: Recipe, aligner: Aligner, audio_root: Path
) -> Row:
    """The manifest row of one alignment result: judged, refined, its events found and rendered."""
    utterance = result.utterance
    row = _bare_row(utterance, audio_root)
    try:
        recording = read_recording(
            utterance.audio, recipe.grid.grid(), start=utterance.start, duration=utterance.duration
        )
    except AudioError as error:
        return _explained(row, *_first_cause(result, error))
    row = replace(
        row,
        sample_rate=recording.source_rate,
        num_samples=recording.source_samples,
        content_hash=recording.content_hash,
    )
    if isinstance(result, Failure):
        return _explained(row, result.reason, result.message)
    verdict = judge(result, aligner.capabilities.score_limits)
    if verdict:
        row = _explained(row, *verdict)
    if row.status is Status.FAILED:
        return row
    return _with_targets(row, result, recording, recipe, f"{aligner.provenance.engine}+energy")


def _bare_row(utterance: Utterance, audio_root: Path) -> Row:
    return Row(
        id=utterance.id,
        status=Status.OK,
        audio=utterance.audio.relative_to(audio_root).as_posix(),
        start=utterance.start,
        channel=utterance.channel,
        transcript=utterance.transcript,
        speaker=utterance.speaker,
        split=assign_split(utterance),
    )


def _first_cause(result: Alignment | Failure, error: AudioError) -> tuple[Reason, str]:
    if isinstance(result, Failure):
        return result.reason, result.message
    return error.reason, str(error)


def _explained(row: Row, reason: Reason, message: str) -> Row:
    return replace(row, status=reason.status, reason=reason, message=message)


def _with_targets(
    row: Row, alignment: Alignment, recording: Recording, recipe: Recipe, source: str
) -> Row:
    grid = recipe.grid.grid()
    refined = refine_words(alignment.words, recording.samples, grid)
    events = find_events(
        refined,
        keywords=recipe.keywords,
        max_pause=recipe.max_pause_ms / 1000,
        min_silence=recipe.min_silence_ms / 1000,
        min_speech=recipe.min_speech_ms / 1000,
        source=source,
    )
    num_frames = grid.num_frames(len(recording.samples))
    targets = render(events, recipe, num_frames)
    return replace(
        row,
        score=alignment.score,
        words=tuple(word.interval for word in refined),
        engine_words=alignment.words,
        phones=alignment.phones,
        changes=alignment.changes,
        pronunciations=alignment.pronunciations,
        events=events,
        anchors=targets.anchors,
        num_frames=num_frames,
        labels=targets.labels,
        weights=targets.weights,
    )
