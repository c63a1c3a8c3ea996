"""The Montreal Forced Aligner's corpora: speaker folders, and TextGrids of long recordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sal_anchors.accounting import Reason
from sal_anchors.corpus.entry import Entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.layouts.sidecar import sidecar_entries
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.split import split_named
from sal_anchors.corpus.tree import TEXTGRID_SUFFIX, Tree, folders_of, stem_of
from sal_anchors.textgrid import TextGridError, Tier, read_textgrid

_ALIGNMENT_TIERS = ("words", "phones", "word", "phone")


def _grids(tree: Tree) -> dict[str, str]:
    """TextGrids that stand beside audio, by the name without its suffix."""
    stems = {stem_of(name) for name in tree.audio}
    return {
        stem_of(name): name
        for name in tree.others
        if name.lower().endswith(TEXTGRID_SUFFIX) and stem_of(name) in stems
    }


def _is_alignment(tiers: tuple[Tier, ...]) -> bool:
    """Whether tiers are an aligner's output (``words``, ``SPEAKER - phones``)."""
    names = [tier.name.strip().lower().rpartition(" - ")[2] for tier in tiers]
    return any(name in _ALIGNMENT_TIERS for name in names)


def _readable_as_transcript(path: Path) -> bool:
    try:
        return not _is_alignment(read_textgrid(path).tiers)
    except TextGridError:
        return True


def _matches(tree: Tree) -> bool:
    """A TextGrid of utterances beside audio; or .lab files only, each one folder deep."""
    grid = next(iter(_grids(tree).values()), None)
    if grid is not None:
        return _readable_as_transcript(tree.path(grid))
    stems = {stem_of(name) for name in tree.audio}
    texts = [n for n in tree.others if n.lower().endswith((".lab", ".txt")) and stem_of(n) in stems]
    folders = [folders_of(name) for name in tree.audio]
    return (
        bool(texts)
        and all(name.lower().endswith(".lab") for name in texts)
        and all(len(f) == 1 and not split_named(f[0]) for f in folders)
    )


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    grids = _grids(tree)
    for entry in sidecar_entries(tree):
        utterances = None
        if entry.id in grids and entry.problem is None:
            utterances = _utterances(entry, tree.path(grids[entry.id]))
        if utterances is None:
            folders = folders_of(entry.id)
            yield replace(entry, speaker=folders[-1] if folders else None)
        else:
            yield from utterances


def _utterances(entry: Entry, path: Path) -> list[Entry] | None:
    """The labelled intervals of a TextGrid, whose tiers are speakers; None for an alignment."""
    try:
        tiers = read_textgrid(path).tiers
    except TextGridError as error:
        return [replace(entry, problem=(Reason.UNREADABLE_TRANSCRIPT, str(error)))]
    if _is_alignment(tiers):
        return None
    spoken = [
        replace(
            entry,
            id=f"{entry.id}-{tier.name.strip() or 'speaker'}-{number:04d}",
            where=f"{path.name}, tier {tier.name!r}, {mark.start:g} s",
            start=mark.start,
            duration=mark.end - mark.start,
            transcript=mark.label,
            speaker=tier.name.strip() or None,
        )
        for tier in tiers
        if not tier.points
        for number, mark in enumerate(tier.labelled, start=1)
    ]
    if spoken:
        return spoken
    message = f"{path}: no interval of it has a text; write each utterance into its speaker's tier"
    return [replace(entry, problem=(Reason.EMPTY_TRANSCRIPT, message))]


LAYOUT = Layout(
    "mfa_style",
    "TextGrids of utterances beside audio; or .lab transcripts alone, all audio one folder deep",
    _matches,
    _entries,
)
