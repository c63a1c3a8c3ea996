"""What a detector was trained on and with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import torch
from pydantic import BaseModel, ConfigDict

from sal_anchors.dataset import SplitSummary
from sal_anchors.manifest import Manifest
from sal_anchors.review.reviewed import review_digest


class SplitRecord(BaseModel):
    """What a split had to offer.

    Attributes:
        recordings: usable ones.
        seconds: of them, by their frames.
        anchors: by class name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    recordings: int
    seconds: float
    anchors: dict[str, int]


class RunProvenance(BaseModel):
    """Where a checkpoint comes from.

    Attributes:
        torch_version: that it was trained with.
        manifest: name of the manifest folder.
        manifest_hash: SHA-256 of its header and parts, hex; where its audio lies is not in it.
        engine: that aligned it, and its version.
        processes: that trained together.
        train: what the training split had to offer.
        dev: what the development split had to offer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    torch_version: str
    manifest: str
    manifest_hash: str
    engine: str
    processes: int
    train: SplitRecord
    dev: SplitRecord


def provenance_of(
    manifest: Manifest, train: SplitSummary, dev: SplitSummary, *, processes: int
) -> RunProvenance:
    """The provenance of a run on a manifest."""
    aligned = manifest.header.provenance
    return RunProvenance(
        torch_version=torch.__version__,
        manifest=manifest.path.resolve().name,
        manifest_hash=manifest_hash(manifest),
        engine=f"{aligned.engine} {aligned.version}".strip(),
        processes=processes,
        train=_record(train, manifest),
        dev=_record(dev, manifest),
    )


def manifest_hash(manifest: Manifest) -> str:
    """SHA-256, hex, of the header without ``audio_root``, of the bytes of all parts, and of the
    decisions that they are read through, if there are any."""
    header = json.loads(replace(manifest.header, audio_root="", index="").to_json())
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for part in manifest.header.parts:
        with (manifest.path / part.file).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    digest.update(review_digest(manifest))
    return digest.hexdigest()


def _record(split: SplitSummary, manifest: Manifest) -> SplitRecord:
    return SplitRecord(
        recordings=split.rows,
        seconds=round(split.frames * manifest.grid.hop_seconds, 3),
        anchors={
            name: split.anchors[index] for index, name in enumerate(manifest.classes) if index
        },
    )
