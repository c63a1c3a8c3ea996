"""The files of a manifest, and its rows as far as they can be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from sal_anchors.check.code import Code
from sal_anchors.check.problem import Problem
from sal_anchors.check.whole import is_whole
from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest, Row
from sal_anchors.manifest.index import RowIndex, stamp_of

_HASH_DIGITS = 12


def check_files(manifest: Manifest) -> Iterator[Problem]:
    """What can be told of the folder without reading rows."""
    named = {part.file for part in manifest.header.parts}
    for path in sorted(manifest.path.glob("part-*.parquet")):
        if path.name not in named:
            yield Problem(Code.STRAY_PART, "manifest.json does not name it", file=path.name)
    yield from _index(manifest)


def readable_rows(manifest: Manifest) -> Iterator[tuple[int, Row] | Problem]:
    """Each row with its number, in order; a problem instead of one that lacks values, and where a
    part cannot be read on."""
    for first, part in _single_parts(manifest):
        number = first
        try:
            for number, row in enumerate(part.rows(), start=first):
                if is_whole(row):
                    yield number, row
                else:
                    told = f"row {number} has a value that is missing, or no finite number"
                    yield Problem.of(row, Code.IMPOSSIBLE_ROW, told)
        except ManifestError as error:
            (name,) = (held.file for held in part.header.parts)
            unread = f"; its rows from number {number} on are not checked"
            yield Problem(Code.PART_DAMAGED, error.problem + unread, file=name)


def scan_readable(manifest: Manifest, *columns: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Some columns of each row with its number, as far as parts can be read."""
    for first, part in _single_parts(manifest):
        try:
            yield from enumerate(part.scan(*columns), start=first)
        except ManifestError:
            continue


def _single_parts(manifest: Manifest) -> Iterator[tuple[int, Manifest]]:
    """The number of each part's first row, and a manifest of this part alone."""
    parts = manifest.header.parts
    for first, part in zip(accumulate((p.rows for p in parts), initial=0), parts, strict=False):
        header = replace(manifest.header, parts=(part,), index="")
        yield first, Manifest(manifest.path, header, manifest.audio_root)


def _index(manifest: Manifest) -> Iterator[Problem]:
    header = manifest.header
    name = header.index

    def unusable(message: str) -> Problem:
        return Problem(Code.INDEX_UNUSABLE, message, file=name or None)

    if not name:
        yield unusable("the manifest has no index: access to single rows is slow")
        return
    try:
        index = RowIndex(manifest.path / Path(name).name, len(manifest))
        stamp = stamp_of(manifest.path, header.parts)
        changed = [part.file for part in header.parts if not _as_named(manifest.path / part.file)]
        whole = _as_named(index.path)
    except ManifestError as error:
        yield unusable(error.problem)
        return
    except OSError as error:
        yield unusable(f"cannot be told ({error.filename}: {error.strerror})")
        return
    if not whole:
        yield unusable("its content is not what was written: single rows may be read wrong")
    elif index.stamp != stamp:
        yield unusable("the parts were written anew since: it is left unused")
    elif changed:
        yield unusable(
            f"made before {', '.join(changed)} was changed: single rows are the old ones"
        )


def _as_named(path: Path) -> bool:
    """Whether a file's content has the hash that its name ends in."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stem.rpartition("-")[2] == digest[:_HASH_DIGITS]
