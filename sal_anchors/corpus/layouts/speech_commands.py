"""Speech Commands: a folder a word, and lists of the validation and test clips."""

from __future__ import annotations

from collections.abc import Iterator

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry, bad_entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.rows import numbered_lines, text_fault
from sal_anchors.corpus.tree import Tree, require_audio, stem_of

_LISTS = {"validation_list.txt": "dev", "testing_list.txt": "test"}
_SPEAKER_MARK = "_nohash_"
_NOISE = "_background_noise_"


def _matches(tree: Tree) -> bool:
    return (
        any(name in tree.others for name in _LISTS)
        or tree.has_folder(_NOISE)
        or any(name.count("/") == 1 and _SPEAKER_MARK in name for name in tree.audio)
    )


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    require_audio(tree)
    listed: dict[str, str] = {}
    for name, split in _LISTS.items():
        if name in tree.others:
            yield from _fill(tree, name, split, listed)
    rest = "train" if listed else None
    for name in tree.audio:
        yield _clip(tree, name, listed.get(name, rest))


def _fill(tree: Tree, list_: str, split: str, listed: dict[str, str]) -> Iterator[Entry]:
    clips = set(tree.audio)
    path = tree.path(list_)
    for number, line in numbered_lines(path):
        where, clip = f"{list_}, row {number}", line.strip()
        if fault := text_fault(line):
            yield bad_entry(Reason.BAD_ROW, fault, file=path, where=where)
        elif clip not in clips:
            message = f"{clip!r} is not in the folder"
            yield bad_entry(Reason.MISSING_AUDIO, message, file=path, where=where)
        elif clip in listed:
            message = f"{clip!r} was listed before"
            yield bad_entry(Reason.DUPLICATE_ID, message, file=path, where=where)
        else:
            listed[clip] = split


def _clip(tree: Tree, name: str, split: str | None) -> Entry:
    word, _, clip = name.rpartition("/")
    path = tree.path(name)
    problem = None
    if word.startswith("_") or not word:
        problem = (Reason.NOT_SPEECH, f"{path}: no recording of a word (it is in no word's folder)")
    return Entry(
        id=stem_of(name),
        audio=path,
        where=name,
        transcript=None if problem else word.rpartition("/")[2],
        speaker=clip.partition(_SPEAKER_MARK)[0] if _SPEAKER_MARK in clip else None,
        split=None if problem else split,
        problem=problem,
    )


LAYOUT = Layout(
    "speech_commands",
    "validation_list.txt, testing_list.txt, _background_noise_, or clips named SPEAKER_nohash_N",
    _matches,
    _entries,
)
