"""VCTK: a folder txt and a folder of audio, each with a folder a speaker."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry, bad_entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.sidecars import transcript_of
from sal_anchors.corpus.tree import Tree, stem_of
from sal_anchors.errors import CorpusError

_AUDIO_FOLDERS = ("wav48_silence_trimmed", "wav48", "wav16")
_MICROPHONE = re.compile(r"_mic\d+$")


def _matches(tree: Tree) -> bool:
    return tree.has_folder("txt") and tree.has_folder(*_AUDIO_FOLDERS)


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    if not _matches(tree):
        raise CorpusError(
            f"it needs a folder txt and one of {', '.join(_AUDIO_FOLDERS)}",
            where=tree.root,
            hint="Name the folder that holds both",
        )
    texts = {stem_of(n)[4:]: n for n in tree.others if n.startswith("txt/") and n.endswith(".txt")}
    spoken: set[str] = set()
    for name in tree.audio:
        folder, _, rest = name.partition("/")
        if folder not in _AUDIO_FOLDERS:
            continue
        id_ = stem_of(rest)
        key = _MICROPHONE.sub("", id_)
        spoken.add(key)
        found = texts.get(key)
        text, problem = transcript_of(tree.path(found)) if found else (None, None)
        yield Entry(
            id=id_,
            audio=tree.path(name),
            where=name,
            transcript=text,
            speaker=rest.partition("/")[0] if "/" in rest else None,
            problem=problem,
        )
    for key in texts.keys() - spoken:
        path = tree.path(texts[key])
        message = "a transcript without a recording"
        yield bad_entry(Reason.MISSING_AUDIO, message, file=path, where=path.name, id_=key)


LAYOUT = Layout(
    "vctk", "a folder txt, and wav48_silence_trimmed, wav48 or wav16", _matches, _entries
)
