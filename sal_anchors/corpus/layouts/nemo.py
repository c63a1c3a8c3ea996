"""NeMo manifests: JSON lines of audio_filepath, duration, offset and text."""

from __future__ import annotations

from collections.abc import Iterator

from sal_anchors.corpus.columns import Source, entries_of
from sal_anchors.corpus.entry import Entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.layouts.table import first_columns
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.rows import json_rows
from sal_anchors.corpus.split import split_within
from sal_anchors.corpus.tree import Tree
from sal_anchors.errors import CorpusError

_SUFFIXES = (".json", ".jsonl")


def _manifests(tree: Tree) -> list[str]:
    return [
        name for name in tree.top(*_SUFFIXES) if "audio_filepath" in first_columns(tree.path(name))
    ]


def _matches(tree: Tree) -> bool:
    return bool(_manifests(tree))


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    names = _manifests(tree)
    if not names:
        raise CorpusError(
            "no JSON lines file whose rows have 'audio_filepath'",
            where=tree.root,
            hint="Name the folder that holds the manifest, or another --layout",
        )
    for name in names:
        path = tree.path(name)
        source = Source(path, options.audio_root or path.parent, split_within(name))
        yield from entries_of(json_rows(path), source, options.columns)


LAYOUT = Layout(
    "nemo", "a .json or .jsonl file whose rows have 'audio_filepath'", _matches, _entries
)
