"""Clips of keywords in folders: the folder's name is the transcript of all that it holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sal_anchors.corpus.entry import Entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.split import split_named
from sal_anchors.corpus.tree import Tree, folders_of, require_audio, stem_of

_WORDS = re.compile(r"[^\W\d_]+(?:[ '_-]+[^\W\d_]+)*")
_NO_KEYWORDS = frozenset({"audio", "clips", "data", "recordings", "wav", "wavs", "flac", "sounds"})
_FEWEST = 2


def _keyword(name: str) -> str | None:
    """The words that a clip's folder stands for, below an optional folder of its split."""
    folders = folders_of(name)
    if len(folders) == 2 and split_named(folders[0]):
        del folders[0]
    if len(folders) != 1:
        return None
    return " ".join(re.split(r"[\s_-]+", folders[0].strip("_- "))) or None


def _matches(tree: Tree) -> bool:
    """All audio is in folders whose names are words, several clips in one, and there is no
    other file that may hold transcripts."""
    if any(name.lower().endswith((".txt", ".lab", ".textgrid")) for name in tree.others):
        return False
    keywords = Counter(map(_keyword, tree.audio))
    named = (
        keyword is not None
        and _WORDS.fullmatch(keyword)
        and keyword.lower() not in _NO_KEYWORDS
        and not split_named(keyword)
        for keyword in keywords
    )
    return all(named) and max(keywords.values(), default=0) >= _FEWEST


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    require_audio(tree)
    for name in tree.audio:
        folders = folders_of(name)
        yield Entry(
            id=stem_of(name),
            audio=tree.path(name),
            where=name,
            transcript=_keyword(name),
            split=split_named(folders[0]) if len(folders) == 2 else None,
        )


LAYOUT = Layout(
    "keyword_clips",
    "all audio in folders named by words, no other mark and no transcripts",
    _matches,
    _entries,
)
