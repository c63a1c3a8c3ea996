"""Kaldi data directories: wav.scp with plain paths, text, segments and utt2spk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry, bad_entry
from sal_anchors.corpus.fields import FieldError, seconds_in, window_in
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.rows import numbered_lines, text_fault
from sal_anchors.corpus.split import split_named, split_within
from sal_anchors.corpus.tree import Tree
from sal_anchors.errors import CorpusError

_ARCHIVE = re.compile(r".+\.ark:\d+")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a Kaldi table: its key, the rest, and where it stands."""

    key: str
    rest: str
    where: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Part of a recording, in seconds."""

    recording: str
    start: float
    duration: float | None


def _folders(tree: Tree) -> list[str]:
    """Folders with a wav.scp: the corpus itself, else those directly in it."""
    if "wav.scp" in tree.others:
        return [""]
    return [f"{name[:-7]}" for name in tree.others if re.fullmatch(r"[^/]+/wav\.scp", name)]


def _matches(tree: Tree) -> bool:
    return bool(_folders(tree))


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    folders = _folders(tree)
    if not folders:
        raise CorpusError(
            "no wav.scp in it", where=tree.root, hint="Name the data directory that holds wav.scp"
        )
    for name in folders:
        folder = tree.path(name)
        split = split_within(name) if name else split_named(tree.root.absolute().name)
        yield from _directory(folder, options.audio_root or folder, split)


def _directory(folder: Path, base: Path, split: str | None) -> Iterator[Entry]:
    tables: dict[str, dict[str, _Line]] = {}
    for name in ("wav.scp", "text", "utt2spk", "segments"):
        tables[name] = {}
        yield from _fill(folder / name, tables[name])
    recordings, texts, speakers = tables["wav.scp"], tables["text"], tables["utt2spk"]
    cut = (folder / "segments").exists()
    utterances = tables["segments"] if cut else recordings
    for key, line in utterances.items():
        text, speaker = texts.get(key), speakers.get(key)
        try:
            stretch = _segment(line) if cut else _Stretch(key, 0.0, None)
        except FieldError as error:
            yield bad_entry(
                Reason.BAD_ROW, str(error), file=folder / "segments", where=line.where, id_=key
            )
            continue
        recording = recordings.get(stretch.recording)
        audio = _audio(recording, stretch, line, folder, base)
        yield replace(
            audio,
            id=key,
            transcript=text.rest if text else None,
            speaker=speaker.rest.strip() or None if speaker else None,
            split=split,
        )
    for key in texts.keys() - utterances.keys():
        message = f"no audio for {key!r} in {'segments' if cut else 'wav.scp'}"
        where = texts[key].where
        yield bad_entry(Reason.MISSING_AUDIO, message, file=folder / "text", where=where, id_=key)


def _fill(path: Path, table: dict[str, _Line]) -> Iterator[Entry]:
    """Read ``KEY REST`` lines into a table; lines that cannot be used are yielded."""
    if not path.exists():
        return
    for number, text in numbered_lines(path):
        where = f"{path.name}, row {number}"
        key, *tail = text.split(maxsplit=1)
        rest = tail[0] if tail else ""
        if fault := text_fault(text):
            yield bad_entry(Reason.BAD_ROW, fault, file=path, where=where)
        elif key in table:
            message = f"{key!r} was given before, in {table[key].where}"
            yield bad_entry(Reason.DUPLICATE_ID, message, file=path, where=where)
        else:
            table[key] = _Line(key, rest.strip(), where)


def _segment(line: _Line) -> _Stretch:
    """``RECORDING START END``, in seconds; an end of -1 is the recording's."""
    fields = line.rest.split()
    if len(fields) != 3:
        raise FieldError(f"{line.rest!r}, a recording, a start and an end are expected")
    end = None if _is_open(fields[2]) else seconds_in("end", fields[2])
    start, duration = window_in(seconds_in("start", fields[1]), end, None)
    return _Stretch(fields[0], start, duration)


def _is_open(text: str) -> bool:
    """Whether a segment's end stands for that of its recording."""
    return re.fullmatch(r"-1(\.0*)?", text) is not None


def _audio(
    recording: _Line | None, stretch: _Stretch, line: _Line, folder: Path, base: Path
) -> Entry:
    """The audio of an utterance, without what else is known of it."""
    if recording is None:
        message = f"no recording {stretch.recording!r} in wav.scp"
        return bad_entry(Reason.MISSING_AUDIO, message, file=folder / "segments", where=line.where)
    path = recording.rest
    if path.startswith("|") or path.endswith("|") or path == "-" or _ARCHIVE.fullmatch(path):
        message = (
            f"{path[:80]!r} is a command or an archive, which is never run or opened; "
            "write its output to a file and name that"
        )
        return bad_entry(
            Reason.UNSUPPORTED_SOURCE, message, file=folder / "wav.scp", where=recording.where
        )
    if not path:
        return bad_entry(Reason.BAD_ROW, "no path", file=folder / "wav.scp", where=recording.where)
    return Entry(
        id=line.key,
        audio=base / path,
        where=recording.where,
        absolute=Path(path).is_absolute(),
        start=stretch.start,
        duration=stretch.duration,
    )


LAYOUT = Layout("kaldi", "wav.scp in the folder or in folders directly in it", _matches, _entries)
