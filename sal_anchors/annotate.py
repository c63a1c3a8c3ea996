"""From a corpus to a manifest: each stage of the way in its order."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from sal_anchors import __version__
from sal_anchors.accounting import Failure, Reason, Status, Tally
from sal_anchors.align import Aligner, Alignment, Lexicon
from sal_anchors.align.aligner import Scope
from sal_anchors.align.cache import ResultStore
from sal_anchors.align.items import AlignedItems
from sal_anchors.align.quality import assess
from sal_anchors.align.quality.calibration import calibration_of
from sal_anchors.align.resume import ResumingAligner
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import render
from sal_anchors.audio import AudioError, Recording
from sal_anchors.corpus import Utterance
from sal_anchors.corpus.shard import Shard
from sal_anchors.errors import EngineError, TooManyFailuresError
from sal_anchors.events.edges import refine_words
from sal_anchors.events.query import require_phones, require_words
from sal_anchors.lazy_audio import OpenRecording, open_recording
from sal_anchors.manifest import Header, Manifest, Row
from sal_anchors.manifest.header import counts_of
from sal_anchors.manifest.write import LOGS, RESULTS, StagedManifest
from sal_anchors.rerender import event_source, render_staged
from sal_anchors.streams import StreamError, hashed_stream


def build_manifest(
    items: Iterable[Utterance | Failure],
    out: Path,
    *,
    audio_root: Path,
    recipe: Recipe,
    aligner: Aligner,
    lexicon: Lexicon,
    jobs: int = 1,
    layout: str = "",
    resume: bool = True,
    retry_failed: bool = False,
    max_failures: int | None = None,
    shard: Shard | None = None,
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
        layout: of the corpus, for the report.
        resume: keep each alignment in ``out/.results`` as it is made, and use those kept there
            by earlier runs; what this run does not use is dropped at its end.
        retry_failed: align again what failed in an earlier run.
        max_failures: stop once more utterances than this have failed; None for no limit.
        shard: align only this share of the items; see :mod:`sal_anchors.manifest.merge`.
        on_row: called with each finished row, for progress.

    Returns:
        The counts; ``total`` is the number of items, or of the shard's.

    Raises:
        RecipeError: it asks for events of phones or words, and the engine gives none.
        ManifestError: ``out`` holds something that is not a manifest, or is being written to.
        LexiconError: a pronunciation does not fit the engine.
        EngineError: the engine did not return one result an utterance.
        TooManyFailuresError: more than ``max_failures`` failed; the manifest is as it was before
            the run, and its alignments are kept.
    """
    if not aligner.capabilities.phones:
        require_phones(recipe.queries, aligner.provenance.engine)
    if not aligner.capabilities.needs_transcript:
        require_words(recipe.queries, aligner.provenance.engine)
    first_recipe = recipe.unnormalised() if recipe.lacks_mean else recipe
    if shard is not None:
        _require_shardable(aligner, recipe)
        items = shard.take(items, by_speaker=aligner.capabilities.scope is Scope.SPEAKER)
    remembered = resume and aligner.capabilities.scope is not Scope.FILES
    with (
        tempfile.TemporaryDirectory(prefix="sal-anchors-") as workdir,
        StagedManifest(out) as staged,
        _kept_logs(Path(workdir), out / LOGS),
        ResultStore(out / RESULTS) if remembered else nullcontext() as store,
    ):
        engine = ResumingAligner(aligner, store, retry_failed=retry_failed)
        results = AlignedItems(items, engine, lexicon, Path(workdir), jobs)

        def rows() -> Generator[Row]:
            failures: Counter[Reason] = Counter()
            for done, result in enumerate(results, start=1):
                row = annotate(result, first_recipe, engine, audio_root)
                on_row(row)
                yield row
                if row.reason and row.status is Status.FAILED:
                    failures[row.reason] += 1
                    _require_few(failures, done, max_failures)

        with closing(rows()) as finished:
            parts, tally = staged.write(finished)
        tally.require(results.entered)
        tally.resumed = engine.resumed
        header = Header(
            tool_version=__version__,
            audio_root=Path(os.path.relpath(audio_root.resolve(), out.resolve())).as_posix(),
            grid=recipe.grid.grid(),
            recipe=first_recipe,
            provenance=engine.provenance,
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
            shard=str(shard or ""),
        )
        if recipe.lacks_mean:
            plain = Manifest.open(staged.stage(header, tally))
            header, tally = render_staged(staged, plain, recipe, redraw="none")
            tally.resumed = engine.resumed
        staged.commit(header, tally, layout=layout)
        engine.forget_unused()
    return tally


def _require_shardable(aligner: Aligner, recipe: Recipe) -> None:
    """Refuse what one run over all of the corpus alone can do."""
    if aligner.capabilities.scope is Scope.CORPUS:
        raise EngineError(
            f"{aligner.provenance.engine} learns from all of the corpus, and a shard is not all",
            hint="Align the corpus whole, without --shard, or with a trained model",
        )
    if recipe.lacks_mean:
        raise EngineError(
            "the recipe divides weights by their mean over the corpus, and a shard is not all",
            hint="Align the shards with another normalisation, merge them, then render anew",
        )


@contextmanager
def _kept_logs(workdir: Path, logs: Path) -> Generator[None]:
    """Keep what external engines printed, ``NAME-*.log`` in the working folder, as ``NAME.log``;
    an error that points there points to what is kept."""
    try:
        yield
    except EngineError as error:
        if error.where is None or workdir.resolve() not in Path(error.where).parents:
            raise
        kept = logs / _log_name(Path(error.where))
        raise EngineError(error.problem, where=kept, hint=error.hint) from error
    finally:
        for log in sorted(workdir.rglob("*.log")):
            logs.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(log, logs / _log_name(log))


def _log_name(log: Path) -> str:
    return f"{log.stem.split('-')[0]}.log"


def _require_few(failures: Counter[Reason], done: int, limit: int | None) -> None:
    if limit is not None and failures.total() > limit:
        reasons = ", ".join(f"{reason} {count}" for reason, count in failures.most_common())
        raise TooManyFailuresError(
            f"{failures.total()} of the first {done} utterances failed ({reasons}), "
            f"at most {limit} may",
            hint="The manifest is as it was; what was aligned is kept for the next run",
        )


def annotate(
    result: Alignment | Failure, recipe: Recipe, aligner: Aligner, audio_root: Path
) -> Row:
    """The manifest row of one alignment result: judged, refined, its events found and rendered."""
    utterance = result.utterance
    row = Row.of_utterance(utterance, audio_root)
    try:
        recording = open_recording(
            utterance.audio,
            recipe.grid.grid(),
            start=utterance.start,
            duration=utterance.duration,
            channel=utterance.channel,
        )
    except AudioError as error:
        return row.explained(*_first_cause(result, error))
    row = replace(
        row,
        sample_rate=recording.source_rate,
        num_samples=recording.source_samples,
        content_hash=recording.content_hash,
    )
    if isinstance(result, Failure):
        return row.explained(result.reason, result.message)
    try:
        row = replace(
            row, streams=tuple(hashed_stream(audio_root / s.path, s) for s in row.streams)
        )
        return _with_targets(row, result, recording, recipe, aligner)
    except (AudioError, StreamError) as error:
        return row.explained(error.reason, str(error))


def _first_cause(result: Alignment | Failure, error: AudioError) -> tuple[Reason, str]:
    if isinstance(result, Failure):
        return result.reason, result.message
    return error.reason, str(error)


def _with_targets(
    row: Row,
    alignment: Alignment,
    recording: Recording | OpenRecording,
    recipe: Recipe,
    aligner: Aligner,
) -> Row:
    grid, engine = recipe.grid.grid(), aligner.provenance.engine
    refined = refine_words(
        alignment.words,
        alignment.phones,
        recording.samples,
        grid,
        known=aligner.capabilities.known_edges,
    )
    judged = assess(
        alignment,
        refined,
        recording.samples,
        grid,
        limits=aligner.capabilities.score_limits,
        calibration=calibration_of(engine),
        has_words=aligner.capabilities.needs_transcript and bool(alignment.words),
    )
    if judged.verdict:
        row = row.explained(*judged.verdict)
    if row.status is Status.FAILED:
        return row
    events = recipe.find(
        judged.words,
        alignment.phones,
        engine_words=alignment.words,
        source=event_source(engine),
    )
    num_frames = grid.num_frames(len(recording.samples))
    targets = render(events, recipe, num_frames)
    return replace(
        row,
        score=alignment.score,
        words=judged.words,
        engine_words=alignment.words,
        phones=alignment.phones,
        changes=alignment.changes,
        pronunciations=alignment.pronunciations,
        findings=judged.findings,
        events=events,
        anchors=targets.anchors,
        num_frames=num_frames,
        labels=targets.labels,
        weights=targets.weights,
    )
