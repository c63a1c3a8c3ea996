"""Manifests of the shards of a corpus made one, with the bytes that one run would have written."""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sal_anchors.accounting import Tally
from sal_anchors.corpus.shard import Shard
from sal_anchors.errors import CorpusError, ManifestError
from sal_anchors.manifest.header import Header
from sal_anchors.manifest.read import Manifest
from sal_anchors.manifest.report import REPORT_NAME
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.write import StagedManifest

_SAME = ("tool_version", "grid", "recipe", "provenance")


def merge_manifests(shards: Sequence[Path], out: Path) -> Tally:
    """Write all rows of ``shards``, in order of their ids, as the manifest ``out``.

    Memory does not grow with the number of rows.

    Args:
        shards: manifest folders that ``align --shard`` wrote, all of one corpus, in any order.
        out: replaced if it is a manifest.

    Raises:
        ManifestError: a shard is missing or given twice, shards differ in more than their rows,
            ids repeat or are out of order, or ``out`` is one of the shards or not a manifest.
    """
    opened = [Manifest.open(folder) for folder in shards]
    _require_complete(opened)
    for other in opened[1:]:
        _require_alike(opened[0], other)
    if out.resolve() in (manifest.path.resolve() for manifest in opened):
        raise ManifestError("is one of the shards", where=out, hint="Give another folder with -o")
    first = opened[0]
    with StagedManifest(out) as staged:
        parts, tally = staged.write(_merged(opened))
        root = Path(os.path.relpath(first.audio_root.resolve(), out.resolve())).as_posix()
        header = first.header.derived(parts, tally, audio_root=root)
        staged.commit(header, tally, layout=_layout(first))
    return tally


def _merged(manifests: Iterable[Manifest]) -> Iterator[Row]:
    last: tuple[str, Path] | None = None
    ordered = heapq.merge(*map(_placed, manifests), key=lambda item: item[0].id)
    for row, path in ordered:
        if last is not None and row.id <= last[0]:
            raise ManifestError(
                f"the id {row.id!r} comes after {last[0]!r} of {last[1]}"
                if row.id < last[0]
                else f"the id {row.id!r} is in {last[1]} too",
                where=path,
                hint="Merge the shards of one corpus, each aligned with its own --shard",
            )
        last = (row.id, path)
        yield row


def _placed(manifest: Manifest) -> Iterator[tuple[Row, Path]]:
    return ((row, manifest.path) for row in manifest.rows())


def _require_complete(manifests: Sequence[Manifest]) -> None:
    found: dict[Shard, Path] = {}
    for manifest in manifests:
        if not manifest.header.shard:
            raise ManifestError(
                "is not a shard", where=manifest.path, hint="Make shards with: align --shard 1/2"
            )
        try:
            shard = Shard.parse(manifest.header.shard)
        except CorpusError as error:
            raise ManifestError(error.problem, where=manifest.path, hint=error.hint) from None
        if shard in found:
            raise ManifestError(f"is shard {shard}, as is {found[shard]}", where=manifest.path)
        found[shard] = manifest.path
    of = {shard.of for shard in found}
    if len(of) != 1:
        raise ManifestError(
            f"the shards are of {' and of '.join(map(str, sorted(of))) or 'nothing'}",
            hint="Merge all shards of one division",
        )
    (total,) = of
    if missing := [n for n in range(1, total + 1) if Shard(n, total) not in found]:
        raise ManifestError(
            f"shard {', '.join(f'{n}/{total}' for n in missing)} is missing",
            where=next(iter(found.values())).parent,
            hint="Align it, or name it too",
        )


def _require_alike(one: Manifest, other: Manifest) -> None:
    for name in _SAME:
        ours, theirs = getattr(one.header, name), getattr(other.header, name)
        if ours != theirs:
            raise ManifestError(
                f"its {name.replace('_', ' ')} differs from that of {one.path}: "
                f"{_short(theirs)}, there {_short(ours)}",
                where=other.path,
                hint="Align all shards with the same command but for --shard",
            )
    for name, ours, theirs in (
        ("audio root", one.audio_root.resolve(), other.audio_root.resolve()),
        ("layout", _layout(one), _layout(other)),
    ):
        if ours != theirs:
            raise ManifestError(
                f"its {name} is {theirs}, that of {one.path} {ours}", where=other.path
            )


def _short(value: Header | Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _layout(manifest: Manifest) -> str:
    """The corpus layout, which the report tells and the header does not."""
    path = manifest.path / REPORT_NAME
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return str(values["layout"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestError(
            f"cannot be read ({error})", where=path, hint="Align this shard again"
        ) from None
