"""Utterances from rows with named columns, whatever file they stand in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry, bad_entry, id_fault
from sal_anchors.corpus.fields import (
    FieldError,
    channel_in,
    label_in,
    seconds_in,
    streams_in,
    text_in,
    window_in,
)
from sal_anchors.corpus.rows import SourceRow
from sal_anchors.errors import CorpusError

HEADERS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "utterance_id", "utt_id"),
    "audio": ("audio", "audio_filepath", "audio_path", "path", "file", "file_name", "filename"),
    "text": ("text", "transcript", "transcription", "sentence"),
    "keyword": ("keyword",),
    "start": ("start", "offset", "start_time"),
    "end": ("end", "end_time"),
    "duration": ("duration",),
    "speaker": ("speaker", "speaker_id", "client_id"),
    "split": ("split", "subset"),
    "channel": ("channel",),
    "language": ("language", "lang", "locale"),
    "streams": ("streams",),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from.

    Attributes:
        file: the table.
        folder: where relative paths start.
        split: of rows that name none.
    """

    file: Path
    folder: Path
    split: str | None = None


def header_of(role: str, headers: Iterable[str], chosen: Mapping[str, str]) -> str | None:
    """The header that holds a role: the one the user chose, else the first known one, whatever
    its case; None if there is none."""
    if role in chosen:
        return chosen[role]
    by_name = {header.strip().lower(): header for header in headers}
    return next((by_name[name] for name in HEADERS[role] if name in by_name), None)


def entries_of(
    rows: Iterable[SourceRow], source: Source, chosen: Mapping[str, str]
) -> Iterator[Entry]:
    """An entry a row.

    Args:
        rows: of one file.
        source: that file.
        chosen: header by role, as the user named them.

    Raises:
        CorpusError: a header the user chose is in no row, or no row names audio.
    """
    kept = [replace(row, values=_scalars(row.values)) for row in rows]
    headers = {name for row in kept for name in row.values}
    if kept and all(row.problem for row in kept):
        yield from (
            bad_entry(Reason.BAD_ROW, row.problem, file=source.file, where=row.where)
            for row in kept
        )
        return
    roles = {role: header_of(role, headers, chosen) for role in HEADERS}
    _check_headers(source.file, headers, roles, chosen)
    names = {role: name for role, name in roles.items() if name is not None}
    uses = Counter(str(row.values.get(names["audio"])) for row in kept)
    for row in kept:
        if row.problem:
            yield bad_entry(Reason.BAD_ROW, row.problem, file=source.file, where=row.where)
            continue
        values = {role: row.values.get(name) for role, name in names.items()}
        try:
            yield _entry(row.where, values, source, uses[str(values["audio"])] > 1)
        except FieldError as error:
            yield bad_entry(Reason.BAD_ROW, str(error), file=source.file, where=row.where)


def _scalars(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a column of ours may hold; aligned words and phones are let go."""
    return {
        name: value
        for name, value in values.items()
        if name.strip().lower() in HEADERS["streams"] or not isinstance(value, list | dict)
    }


def _check_headers(
    file: Path, headers: set[str], roles: Mapping[str, str | None], chosen: Mapping[str, str]
) -> None:
    listed = ", ".join(sorted(headers)[:20]) or "none"
    for role, name in chosen.items():
        if name not in headers:
            raise CorpusError(
                f"no column {name!r} for {role}; it has {listed}",
                where=file,
                hint=f"Name one of them: {role}=HEADER",
            )
    if roles["audio"] is None:
        raise CorpusError(
            f"no column that names audio files (such as 'audio' or 'path'); it has {listed}",
            where=file,
            hint="Name the column: audio=HEADER",
        )


def _entry(where: str, values: Mapping[str, Any], source: Source, shared: bool) -> Entry:
    written = label_in("audio", values["audio"])
    if written is None:
        raise FieldError("no audio file is named")
    if "://" in written or written.endswith("|"):
        message = f"{source.file.parent / where}: {written[:80]!r} is no file; save it as one"
        return Entry(
            id=where,
            audio=source.file,
            where=where,
            problem=(Reason.UNSUPPORTED_SOURCE, message),
        )
    given = seconds_in("start", values.get("start"))
    end = seconds_in("end", values.get("end"))
    start, duration = window_in(given, end, seconds_in("duration", values.get("duration")))
    channel = channel_in("channel", values.get("channel"))
    transcript = text_in("text", values.get("text"))
    if transcript is None:
        transcript = text_in("keyword", values.get("keyword"))
    id_ = label_in("id", values.get("id"))
    if id_ is None:
        id_ = _id_from(written, source.folder)
        if shared:
            id_ += f"-{round(start * 1000):08d}" + ("" if channel is None else f"-{channel}")
        id_ = where if id_fault(id_) else id_
    return Entry(
        id=id_,
        audio=source.folder / written,
        where=where,
        absolute=Path(written).is_absolute(),
        start=start,
        duration=duration,
        channel=channel,
        transcript=transcript,
        speaker=label_in("speaker", values.get("speaker")),
        split=label_in("split", values.get("split")) or source.split,
        language=label_in("language", values.get("language")),
        streams=tuple(
            replace(stream, path=str(source.folder / stream.path))
            for stream in streams_in("streams", values.get("streams"))
        ),
    )


def _id_from(written: str, folder: Path) -> str:
    """The path without its suffix: below the folder it starts at, else below the root."""
    path = PurePosixPath(written.replace("\\", "/"))
    if path.is_absolute():
        start = PurePosixPath(folder.absolute().as_posix())
        path = path.relative_to(start if path.is_relative_to(start) else path.anchor)
    return path.with_suffix("").as_posix() if path.name else written
