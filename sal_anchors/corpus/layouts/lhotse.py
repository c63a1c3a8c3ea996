"""lhotse: pairs of recordings and supervisions in JSON lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry, bad_entry
from sal_anchors.corpus.fields import FieldError, channel_in, label_in, seconds_in, text_in
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.rows import SourceRow, json_rows, text_fault
from sal_anchors.corpus.split import split_within
from sal_anchors.corpus.tree import Tree
from sal_anchors.errors import CorpusError

_SUFFIXES = (".jsonl", ".jsonl.gz")
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ROUNDING = 1e-3


def _pairs(tree: Tree) -> list[tuple[str, str]]:
    names = tree.top(*_SUFFIXES)
    pairs = ((name, name.replace("recordings", "supervisions")) for name in names)
    return [(one, other) for one, other in pairs if one != other and other in names]


def _matches(tree: Tree) -> bool:
    return bool(_pairs(tree))


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    pairs = _pairs(tree)
    if not pairs:
        raise CorpusError(
            "no pair of files such as recordings.jsonl.gz and supervisions.jsonl.gz",
            where=tree.root,
            hint="Write both as JSON lines into one folder",
        )
    for recordings, supervisions in pairs:
        yield from _pair(tree.path(recordings), tree.path(supervisions), options)


def _pair(recordings: Path, supervisions: Path, options: CorpusOptions) -> Iterator[Entry]:
    known: dict[str, SourceRow] = {}
    spoken: set[str] = set()
    for row in json_rows(recordings):
        name = row.values.get("id")
        if row.problem or not isinstance(name, str):
            message = row.problem or "a recording without an id"
            yield bad_entry(Reason.BAD_ROW, message, file=recordings, where=row.where)
        elif name in known:
            message = f"the recording {name!r} was given before, in {known[name].where}"
            yield bad_entry(Reason.DUPLICATE_ID, message, file=recordings, where=row.where)
        else:
            known[name] = row
    split = split_within(supervisions.name.partition(".")[0])
    for row in json_rows(supervisions):
        recording = known.get(str(row.values.get("recording_id")))
        spoken.add(str(row.values.get("recording_id")))
        yield _supervision(row, recording, supervisions, options, split)
    for name in known.keys() - spoken:
        untold = SourceRow(known[name].where, {"id": name, "recording_id": name})
        yield _supervision(untold, known[name], recordings, options, split)


def _supervision(
    row: SourceRow,
    recording: SourceRow | None,
    file: Path,
    options: CorpusOptions,
    split: str | None,
) -> Entry:
    values = row.values
    try:
        if row.problem:
            raise FieldError(row.problem)
        id_ = label_in("id", values.get("id"))
        if id_ is None:
            raise FieldError("a supervision without an id")
        if recording is None:
            message = f"no recording {values.get('recording_id')!r} in the other file"
            return bad_entry(Reason.MISSING_AUDIO, message, file=file, where=row.where, id_=id_)
        channel = _channel(values.get("channel"))
        source = _source(recording.values, channel)
        if isinstance(source, str):
            return bad_entry(Reason.UNSUPPORTED_SOURCE, source, file=file, where=row.where, id_=id_)
        start, duration = _window(values, recording.values)
        return Entry(
            id=id_,
            audio=(options.audio_root or file.parent) / source[0],
            where=row.where,
            absolute=Path(source[0]).is_absolute(),
            start=start,
            duration=duration,
            channel=source[1],
            transcript=text_in("text", values.get("text")),
            speaker=label_in("speaker", values.get("speaker")),
            split=split,
            language=_language(values.get("language")),
        )
    except FieldError as error:
        return bad_entry(Reason.BAD_ROW, str(error), file=file, where=row.where)


def _channel(value: Any) -> int | None:
    """One channel, as a number or a list of one; several are taken as their mean."""
    if isinstance(value, list):
        return channel_in("channel", value[0]) if len(value) == 1 else None
    return channel_in("channel", value)


def _source(recording: Mapping[str, Any], channel: int | None) -> tuple[str, int | None] | str:
    """Path and the channel's index in it, or why there is none."""
    sources = recording.get("sources")
    if recording.get("transforms"):
        return "its recording is transformed when it is read; save the result as files"
    if not isinstance(sources, list) or not all(isinstance(source, dict) for source in sources):
        return "its recording has no list of sources"
    holding = [s for s in sources if channel is None or channel in (s.get("channels") or [])]
    if len(holding) != 1:
        return f"{len(holding)} of its recording's sources hold channel {channel}, one is needed"
    (source,) = holding
    path = source.get("source")
    if source.get("type") != "file" or not isinstance(path, str) or text_fault(path):
        return f"its recording is not a plain file (type {source.get('type')!r}); save it as one"
    channels = source.get("channels") or []
    one_of_many = channel is not None and len(channels) > 1
    return path, channels.index(channel) if one_of_many else None


def _window(values: Mapping[str, Any], recording: Mapping[str, Any]) -> tuple[float, float | None]:
    start = seconds_in("start", values.get("start")) or 0.0
    duration = seconds_in("duration", values.get("duration"))
    if duration == 0:
        raise FieldError("duration is 0")
    whole = seconds_in("the recording's duration", recording.get("duration"))
    if not start and duration and whole and abs(duration - whole) < _ROUNDING:
        return 0.0, None
    return start, duration


def _language(value: Any) -> str | None:
    """A BCP 47 tag; names of languages are left to the user."""
    return value if isinstance(value, str) and _LANGUAGE_TAG.fullmatch(value) else None


LAYOUT = Layout(
    "lhotse",
    "a pair such as recordings.jsonl.gz and supervisions.jsonl.gz",
    _matches,
    _entries,
)
