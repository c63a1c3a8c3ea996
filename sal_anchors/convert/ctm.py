"""CTM: a line a word, ``ID CHANNEL START DURATION WORD [CONFIDENCE]``, in one file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from sal_anchors.align.alignment import Interval
from sal_anchors.convert.annotated import Annotated
from sal_anchors.convert.format import (
    Account,
    Context,
    ConvertError,
    ConvertOptions,
    Format,
    Source,
)
from sal_anchors.convert.imported import annotated_rows, by_id
from sal_anchors.convert.lines import text_lines, write_lines
from sal_anchors.convert.textgrid import SILENCES
from sal_anchors.manifest.row import Row

_FIELDS = (5, 6)
_DECIMALS = 9


def _write(rows: Iterable[Row], path: Path, context: Context, account: Account) -> None:
    write_lines(path, _lines(rows, account), like=account.out)


def _lines(rows: Iterable[Row], account: Account) -> Iterator[str]:
    for row in rows:
        if why := _unfit(row):
            account.leave_out(why)
            continue
        channel = 1 if row.channel is None else row.channel + 1
        for word in row.words:
            line = f"{row.id} {channel} {word.start:.7f} {word.end - word.start:.7f} {word.label}"
            sure = "" if word.confidence is None else f" {word.confidence!r}"
            yield f"{line}{sure}\n"


def _unfit(row: Row) -> str:
    """Why CTM cannot hold a row; empty if it can."""
    if not row.words:
        return f"{row.status}, without words"
    if row.id.split() != [row.id] or row.id.startswith(";;"):
        return "an id with white space"
    if any(word.label.split() != [word.label] for word in row.words):
        return "a word with white space"
    return ""


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    words: defaultdict[str, list[Interval]] = defaultdict(list)
    for where, line in text_lines(path):
        parts = line.split()
        if line.startswith(";;"):
            continue
        if len(parts) not in _FIELDS:
            raise ConvertError(
                f"{len(parts)} fields, expected: id channel start duration word [confidence]",
                where=where,
            )
        found = words[parts[0]]
        if parts[4].lower() not in SILENCES:
            found.append(_word(parts, where))
    annotated = {
        id_: Annotated(f"{path}, id {id_}", None, tuple(sorted(found, key=lambda w: w.start)))
        for id_, found in words.items()
    }
    return annotated_rows(by_id(annotated), path, options, account)


def _word(parts: list[str], where: str) -> Interval:
    try:
        start, seconds = float(parts[2]), float(parts[3])
        sure = float(parts[5]) if len(parts) > 5 else None
    except ValueError:
        raise ConvertError(
            "a start, duration or confidence that is not a number", where=where
        ) from None
    if sure is not None and not 0 <= sure <= 1:
        raise ConvertError(f"the confidence {sure:g} is not in 0 to 1", where=where)
    return Interval(parts[4], start, round(start + seconds, _DECIMALS), confidence=sure)


FORMAT = Format(
    name="ctm",
    about="a line a word, in one file; no events",
    holds={"id": "", "channel": "", "words": "scores, uncertainties"},
    write=_write,
    read=_read,
)
