"""CMU Sphinx (AN4): a .fileids list and a .transcription file with the same name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry, bad_entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.rows import numbered_lines, text_fault
from sal_anchors.corpus.split import split_within
from sal_anchors.corpus.tree import Tree, stem_of
from sal_anchors.errors import CorpusError

_LINE = re.compile(r"^\s*(?P<text>.*?)\s*(?:\((?P<id>[^()\s]+)\))?\s*$")
_MARKS = re.compile(r"</?s>|<sil>|\+\+[^+\s]*\+\+")
_FOLDERS = ("wav", "")


def _lists(tree: Tree) -> list[str]:
    return [
        name
        for name in tree.others
        if name.endswith(".fileids")
        and name.count("/") <= 1
        and f"{stem_of(name)}.transcription" in tree.others
    ]


def _matches(tree: Tree) -> bool:
    return bool(_lists(tree))


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    lists = _lists(tree)
    if not lists:
        raise CorpusError(
            "no pair such as etc/NAME.fileids and etc/NAME.transcription",
            where=tree.root,
            hint="Name the folder that holds etc and wav",
        )
    audio = {stem_of(name): name for name in tree.audio}
    for name in lists:
        yield from _list(tree, name, audio)


def _list(tree: Tree, name: str, audio: dict[str, str]) -> Iterator[Entry]:
    path = tree.path(name)
    said = tree.path(f"{stem_of(name)}.transcription")
    texts: dict[str, tuple[str, str]] = {}
    used: set[str] = set()
    yield from _fill(said, texts)
    for number, line in numbered_lines(path):
        where = f"{path.name}, row {number}"
        id_ = line.strip()
        if fault := text_fault(line):
            yield bad_entry(Reason.BAD_ROW, fault, file=path, where=where)
            continue
        key = id_ if id_ in texts else id_.rpartition("/")[2]
        used.add(key)
        found = next((audio[p] for f in _FOLDERS if (p := f"{f}/{id_}".strip("/")) in audio), None)
        if found is None:
            message = f"no audio file wav/{id_}.wav (or .sph, .flac)"
            yield bad_entry(Reason.MISSING_AUDIO, message, file=path, where=where, id_=id_)
            continue
        yield Entry(
            id=id_,
            audio=tree.path(found),
            where=where,
            transcript=texts[key][0] if key in texts else None,
            speaker=id_.split("/")[-2] if "/" in id_ else None,
            split=split_within(path.stem),
        )
    for key in texts.keys() - used:
        message = f"{key!r} is not in {path.name}"
        yield bad_entry(Reason.MISSING_AUDIO, message, file=said, where=texts[key][1])


def _fill(path: Path, texts: dict[str, tuple[str, str]]) -> Iterator[Entry]:
    """Read ``<s> TEXT </s> (ID)`` lines; those that cannot be used are yielded."""
    for number, line in numbered_lines(path):
        where = f"{path.name}, row {number}"
        match = _LINE.match(line)
        fault = text_fault(line)
        if fault or match is None or not match["id"]:
            message = fault or "no id in parentheses at its end"
            yield bad_entry(Reason.BAD_ROW, message, file=path, where=where)
        elif match["id"] in texts:
            message = f"{match['id']!r} was given before, in {texts[match['id']][1]}"
            yield bad_entry(Reason.DUPLICATE_ID, message, file=path, where=where)
        else:
            texts[match["id"]] = (" ".join(_MARKS.sub(" ", match["text"]).split()), where)


LAYOUT = Layout(
    "an4",
    "NAME.fileids and NAME.transcription, in the folder or in etc",
    _matches,
    _entries,
)
