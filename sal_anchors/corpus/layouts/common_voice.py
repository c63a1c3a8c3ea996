"""Common Voice: tables of client_id, path and sentence beside a folder of clips."""

from __future__ import annotations

from collections.abc import Iterator

from sal_anchors.corpus.columns import Source, entries_of
from sal_anchors.corpus.entry import Entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.layouts.table import is_common_voice, rows_of
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.split import split_named
from sal_anchors.corpus.tree import Tree, stem_of
from sal_anchors.errors import CorpusError

_CLIPS = "clips"
_WHOLE = "validated.tsv"


def _tables(tree: Tree) -> list[str]:
    """The tables of the splits, else the one of all validated clips, which repeats theirs."""
    tables = [name for name in tree.top(".tsv") if is_common_voice(tree.path(name))]
    split = [name for name in tables if split_named(stem_of(name))]
    return split or ([_WHOLE] if _WHOLE in tables else tables)


def _matches(tree: Tree) -> bool:
    return bool(_tables(tree))


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    names = _tables(tree)
    if not names:
        raise CorpusError(
            "no .tsv file with the columns client_id, path and sentence",
            where=tree.root,
            hint="Name the folder of one language, which holds train.tsv and clips/",
        )
    for name in names:
        path = tree.path(name)
        source = Source(path, path.parent / _CLIPS, split_named(stem_of(name)))
        yield from entries_of(rows_of(path), source, options.columns)


LAYOUT = Layout(
    "common_voice", "a .tsv file with the columns client_id, path and sentence", _matches, _entries
)
