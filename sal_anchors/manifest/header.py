"""``manifest.json``: what a manifest folder holds and where it comes from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, StrictFloat, StrictInt, StrictStr, ValidationError

from sal_anchors.accounting import Reason, Status, Tally
from sal_anchors.align.alignment import Provenance
from sal_anchors.anchors.mistake import explain
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.corpus.split import SPLITS
from sal_anchors.errors import GridMismatchError, ManifestError
from sal_anchors.manifest.schema import SCHEMA_VERSION
from sal_anchors.timebase import FrameGrid

HEADER_NAME = "manifest.json"
FORMAT = "sal-anchors manifest"


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of the manifest."""

    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class Header:
    """Everything about a manifest but its rows.

    Attributes:
        tool_version: of sal-anchors.
        audio_root: relative to the manifest's folder, forward slashes.
        grid: of all labels, weights and anchors.
        recipe: the resolved recipe.
        provenance: of the alignments.
        counts: ``total``, one count a status, ``reasons``, and what each of ``splits`` holds.
        audio_seconds: length of all readable utterances.
        parts: in row order.
        shard: which share of the corpus this is, as ``2/8``; empty if it is the whole.
        index: file for random access (:mod:`sal_anchors.manifest.index`); set when a manifest is
            written, empty if there is none.
    """

    tool_version: str
    audio_root: str
    grid: FrameGrid
    recipe: Recipe
    provenance: Provenance
    counts: dict[str, Any]
    audio_seconds: float
    parts: tuple[Part, ...]
    shard: str = ""
    index: str = ""

    def to_json(self) -> str:
        """The header as the text of ``manifest.json``."""
        values = {
            "format": FORMAT,
            "schema_version": SCHEMA_VERSION,
            "tool_version": self.tool_version,
            "audio_root": self.audio_root,
            "grid": self.grid.to_dict(),
            "classes": list(self.recipe.classes),
            "recipe": self.recipe.model_dump(mode="json"),
            "provenance": {
                **asdict(self.provenance),
                "settings": dict(self.provenance.settings),
            },
            "counts": self.counts,
            "audio_seconds": round(self.audio_seconds, 3),
            **({"shard": self.shard} if self.shard else {}),
            "parts": [asdict(part) for part in self.parts],
            "index": self.index,
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"

    def derived(self, parts: tuple[Part, ...], tally: Tally, **changes: Any) -> Self:
        """The header of a manifest whose rows were made from this one's.

        Args:
            parts: of that manifest.
            tally: of its rows.
            changes: other fields that differ, such as ``audio_root`` or ``recipe``.
        """
        return replace(
            self,
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
            shard="",
            **changes,
        )


def counts_of(tally: Tally) -> dict[str, Any]:
    """Counts in a fixed order, as plain JSON values."""
    return {
        "total": tally.total,
        **{status.value: tally.statuses[status] for status in Status},
        "reasons": {reason.value: n for reason, n in sorted(tally.reasons.items())},
        "splits": {
            name: {
                "usable": split.usable,
                "seconds": round(split.seconds, 3),
                "events": {
                    f"{kind}: {label}": n for (kind, label), n in sorted(split.events.items())
                },
            }
            for name, split in sorted(tally.splits.items(), key=lambda item: SPLITS.index(item[0]))
        },
    }


def read_header(folder: Path) -> Header:
    """The header of a manifest folder.

    Raises:
        ManifestError: absent, damaged, or of another schema version.
    """
    path = folder / HEADER_NAME
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ManifestError(
            f"no manifest here ({HEADER_NAME} is missing)",
            where=folder,
            hint="Make one with: sal-anchors align CORPUS -k KEYWORD",
        ) from None
    except (OSError, ValueError) as error:
        raise ManifestError(
            f"cannot be read ({error})", where=path, hint="Align the corpus again"
        ) from None
    found = values.get("schema_version") if isinstance(values, dict) else None
    if found != SCHEMA_VERSION:
        raise ManifestError(
            f"schema version {found!r}, this sal-anchors reads {SCHEMA_VERSION}",
            where=path,
            hint="Align the corpus again, or install the sal-anchors that wrote it",
        )
    try:
        return _header(values)
    except (GridMismatchError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ManifestError(
            f"damaged, or of another sal-anchors: {_in_short(error)}",
            where=path,
            hint="Align the corpus again",
        ) from None


def _in_short(error: Exception) -> str:
    """The first thing wrong, where it is, and how much else."""
    if isinstance(error, GridMismatchError):
        return error.problem
    if not isinstance(error, ValidationError):
        return str(error)
    first, *others = error.errors(include_url=False)
    more = f", and {len(others)} more" if others else ""
    if first["loc"][0] == "recipe":
        return f"in its recipe, {explain({**first, 'loc': first['loc'][1:]})}{more}"
    return explain(first) + more


class _Split(BaseModel):
    usable: StrictInt
    seconds: StrictFloat
    events: dict[StrictStr, StrictInt]


class _Counts(BaseModel):
    total: StrictInt
    ok: StrictInt
    suspect: StrictInt
    failed: StrictInt
    skipped: StrictInt
    reasons: dict[Reason, StrictInt]
    splits: dict[StrictStr, _Split]


class _Part(BaseModel):
    file: StrictStr
    rows: StrictInt


class _Provenance(BaseModel):
    engine: StrictStr
    version: StrictStr
    model: StrictStr
    settings: dict[StrictStr, StrictStr]


class _Document(BaseModel):
    """The sorts of values that ``manifest.json`` must hold; it may come from anywhere."""

    tool_version: StrictStr
    audio_root: StrictStr
    grid: dict[StrictStr, Any]
    recipe: Recipe
    provenance: _Provenance
    counts: _Counts
    audio_seconds: StrictFloat
    parts: list[_Part]
    shard: StrictStr = ""
    index: StrictStr = ""


def _header(values: dict[str, Any]) -> Header:
    document = _Document.model_validate(values)
    grid = FrameGrid.from_dict(document.grid)
    if grid != document.recipe.grid.grid():
        raise ValueError(f"the grid is {grid}, that of the recipe {document.recipe.grid.grid()}")
    provenance = document.provenance.model_dump()
    settings = tuple(sorted(provenance.pop("settings").items()))
    return Header(
        tool_version=document.tool_version,
        audio_root=document.audio_root,
        grid=grid,
        recipe=document.recipe,
        provenance=Provenance(**provenance, settings=settings),
        counts=values["counts"],
        audio_seconds=document.audio_seconds,
        parts=tuple(Part(part.file, part.rows) for part in document.parts),
        shard=document.shard,
        index=document.index,
    )
