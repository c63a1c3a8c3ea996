"""Syllables of English words, by the maximal onset principle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

_VOWEL_NAMES = "AA AE AH AO AW AX AXR AY EH ER EY IH IX IY OW OY UH UW UX EL EM EN"
_CONSONANT_NAMES = "B CH D DH DX F G HH HV JH K L M N NG NX P R S SH T TH V W WH Y Z ZH"
_CLUSTER_NAMES = """
P L, P R, P Y, B L, B R, B Y, T R, T W, T Y, D R, D W, D Y, K L, K R, K W, K Y, G L, G R, G W, G Y,
F L, F R, F Y, V Y, TH R, TH W, TH Y, SH R, HH W, HH Y, M Y, N Y, L Y, S Y,
S P, S T, S K, S F, S M, S N, S L, S W,
S P L, S P R, S P Y, S T R, S T Y, S K L, S K R, S K W, S K Y
"""
_VOWELS = frozenset(_VOWEL_NAMES.split())
_CONSONANTS = frozenset(_CONSONANT_NAMES.split())
_CLUSTERS = frozenset(tuple(cluster.split()) for cluster in _CLUSTER_NAMES.split(","))
"""The groups of consonants that English words begin with."""


def is_arpabet(phone: str) -> bool:
    """Whether a phone is one of ARPABET, in capitals, with or without a stress digit."""
    return _plain(phone) in _VOWELS | _CONSONANTS


def syllables(phones: Sequence[str]) -> Iterator[slice]:
    """The syllables of one word, as slices of its phones.

    Each vowel is a nucleus. Of the consonants between two nuclei the second syllable gets as
    many as an English word may begin with; consonants before the first nucleus and behind the
    last belong to theirs. A word without a vowel is one syllable.

    Args:
        phones: ARPABET, in capitals, with or without stress digits.
    """
    plain = [_plain(phone) for phone in phones]
    nuclei = [index for index, phone in enumerate(plain) if phone in _VOWELS]
    first = 0
    for nucleus, following in pairwise(nuclei):
        onset = _onset(plain, nucleus + 1, following)
        yield slice(first, onset)
        first = onset
    if phones:
        yield slice(first, len(phones))


def _onset(phones: Sequence[str], first: int, nucleus: int) -> int:
    """Where the onset of the syllable of ``nucleus`` begins, at ``first`` or later."""
    return next(
        (start for start in range(first, nucleus) if _may_begin(tuple(phones[start:nucleus]))),
        nucleus,
    )


def _may_begin(consonants: tuple[str, ...]) -> bool:
    return consonants in _CLUSTERS or (len(consonants) == 1 and consonants[0] not in ("NG", "NX"))


def _plain(phone: str) -> str:
    return phone.rstrip("012")
