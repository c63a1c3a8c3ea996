"""Which annotation belongs to which recording."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sal_anchors.audio import SUFFIXES


@dataclass(frozen=True, slots=True)
class Matches:
    """Annotations by the utterance that they belong to.

    Attributes:
        of: ids of annotations by the id of their utterance.
        unused: those that belong to none, and why.
    """

    of: Mapping[str, list[str]]
    unused: Mapping[str, str]


def match(annotations: Iterable[str], ids: Iterable[str]) -> Matches:
    """An annotation belongs to the utterance of its id, of its file name, or, if it names no
    folder, to the only one whose id ends in the same name."""
    of: defaultdict[str, list[str]] = defaultdict(list)
    unused: dict[str, str] = {}
    known = set(ids)
    by_stem: defaultdict[str, list[str]] = defaultdict(list)
    for id_ in sorted(known):
        by_stem[id_.rpartition("/")[2]].append(id_)
    for given in annotations:
        plain = _plain(given)
        fitting = [given] if given in known else [plain] if plain in known else []
        if not fitting and "/" not in plain:
            fitting = by_stem.get(plain, [])
        if len(fitting) == 1:
            of[fitting[0]].append(given)
        elif fitting:
            unused[given] = f"{len(fitting)} audio files are called so: {', '.join(fitting[:3])}"
        else:
            unused[given] = "no audio file is called so"
    return Matches(of, unused)


def _plain(name: str) -> str:
    """A name with forward slashes, without ``./`` and an audio file's suffix."""
    name = name.replace("\\", "/").removeprefix("./")
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    return stem if suffix.lower() in SUFFIXES else name
