"""The sidecar layout: audio files, each with its transcript beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.sidecars import transcript_of
from sal_anchors.corpus.split import split_named
from sal_anchors.corpus.tree import TRANSCRIPT_SUFFIXES, Tree, folders_of, require_audio, stem_of


def has_sidecars(tree: Tree) -> bool:
    """Whether a .txt or .lab file of the same name stands beside any audio file."""
    return not _transcribed(tree).isdisjoint(map(stem_of, tree.audio))


def has_sidecars_throughout(tree: Tree) -> bool:
    """Whether one stands beside every audio file."""
    return bool(tree.audio) and _transcribed(tree).issuperset(map(stem_of, tree.audio))


def _transcribed(tree: Tree) -> set[str]:
    return {stem_of(name) for name in tree.others if name.lower().endswith(TRANSCRIPT_SUFFIXES)}


def by_stem(names: Iterable[str]) -> dict[str, list[str]]:
    """Names grouped by what they are without their suffix."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(stem_of(name), []).append(name)
    return groups


def sidecar_entries(tree: Tree) -> Iterator[Entry]:
    """``a/b.wav`` is the utterance ``a/b``; its transcript is ``a/b.txt``, else ``a/b.lab``. A
    transcript without audio, and a second audio file of the same name, are problems."""
    require_audio(tree)
    audio = by_stem(tree.audio)
    texts = by_stem(n for s in TRANSCRIPT_SUFFIXES for n in tree.others if n.lower().endswith(s))
    for id_, names in audio.items():
        yield _spoken(tree, id_, names[0], texts.get(id_))
        yield from (_second(tree, name, names[0]) for name in names[1:])
    for id_ in texts.keys() - audio.keys():
        path = tree.path(texts[id_][0])
        message = f"{path}: a transcript without a recording beside it"
        yield Entry(id=id_, audio=path, where=id_, problem=(Reason.MISSING_AUDIO, message))


def _spoken(tree: Tree, id_: str, name: str, texts: list[str] | None) -> Entry:
    text, problem = transcript_of(tree.path(texts[0])) if texts else (None, None)
    folders = folders_of(id_)
    return Entry(
        id=id_,
        audio=tree.path(name),
        where=name,
        transcript=text,
        split=split_named(folders[0]) if folders else None,
        problem=problem,
    )


def _second(tree: Tree, name: str, first: str) -> Entry:
    path = tree.path(name)
    message = f"{path}: {tree.path(first).name} has the same name; rename one of them"
    return Entry(id=name, audio=path, where=name, problem=(Reason.DUPLICATE_ID, message))


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    return sidecar_entries(tree)


LAYOUT = Layout(
    "sidecar", "a .txt or .lab file of the same name beside audio", has_sidecars, _entries
)
