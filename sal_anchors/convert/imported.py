"""Annotations made elsewhere as rows: matched to their audio, checked, and rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sal_anchors.accounting import Failure, Reason, Status
from sal_anchors.align.alignment import Interval, Provenance
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.recipe_file import recipe_of
from sal_anchors.audio import AudioError, content_hash, probe_recording
from sal_anchors.convert.annotated import Annotated, Annotations
from sal_anchors.convert.context import read_context
from sal_anchors.convert.format import Account, Context, ConvertError, ConvertOptions, Source
from sal_anchors.convert.marks import WITHOUT_LABEL, event_of
from sal_anchors.convert.match import match
from sal_anchors.convert.names import key_of
from sal_anchors.convert.recordings import manifest_at, utterances_of
from sal_anchors.convert.rendered import rendered
from sal_anchors.corpus.entry import id_fault
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.find import find_events
from sal_anchors.manifest.row import Row
from sal_anchors.streams import StreamError, hashed_stream
from sal_anchors.timebase import FrameGrid

END_TOLERANCE = 0.05
_MOST_CLASSES = 1_000
_TRANSCRIPT_REASONS = frozenset(
    {Reason.MISSING_TRANSCRIPT, Reason.EMPTY_TRANSCRIPT, Reason.UNREADABLE_TRANSCRIPT}
)


def annotated_rows(
    annotations: Annotations, path: Path, options: ConvertOptions, account: Account
) -> Source:
    """A row a recording of the audio folder, and one an annotation that fits none.

    Raises:
        ConvertError: it is not known where the audio is, or which events the words hold.
    """
    known = read_context(path, audio=options.audio)
    audio = options.audio or (known.audio_root if known else None)
    if audio is None:
        raise ConvertError(
            "annotations alone: where is the audio?",
            where=path,
            hint="Name the folder that holds it: --audio FOLDER",
        )
    manifest = manifest_at(audio)
    recipe = options.recipe or (known or manifest or options).recipe
    if recipe is None:
        recipe = recipe_for(annotations, path)
    items, root = utterances_of(audio, options.layout)
    source = f"import:{account.source}"
    context = Context(recipe, root, Provenance("import", "1", path.name))
    return Source(_rows(annotations, items, context, source, unmarked=options.unmarked), context)


def recipe_for(annotations: Annotations, path: Path) -> Recipe:
    """A recipe that gives each kind and label of event among the annotations a rule.

    Raises:
        ConvertError: there are none, or more than a thousand.
    """
    grid = Recipe().grid.grid()
    found: set[tuple[EventKind, str]] = set()
    for load in annotations.values():
        events = (event_of(mark, grid, "") for mark in load().events or ())
        found |= {(event.kind, event.label) for event in events}
        if len(found) > _MOST_CLASSES:
            raise ConvertError(
                f"more than {_MOST_CLASSES} different labels: are these keywords?",
                where=path,
                hint="Say which events are classes: --recipe FILE",
            )
    if not found:
        raise ConvertError(
            "no event in it, so there is nothing to make a recipe from",
            where=path,
            hint="Name the kind of its marks with --kind or --tier, or give --recipe FILE",
        )
    rules = {_rule_key(kind, label): _rule(kind, label) for kind, label in sorted(found)}
    return recipe_of({"events": list(rules.values())})


def _rule_key(kind: EventKind, label: str) -> tuple[EventKind, str]:
    return (kind, "" if kind in WITHOUT_LABEL else label)


def _rule(kind: EventKind, label: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"kind": kind.value, "kernel": {}}
    if kind in (EventKind.KEYWORD_START, EventKind.KEYWORD_END):
        return {**rule, "pattern": label, "class": label}
    if kind is EventKind.PARTIAL_KEYWORD:
        return {**rule, "pattern": label}
    if kind is EventKind.SPEECH_ONSET:
        return {**rule, "class": "speech", "labels": {"policy": "span"}}
    if kind in WITHOUT_LABEL:
        return {**rule, "class": kind.value}
    return {**rule, "label": label, "class": label}


def _rows(
    annotations: Annotations,
    items: list[Utterance | Failure],
    context: Context,
    source: str,
    *,
    unmarked: bool,
) -> Iterator[Row]:
    ids = [i.id if isinstance(i, Utterance) else i.utterance.id for i in items]
    matches = match(annotations, ids)
    for item, id_ in zip(items, ids, strict=True):
        found = matches.of.get(id_, [])
        if isinstance(item, Failure) and item.reason not in _TRANSCRIPT_REASONS:
            row = Row.of_utterance(item.utterance, context.audio_root)
            yield row.explained(item.reason, item.message)
            continue
        utterance = item if isinstance(item, Utterance) else item.utterance
        row = Row.of_utterance(utterance, context.audio_root)
        if len(found) > 1:
            problem = f"{utterance.audio}: {len(found)} annotations fit it: {', '.join(found[:3])}"
            yield row.explained(Reason.BAD_IMPORT, f"{problem}; keep one of them")
        elif not found and not unmarked:
            problem = (
                f"{utterance.audio}: there is no annotation for it; give one, which may be empty, "
                "or say with --unmarked that recordings without one hold no event"
            )
            yield row.explained(Reason.NO_IMPORT, problem)
        else:
            annotated = annotations[found[0]]() if found else Annotated("", ())
            yield annotated_row(utterance, annotated, context, source)
    for id_, why in matches.unused.items():
        yield _without_audio(id_, annotations[id_]().where, why)


def _without_audio(id_: str, where: str, why: str) -> Row:
    safe = id_ if not id_fault(id_) else f"unnamed-{key_of(id_)}"[:200]
    row = Row(id=safe, status=Status.SKIPPED, audio=safe, split="train")
    message = f"{where}: {why}, so {id_[:200]!r} is left out; correct the name, or name --audio"
    return row.explained(Reason.MISSING_AUDIO, message)


def annotated_row(utterance: Utterance, annotated: Annotated, context: Context, source: str) -> Row:
    """The row of an utterance with what a file says of it, checked against its audio.

    No audio is decoded. Times up to 50 ms behind the recording's end are taken as its end.
    """
    row = Row.of_utterance(utterance, context.audio_root)
    try:
        info = probe_recording(utterance.audio)
        hashed = content_hash(utterance.audio)
    except AudioError as error:
        return row.explained(error.reason, str(error))
    left = info.num_samples - round(utterance.start * info.sample_rate)
    wanted = left if utterance.duration is None else round(utterance.duration * info.sample_rate)
    if min(left, wanted) <= 0 or wanted > left + END_TOLERANCE * info.sample_rate:
        problem = f"{utterance.audio}: the stretch is not inside its {info.seconds:.3f} s"
        reason = Reason.SEGMENT_OUTSIDE if info.num_samples else Reason.EMPTY_AUDIO
        return row.explained(reason, problem)
    row = replace(
        row,
        sample_rate=info.sample_rate,
        num_samples=min(left, wanted),
        content_hash=hashed,
    )
    try:
        root = context.audio_root
        row = replace(row, streams=tuple(hashed_stream(root / s.path, s) for s in row.streams))
    except StreamError as error:
        return row.explained(error.reason, str(error))
    fault = annotated.fault or _fault(annotated, row.duration)
    if fault:
        where = f"{annotated.where}: " if annotated.where not in fault else ""
        return row.explained(Reason.BAD_IMPORT, f"{where}{fault}")
    recipe = context.recipe
    return rendered(_with_events(row, annotated, recipe, source), recipe)


def _with_events(row: Row, annotated: Annotated, recipe: Recipe, source: str) -> Row:
    grid = recipe.grid.grid()
    words = _inside(annotated.words, grid, row.duration)
    phones = _inside(annotated.phones, grid, row.duration)
    if annotated.events is None:
        events = find_events(words, phones, recipe.queries, source=source, longest=recipe.longest)
    else:
        given = (event_of(mark, grid, source) for mark in annotated.events)
        cut = {_cut(event, grid, row.duration) for event in given}
        events = tuple(sorted(cut, key=lambda event: (event.time, event.kind, event.label)))
    return replace(row, words=words, engine_words=words, phones=phones, events=events)


def _inside(
    intervals: tuple[Interval, ...], grid: FrameGrid, seconds: float
) -> tuple[Interval, ...]:
    return tuple(
        replace(i, start=grid.snap(i.start), end=grid.snap(min(i.end, seconds))) for i in intervals
    )


def _cut(event: Event, grid: FrameGrid, seconds: float) -> Event:
    end = grid.snap(seconds)
    return replace(
        event, time=min(event.time, end), start=min(event.start, end), end=min(event.end, end)
    )


def _fault(annotated: Annotated, seconds: float) -> str:
    """What is impossible about these times; empty if nothing is."""
    labelled: Iterable[Any] = (*(annotated.events or ()), *annotated.words, *annotated.phones)
    for mark in labelled:
        span = f"{mark.label!r} from {mark.start:g} to {mark.end:g} s"
        if not 0 <= mark.start <= mark.end:
            return f"{span}: times must be at least 0, and the end not before the start"
        if mark.end > seconds + END_TOLERANCE:
            return f"{span} ends after the recording's {seconds:.3f} s; is it of this recording?"
    for intervals in (annotated.words, annotated.phones):
        last = 0.0
        for interval in intervals:
            if interval.start < last or interval.end <= interval.start:
                return f"{interval.label!r} at {interval.start:g} s overlaps, or has no length"
            last = interval.end
    return ""


def by_id(annotations: Mapping[str, Annotated]) -> Annotations:
    """Annotations that are in memory already."""
    return {id_: (lambda found=found: found) for id_, found in annotations.items()}  # type: ignore[misc]
