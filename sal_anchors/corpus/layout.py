"""What a layout is to the rest of the package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sal_anchors.corpus.entry import Entry
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.tree import Tree


@dataclass(frozen=True, slots=True)
class Layout:
    """A way in which corpora are laid out.

    Attributes:
        name: as in ``--layout``.
        mark: what tells it from others, for people.
        matches: whether a folder bears the mark.
        entries: the utterances of a folder, in any order; every audio file or row of it is in
            one. It raises CorpusError where the folder lacks what the layout needs.
    """

    name: str
    mark: str
    matches: Callable[[Tree], bool]
    entries: Callable[[Tree, CorpusOptions], Iterator[Entry]]
