"""LibriSpeech: SPEAKER/CHAPTER folders, each with one .trans.txt of all its utterances."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry, bad_entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.rows import numbered_lines, text_fault
from sal_anchors.corpus.tree import Tree, stem_of
from sal_anchors.errors import CorpusError

_SUFFIX = ".trans.txt"
_SUBSET = re.compile(r"(train|dev|test)-(clean|other)")


def _matches(tree: Tree) -> bool:
    return any(name.endswith(_SUFFIX) for name in tree.others)


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    tables = [name for name in tree.others if name.endswith(_SUFFIX)]
    if not tables:
        raise CorpusError(
            "no .trans.txt file in it, at any depth",
            where=tree.root,
            hint="Name the folder of a subset, such as dev-clean",
        )
    audio = {stem_of(name): name for name in tree.audio}
    for table in tables:
        yield from _chapter(tree, table, audio)
    for id_, name in audio.items():
        yield _entry(tree, id_, name, name, None)


def _chapter(tree: Tree, table: str, audio: dict[str, str]) -> Iterator[Entry]:
    """The utterances of a transcript file; their audio is taken out of ``audio``."""
    folder = table.rpartition("/")[0]
    path = tree.path(table)
    seen: set[str] = set()
    for number, line in numbered_lines(path):
        where = f"{path.name}, row {number}"
        key, *text = line.split(maxsplit=1)
        id_ = f"{folder}/{key}" if folder else key
        if fault := text_fault(line):
            yield bad_entry(Reason.BAD_ROW, fault, file=path, where=where)
        elif id_ in seen:
            message = f"{key!r} was given before in this file"
            yield bad_entry(Reason.DUPLICATE_ID, message, file=path, where=where)
        elif id_ not in audio:
            message = f"no audio file {key}.flac beside it"
            yield bad_entry(Reason.MISSING_AUDIO, message, file=path, where=where)
        else:
            yield _entry(tree, id_, audio.pop(id_), where, text[0] if text else "")
        seen.add(id_)


def _entry(tree: Tree, id_: str, name: str, where: str, transcript: str | None) -> Entry:
    subset = _SUBSET.search(f"{tree.root.absolute().name}/{name}")
    return Entry(
        id=id_,
        audio=tree.path(name),
        where=where,
        transcript=transcript,
        speaker=id_.rpartition("/")[2].partition("-")[0],
        split=subset[1] if subset else None,
    )


LAYOUT = Layout("librispeech", "a .trans.txt file at any depth", _matches, _entries)
