"""lhotse cuts: JSON lines of a cut a row, its words and phones as alignments.

``custom`` holds ``events``, ``anchors``, ``labels``, ``weights``, ``frame_shift`` in seconds,
and under ``sal_anchors`` all columns of the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sal_anchors.align.alignment import Interval
from sal_anchors.audio import AudioError, AudioInfo, probe_recording
from sal_anchors.convert.annotated import Annotated
from sal_anchors.convert.context import read_context
from sal_anchors.convert.format import (
    Account,
    Context,
    ConvertError,
    ConvertOptions,
    Format,
    Source,
    require_extra,
)
from sal_anchors.convert.imported import END_TOLERANCE, annotated_row
from sal_anchors.convert.lines import json_objects, write_lines
from sal_anchors.convert.nemo import KEY
from sal_anchors.convert.rendered import CONVERTED, stored_rows
from sal_anchors.convert.values import frames_as_lists, from_values, json_line, to_values
from sal_anchors.corpus.entry import id_fault
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA

_DECIMALS = 9


def _write(rows: Iterable[Row], path: Path, context: Context, account: Account) -> None:
    require_extra("lhotse", "lhotse")
    write_lines(path, _lines(rows, context, account), like=account.out)


def _lines(rows: Iterable[Row], context: Context, account: Account) -> Iterator[str]:
    for row, values in to_values(rows):
        if not row.duration:
            account.leave_out(f"{row.status}, its audio could not be read")
            continue
        audio = (context.audio_root / row.audio).absolute()
        try:
            info = probe_recording(audio)
        except AudioError as error:
            account.leave_out(f"its audio cannot be read ({error.reason})")
            continue
        frames = frames_as_lists(row)
        custom = {
            "events": values["events"],
            "anchors": values["anchors"],
            **frames,
            "frame_shift": context.recipe.grid.grid().hop_seconds,
            KEY: values,
        }
        yield json_line(_cut(row, audio, info, custom))


def _cut(row: Row, audio: Path, info: AudioInfo, custom: dict[str, Any]) -> dict[str, Any]:
    """A cut of the row; of all channels if it is the mean of several."""
    from lhotse import AudioSource, MonoCut, MultiCut, Recording, SupervisionSegment
    from lhotse.supervision import AlignmentItem

    def items(intervals: Iterable[Interval]) -> list[AlignmentItem]:
        """Times of alignments are from the recording's start, those of all else from the cut's."""
        return [
            AlignmentItem(i.label, row.start + i.start, i.end - i.start, i.score) for i in intervals
        ]

    channels = list(range(info.channels))
    mono = row.channel is not None or info.channels == 1
    channel: Any = (row.channel or 0) if mono else channels
    recording = Recording(
        id=row.audio,
        sources=[AudioSource(type="file", channels=channels, source=str(audio))],
        sampling_rate=info.sample_rate,
        num_samples=info.num_samples,
        duration=info.num_samples / info.sample_rate,
    )
    supervision = SupervisionSegment(
        id=row.id,
        recording_id=recording.id,
        start=0.0,
        duration=row.duration,
        channel=channel,
        text=row.transcript,
        speaker=row.speaker,
        alignment={"word": items(row.words), "phone": items(row.phones)},
    )
    make = MonoCut if mono else MultiCut
    cut = make(
        id=row.id,
        start=row.start,
        duration=row.duration,
        channel=channel,
        recording=recording,
        supervisions=[supervision],
        custom=custom,
    )
    values: dict[str, Any] = cut.to_dict()
    return values


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    first = next(json_objects(path), None)
    if first is None or _stored(first[1]) is not None:
        return stored_rows(_rows(path), path, options)
    context = _foreign_context(path, options)
    source = f"import:{account.source}"
    return Source(_aligned(path, context, source, account), context)


def _stored(cut: Mapping[str, Any]) -> Mapping[str, Any] | None:
    custom = cut.get("custom")
    stored = custom.get(KEY) if isinstance(custom, dict) else None
    return stored if isinstance(stored, dict) else None


def _rows(path: Path) -> Iterator[Row]:
    for where, cut in json_objects(path):
        stored = _stored(cut)
        if stored is None:
            raise ConvertError(
                f"no {KEY!r} in custom, which the cuts before it have",
                where=where,
                hint="Convert cuts of other tools by themselves",
            )
        custom = cut["custom"]
        frames = {name: custom.get(name) for name in ("labels", "weights")}
        yield from_values({**stored, **frames}, where=where)


def _foreign_context(path: Path, options: ConvertOptions) -> Context:
    known = read_context(path, audio=options.audio)
    audio = options.audio or (known.audio_root if known else None)
    if audio is None or options.recipe is None:
        raise ConvertError(
            "cuts of another tool: which events are wanted, and where is the audio?",
            where=path,
            hint="Give --recipe FILE or -k KEYWORD, and --audio FOLDER, which holds all audio",
        )
    return Context(options.recipe, audio, CONVERTED)


def _aligned(path: Path, context: Context, source: str, account: Account) -> Iterator[Row]:
    """Rows of cuts that other tools wrote: words and phones of their alignments."""
    for where, cut in json_objects(path):
        try:
            utterance = _utterance(cut, context.audio_root)
            words, phones = (_alignment(cut, name, account) for name in ("word", "phone"))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise ConvertError(
                f"not a cut of one recording in a file ({error})",
                where=where,
                hint="Save the cuts by lhotse as JSON lines, their audio as files in --audio",
            ) from None
        fault = "" if words else f"{where}: its supervisions have no alignment of words"
        yield annotated_row(
            utterance, Annotated(where, None, words, phones, fault), context, source
        )


def _utterance(cut: Mapping[str, Any], root: Path) -> Utterance:
    (source,) = cut["recording"]["sources"]
    supervisions = cut.get("supervisions") or []
    given = Path(source["source"])
    audio = (given if given.is_absolute() else root / given).absolute()
    below = audio.resolve().relative_to(root.resolve())
    if source.get("type") != "file" or (fault := id_fault(str(cut["id"]))):
        raise ValueError(fault if source.get("type") == "file" else f"type {source.get('type')}")
    channel = cut.get("channel")
    return Utterance(
        id=str(cut["id"]),
        audio=root / below,
        start=float(cut["start"]),
        duration=float(cut["duration"]),
        channel=channel if isinstance(channel, int) and len(source["channels"]) > 1 else None,
        transcript=" ".join(str(s["text"]) for s in supervisions if s.get("text")) or None,
        speaker=next((s["speaker"] for s in supervisions if s.get("speaker")), None),
    )


def _alignment(cut: Mapping[str, Any], name: str, account: Account) -> tuple[Interval, ...]:
    """The items that lie wholly in the cut, their times from its start."""
    first, seconds = float(cut["start"]), float(cut["duration"])
    items = [
        Interval(
            str(symbol),
            round(float(start) - first, _DECIMALS),
            round(float(start) - first + float(length), _DECIMALS),
        )
        for supervision in cut.get("supervisions") or []
        for symbol, start, length, *_ in (supervision.get("alignment") or {}).get(name, [])
        if symbol
    ]
    inside = [i for i in items if i.start >= 0 and i.end <= seconds + END_TOLERANCE]
    if len(inside) < len(items):
        account.note(f"A {name} that a cut's start or end divides is left out of its row")
    return tuple(sorted(inside, key=lambda item: item.start))


FORMAT = Format(
    name="lhotse",
    about="lhotse CutSet, words and phones as alignments, the rest in custom fields",
    extra="lhotse",
    holds=dict.fromkeys(SCHEMA.names, ""),
    write=_write,
    read=_read,
)
