"""Alignments in files: TextGrid, CTM, or word times in JSONL, found by utterance id."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from sal_anchors.align.alignment import Interval
from sal_anchors.errors import EngineError
from sal_anchors.textgrid import TextGridError, read_textgrid

Format = Literal["textgrid", "ctm", "jsonl"]

_SUFFIXES: dict[Format, str] = {"textgrid": ".TextGrid", "ctm": ".ctm", "jsonl": ".jsonl"}
_SILENCES = frozenset({"", "sil", "sp", "<eps>", "<sil>", "[sil]"})


@dataclass(frozen=True, slots=True)
class Entry:
    """The alignment that a file gives for an id.

    Attributes:
        words: seconds from the utterance's start, silences left out.
        phones: likewise.
        where: file, and line where there is one, for messages.
        fault: why it cannot be used; empty if it can.
    """

    words: tuple[Interval, ...]
    phones: tuple[Interval, ...] = ()
    where: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How existing alignments are found and read.

    Attributes:
        source: a file, or a folder searched at any depth.
        format: ``textgrid``: a file an utterance, ``ID.TextGrid``. ``ctm``: lines ``id channel
            start duration word [confidence]``; a word's score is ln(confidence). ``jsonl``: lines
            ``{"id": ..., "words": [[start, end, word], ...], "phones": [...]}``. All times are in
            seconds from the utterance's start.
        words_tier: name of a TextGrid's word tier.
        phones_tier: name of its phone tier, which may be absent.
    """

    source: Path
    format: Format = "textgrid"
    words_tier: str = "words"
    phones_tier: str = "phones"

    def __post_init__(self) -> None:
        if self.format not in get_args(Format):
            known = ", ".join(get_args(Format))
            raise EngineError(f"import: unknown format {self.format!r}, expected one of {known}")


class Index:
    """Entries by id; TextGrids are read when asked for.

    Raises:
        EngineError: the source is absent, holds no file of this format, or a line of a CTM or
            JSONL file cannot be read as one.
    """

    def __init__(self, options: ImportOptions):
        self._options = options
        self._entries: dict[str, Path | Entry] = {}
        files = _files(options)
        for file in files:
            for id_, entry in self._of(file).items():
                twice = Entry((), fault=f"{file}: a second alignment of id {id_!r}")
                self._entries[id_] = twice if id_ in self._entries else entry
        self._by_stem: dict[str, list[str]] = {}
        for id_ in self._entries:
            self._by_stem.setdefault(id_.rpartition("/")[2], []).append(id_)

    def _of(self, file: Path) -> Mapping[str, Path | Entry]:
        if self._options.format == "ctm":
            return _read_ctm(file)
        if self._options.format == "jsonl":
            return _read_jsonl(file)
        root = self._options.source
        name = file.name if file == root else file.relative_to(root).as_posix()
        return {name.rpartition(".")[0]: file}

    def find(self, id_: str) -> Entry | str:
        """The entry for an id, or why there is none."""
        found = self._entries.get(id_)
        if found is None:
            same = self._by_stem.get(id_.rpartition("/")[2], [])
            if len(same) > 1:
                return f"{len(same)} alignments could be meant: {', '.join(sorted(same)[:3])}"
            if not same:
                return f"no alignment for it in {self._options.source}"
            found = self._entries[same[0]]
        return _read_one(found, self._options) if isinstance(found, Path) else found


def _files(options: ImportOptions) -> list[Path]:
    source, suffix = options.source, _SUFFIXES[options.format]
    if not source.exists():
        raise EngineError("no such file or folder to import from", where=source)
    if source.is_file():
        return [source]
    found = sorted(p for p in source.rglob("*") if p.suffix.lower() == suffix.lower())
    if not found:
        raise EngineError(
            f"no {suffix} file in it, at any depth",
            where=source,
            hint="Name the folder of the alignments, or another format",
        )
    return found


def _read_one(path: Path, options: ImportOptions) -> Entry:
    try:
        grid = read_textgrid(path)
        words = grid.tier(options.words_tier).marks
        phones = (
            grid.tier(options.phones_tier).marks
            if any(tier.name.lower() == options.phones_tier.lower() for tier in grid.tiers)
            else ()
        )
    except TextGridError as error:
        return Entry((), fault=str(error))
    return Entry(
        tuple(Interval(m.label, m.start, m.end) for m in words if m.label not in _SILENCES),
        tuple(Interval(m.label, m.start, m.end) for m in phones if m.label not in _SILENCES),
        str(path),
    )


@dataclass(slots=True)
class _Collected:
    where: str
    channel: str
    words: list[Interval] = field(default_factory=list)
    fault: str = ""


def _read_ctm(path: Path) -> dict[str, Entry]:
    collected: dict[str, _Collected] = {}
    for number, line in enumerate(_text(path).split("\n"), start=1):
        parts = line.split()
        if not parts or line.startswith(";;"):
            continue
        where = f"{path}, line {number}"
        if not 5 <= len(parts) <= 6:
            raise EngineError(
                f"{len(parts)} fields, expected: id channel start duration word [confidence]",
                where=where,
            )
        entry = collected.setdefault(parts[0], _Collected(where, parts[1]))
        if parts[1] != entry.channel:
            entry.fault = f"{where}: channel {parts[1]} and channel {entry.channel} of one id"
        start, seconds = (_number(part, where) for part in parts[2:4])
        if parts[4].lower() in _SILENCES:
            continue
        confidence = _number(parts[5], where) if len(parts) > 5 else None
        if confidence is not None and not 0 <= confidence <= 1:
            entry.fault = f"{where}: confidence {confidence} is not in 0 to 1"
        score = math.log(confidence) if confidence else None
        entry.words.append(Interval(parts[4], start, start + seconds, score))
    return {id_: Entry(tuple(e.words), (), e.where, e.fault) for id_, e in collected.items()}


def _read_jsonl(path: Path) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
            id_ = _id(row["id"])
            words, phones = _triples(row["words"]), _triples(row.get("phones") or [])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise EngineError(
                f"not a row with an id and its words ({error!r})",
                where=where,
                hint='Expected: {"id": "a/b", "words": [[0.12, 0.50, "please"]]}',
            ) from None
        fault = f"{where}: a second row of id {id_!r}" if id_ in entries else ""
        entries[id_] = Entry(words, phones, where, fault)
    return entries


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"the id {value!r} is not a text")
    return value


def _triples(rows: Any) -> tuple[Interval, ...]:
    """Intervals of ``[start, end, label]`` or of objects with these keys (``word`` for label)."""
    intervals = []
    for row in rows:
        if isinstance(row, dict):
            row = [row["start"], row["end"], row.get("label", row.get("word"))]
        start, end, label = row
        if not isinstance(label, str) or isinstance(start, str) or isinstance(end, str):
            raise TypeError(f"{row!r} is not [start, end, label]")
        if label.lower() not in _SILENCES:
            intervals.append(Interval(label, float(start), float(end)))
    return tuple(intervals)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f"cannot be read ({error})", where=path, hint="Save it as UTF-8"
        ) from None


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise EngineError(f"{text!r} is not a number", where=where) from None
