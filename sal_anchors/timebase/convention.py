"""Named conventions: where the first window of a recording begins, and where the last one ends."""

from __future__ import annotations

from typing import Literal, get_args

Convention = Literal["causal", "snip_edges", "no_snip_edges", "centred", "explicit"]

NAMES: tuple[Convention, ...] = get_args(Convention)


def edges(convention: Convention, hop: int, window: int) -> tuple[int, int] | None:
    """``(origin, after)`` in samples of a named convention; None for ``explicit``.

    ``origin`` is the first sample of frame 0. A frame exists if its window ends at most ``after``
    samples behind the recording::

        convention      origin                after
        causal          hop - window          hop - 1
        snip_edges      0                     0
        no_snip_edges   hop//2 - window//2    window - window//2 - hop%2
        centred         -(window//2)          window//2

    Kaldi's ``--snip-edges=true`` and ``torch.stft(center=False)`` are ``snip_edges``, Kaldi's
    ``--snip-edges=false`` is ``no_snip_edges``, ``torch.stft(center=True)`` and librosa's default
    are ``centred``; source: ``feature-window.cc`` of Kaldi, documentation of ``torch.stft``.
    """
    match convention:
        case "causal":
            return hop - window, hop - 1
        case "snip_edges":
            return 0, 0
        case "no_snip_edges":
            return hop // 2 - window // 2, window - window // 2 - hop % 2
        case "centred":
            return -(window // 2), window // 2
        case "explicit":
            return None


def name_of(hop: int, window: int, origin: int, after: int) -> Convention:
    """The convention that puts the edges there; ``explicit`` if no named one does."""
    for name in NAMES:
        if edges(name, hop, window) == (origin, after) and (name != "causal" or window >= hop):
            return name
    return "explicit"
