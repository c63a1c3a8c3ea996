"""``sal-anchors merge``: the shards of a corpus in, one manifest out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer


def merge(
    shards: Annotated[
        list[Path], typer.Argument(help="Manifest folders that align --shard wrote, all of them.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Manifest folder.  (default: SHARD without .N-of-M)"),
    ] = None,
) -> None:
    """Merge the manifests of all shards into the one that a single run would have written."""
    from sal_anchors.accounting import Status
    from sal_anchors.manifest.merge import merge_manifests

    target = out or _whole(shards[0])
    tally = merge_manifests(shards, target)
    counts = ", ".join(f"{status} {tally.statuses[status]}" for status in Status)
    typer.echo(f"{target}: {tally.total} utterances ({counts}) from {len(shards)} shards")


def _whole(shard: Path) -> Path:
    name = re.sub(r"\.\d+-of-\d+$", "", shard.resolve().name)
    if name == shard.resolve().name:
        raise typer.BadParameter(f"{shard} does not end in .N-of-M; name the manifest with -o")
    return shard.resolve().with_name(name)
