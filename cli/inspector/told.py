"""What is told of an utterance in words: title, cursor, anchor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from sal_anchors.anchors.anchor import IGNORE_LABEL

from .draw.canvas import fitted
from .draw.marks import AnchorMark, short_name

if TYPE_CHECKING:
    from sal_anchors.anchors.recipe import Recipe
    from sal_anchors.manifest.row import Row
    from sal_anchors.review import ReviewedEvent, ReviewedRow
    from sal_anchors.review.findings import Finding
    from sal_anchors.timebase import FrameGrid

_VERDICTS = {None: "open", True: "accepted", False: "rejected"}
_LEAST_ID = 16
_KINDS = ("keyword_end", "keyword_start")


def title_line(
    item: ReviewedRow | None,
    index: int,
    total: int,
    width: int,
    found: Sequence[Finding] = (),
) -> str:
    """Id, place in the list, state, status and findings."""
    place = f"{index + 1:,}/{total:,}"
    if item is None:
        return f" {place}"
    row = item.row
    reason = f" ({row.reason})" if row.reason else ""
    codes = sorted({f.code.value for f in row.findings} | {f.code for f in found})
    state = item.review.state.value
    parts = (place, state, f"{row.status}{reason}", row.split, row.speaker or "", *codes)
    told = "  ".join(part for part in parts if part)
    return f" {fitted(row.id, max(_LEAST_ID, width - cell_len(told) - 4))}  {told}"


def transcript_line(item: ReviewedRow, found: Sequence[Finding] = ()) -> str:
    """Note, transcript, and what a check found."""
    parts = [f"note: {item.review.note}"] if item.review.note else []
    parts.append(item.row.transcript or "")
    for finding in found:
        place = "" if finding.time is None else f" at {finding.time:.3f} s"
        parts.append(f"{finding.code}{place}: {finding.message}")
    return "   ".join(parts)


def cursor_line(row: Row, grid: FrameGrid, classes: Sequence[str], time: float) -> str:
    """Time, sample, frame, label and weight under the cursor."""
    frame = grid.frame_of(time)
    told = f" cursor {time:.4f} s  sample {grid.sample_of(time)}  frame {frame}"
    if frame < len(row.weights):
        label = int(row.labels[frame])
        name = "ignored" if label == IGNORE_LABEL else f"{label}"
        if 0 <= label < len(classes):
            name = classes[label]
        told += f"  class {name}  weight {row.weights[frame]:.3f}"
    return told


def anchor_line(item: ReviewedRow, selected: ReviewedEvent | None) -> str:
    """The selected anchor."""
    events = item.review.events
    if selected is None:
        return " no anchor: i adds one at the cursor, A accepts that there is none"
    event = selected.event
    place = next((n for n, other in enumerate(events) if other is selected), 0)
    told = (
        f" {place + 1}/{len(events)} {event.kind} {event.label!r} {_VERDICTS[selected.accepted]}"
        f"  {event.time:.4f} s ±{event.uncertainty * 1000:.0f} ms"
        f"  conf {event.confidence:.2f}  {event.source}"
    )
    return f"{told}  note: {selected.note}" if selected.note else told


def marks_of(
    items: Sequence[ReviewedEvent], selected: ReviewedEvent | None
) -> tuple[AnchorMark, ...]:
    """The anchors to draw."""
    return tuple(
        AnchorMark(
            time=item.event.time,
            name=short_name(item.event.kind, item.event.label),
            uncertainty=item.event.uncertainty,
            accepted=item.accepted,
            selected=item is selected,
        )
        for item in items
    )


def anchor_choices(recipe: Recipe, items: Sequence[ReviewedEvent]) -> list[tuple[str, str]]:
    """Kinds and labels that an anchor may be: those of the utterance, and the recipe's keywords."""
    there = [(item.event.kind.value, item.event.label) for item in items]
    asked = [(kind, name) for name in recipe.classes[1:] for kind in _KINDS]
    return list(dict.fromkeys([*there, *asked]))
