"""A line of the list: what is told of an utterance, or of an event, in so many columns."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from sal_anchors.review import ReviewedRow, State

from .draw.canvas import fitted
from .draw.marks import short_name

SIGNS = {State.UNREVIEWED: "·", State.PARTIAL: "◐", State.REVIEWED: "✔", State.BAD: "✘"}
_STATUS, _CONF, _UNC, _SECONDS, _SPLIT = 8, 4, 4, 7, 5
_LEAST_ID = 16
_FIXED = 2 + _STATUS + _CONF + _UNC + _SECONDS + _SPLIT + 6


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths of the columns that share what the fixed ones leave."""

    id: int
    rest: int

    @classmethod
    def of(cls, width: int) -> Columns:
        """For a list of a width."""
        free = max(2 * _LEAST_ID, width - _FIXED)
        id_ = max(_LEAST_ID, free * 2 // 5)
        return cls(id_, free - id_)


def heading(width: int, *, events: bool) -> str:
    """The names of the columns."""
    columns = Columns.of(width)
    cells = (
        *("", "event of" if events else "utterance", "status", "split", "conf", "±ms", "seconds"),
        "transcript" if not events else "event",
    )
    return _line(cells, columns)


def line(item: ReviewedRow, width: int, *, place: int | None = None) -> str:
    """The line of a row; or of the event at ``place`` among the row's.

    Args:
        item: as reviewed.
        width: columns.
        place: None for the whole utterance.
    """
    row, events = item.row, [reviewed.event for reviewed in item.review.events]
    told = row.transcript or ""
    if not row.usable:
        told = f"{row.reason}: {row.message}"
    sign, at = SIGNS[item.review.state], f"{row.duration:.2f}"
    reviewed = None if place is None else item.review.of_row(place)
    if reviewed is not None:
        sign = {None: "·", True: "✔", False: "✘"}[reviewed.accepted]
        events = [reviewed.event]
        at = f"@{reviewed.event.time:.3f}"
        told = f"{short_name(reviewed.event.kind, reviewed.event.label)}  {row.transcript or ''}"
    least = min((event.confidence for event in events), default=None)
    widest = max((event.uncertainty for event in events), default=None)
    cells = (
        *(sign, row.id, row.status.value, row.split),
        "" if least is None else f"{least:.2f}",
        "" if widest is None else f"{widest * 1000:.0f}",
        *(at, told),
    )
    return _line(cells, Columns.of(width))


def message_line(row_number: int, message: str, width: int) -> str:
    """The line of a row that cannot be read."""
    return padded(f"! row {row_number}: {message}", width)


def _line(cells: tuple[str, ...], columns: Columns) -> str:
    sign, id_, status, split, conf, unc, seconds, rest = cells
    return " ".join(
        (
            padded(sign, 1),
            padded(id_, columns.id),
            padded(status, _STATUS),
            padded(split, _SPLIT),
            f"{conf:>{_CONF}}",
            f"{unc:>{_UNC}}",
            f"{seconds:>{_SECONDS}}",
            padded(rest, columns.rest),
        )
    )


def padded(text: str, width: int) -> str:
    """Text in exactly ``width`` columns."""
    shown = fitted(text, width)
    return shown + " " * (width - cell_len(shown))
