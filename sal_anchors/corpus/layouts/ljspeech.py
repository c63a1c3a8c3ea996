"""LJSpeech: metadata.csv with bars between columns, and a folder wavs."""

from __future__ import annotations

from collections.abc import Iterator

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry, bad_entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.rows import numbered_lines, text_fault
from sal_anchors.corpus.tree import Tree, stem_of
from sal_anchors.errors import CorpusError

_TABLE = "metadata.csv"
_FOLDER = "wavs"


def _matches(tree: Tree) -> bool:
    if _TABLE not in tree.others or not tree.has_folder(_FOLDER):
        return False
    return "|" in next((line for _, line in numbered_lines(tree.path(_TABLE))), "")


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    if _TABLE not in tree.others:
        raise CorpusError(
            f"no {_TABLE} in it", where=tree.root, hint=f"Name the folder of {_TABLE} and {_FOLDER}"
        )
    path = tree.path(_TABLE)
    audio = {stem_of(name): name for name in tree.audio}
    used: set[str] = set()
    for number, line in numbered_lines(path):
        where = f"{_TABLE}, row {number}"
        key, *texts = line.split("|")
        key = key.strip()
        stem = f"{_FOLDER}/{stem_of(key) if key.lower().endswith('.wav') else key}"
        if fault := text_fault(line) or (not texts and "one column; ID|TEXT is expected") or "":
            yield bad_entry(Reason.BAD_ROW, fault, file=path, where=where)
        elif stem not in audio:
            message = f"no audio file {stem}.wav"
            yield bad_entry(Reason.MISSING_AUDIO, message, file=path, where=where)
        else:
            used.add(stem)
            spoken = next((text for text in reversed(texts[:2]) if text.strip()), "")
            yield Entry(
                id=stem.removeprefix(f"{_FOLDER}/"),
                audio=tree.path(audio[stem]),
                where=where,
                transcript=spoken.strip(),
            )
    for stem in audio.keys() - used:
        yield Entry(id=stem.removeprefix(f"{_FOLDER}/"), audio=tree.path(audio[stem]), where=stem)


LAYOUT = Layout(
    "ljspeech", "metadata.csv with '|' between its columns, and a folder wavs", _matches, _entries
)
