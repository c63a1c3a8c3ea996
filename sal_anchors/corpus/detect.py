"""Which layout a folder has."""

from __future__ import annotations

from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.layouts import (
    an4,
    common_voice,
    kaldi,
    keyword_clips,
    lhotse,
    librispeech,
    ljspeech,
    mfa_style,
    nemo,
    sidecar,
    speech_commands,
    table,
    vctk,
)
from sal_anchors.corpus.tree import Tree, require_audio
from sal_anchors.errors import CorpusError

_MARKED = (
    kaldi.LAYOUT,
    lhotse.LAYOUT,
    nemo.LAYOUT,
    common_voice.LAYOUT,
    an4.LAYOUT,
    librispeech.LAYOUT,
    ljspeech.LAYOUT,
    vctk.LAYOUT,
    speech_commands.LAYOUT,
    table.LAYOUT,
    mfa_style.LAYOUT,
    sidecar.LAYOUT,
)
LAYOUTS = {layout.name: layout for layout in (*_MARKED, keyword_clips.LAYOUT)}


def layout_of(tree: Tree, name: str) -> Layout:
    """The layout of a name, or for ``auto`` the one whose mark the folder bears.

    The marks of all layouts but two exclude each other in whole corpora. Audio with nothing that
    tells what is said is keyword clips where the folders' names can be words, else sidecar, so
    that each missing transcript is told. A folder with a mfa_style mark is not sidecar; a table
    in a folder whose every audio file has its transcript beside it is no corpus table.

    Raises:
        CorpusError: there is no such layout, no audio, or the folder bears several marks.
    """
    if name != "auto":
        return _named(name, tree)
    found = [layout for layout in _MARKED if layout.matches(tree)]
    if mfa_style.LAYOUT in found and sidecar.LAYOUT in found:
        found.remove(sidecar.LAYOUT)
    if found == [table.LAYOUT, sidecar.LAYOUT] and sidecar.has_sidecars_throughout(tree):
        found.remove(table.LAYOUT)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(f"{layout.name} ({layout.mark})" for layout in found)
        raise CorpusError(
            f"it could be several layouts: {listed}",
            where=tree.root,
            hint="Name one, such as --layout " + found[0].name,
        )
    require_audio(tree)
    return keyword_clips.LAYOUT if keyword_clips.LAYOUT.matches(tree) else sidecar.LAYOUT


def _named(name: str, tree: Tree) -> Layout:
    if name not in LAYOUTS:
        raise CorpusError(
            f"no layout {name!r}; the layouts are {', '.join(sorted(LAYOUTS))}",
            where=tree.root,
            hint="Name one of them, or auto",
        )
    return LAYOUTS[name]
