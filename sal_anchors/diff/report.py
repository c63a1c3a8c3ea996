"""What was found to differ, in constant memory: counts of all, examples and the worst."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sal_anchors.diff.shifts import Shifts
from sal_anchors.diff.targets import Targets
from sal_anchors.differences import Difference

FORMAT = "sal-anchors diff"
SCHEMA_VERSION = 1

EventName = tuple[str, str]
"""Kind and label of events that are counted together."""


@dataclass(frozen=True, slots=True, order=True)
class Moved:
    """An event whose time is another one; ordered by how far.

    Attributes:
        distance: absolute shift, seconds.
        id: of the row.
        kind: of the event.
        label: of the event.
        before: its time, seconds.
        after: likewise.
    """

    distance: float
    id: str
    kind: str
    label: str
    before: float
    after: float


@dataclass(slots=True)
class Examples:
    """A count, and the first few of what is counted."""

    keep: int
    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, told: str) -> None:
        """Count one."""
        self.count += 1
        if len(self.first) < self.keep:
            self.first.append(told)


@dataclass(slots=True)
class DiffReport:
    """What differs between two manifests, before and after.

    Attributes:
        keep: examples kept of each sort.
        most: how many of the most moved events are kept.
        grid: keys of the frame grid that differ; then labels and weights are not compared.
        header: keys of recipe, provenance and version that differ.
        rows: ids that are in both.
        only_before: ids that are in the first alone.
        only_after: ids that are in the second alone.
        statuses: ids by ``(before, after)``, of rows whose status or reason is another one.
        columns: ids by name, of rows whose audio, transcript, split or words are others.
        shifts: of matched events by kind and label.
        vanished: events of the first, in rows that are in both, that have no like in the second.
        appeared: the reverse.
        targets: labels and weights of rows usable in both; None if the grids differ.
        worst: the events that moved most, the furthest first when read by :meth:`most_moved`.
    """

    keep: int
    most: int
    grid: tuple[Difference, ...] = ()
    header: tuple[Difference, ...] = ()
    rows: int = 0
    only_before: Examples = field(init=False)
    only_after: Examples = field(init=False)
    statuses: defaultdict[tuple[str, str], Examples] = field(init=False)
    columns: defaultdict[str, Examples] = field(init=False)
    shifts: defaultdict[EventName, Shifts] = field(default_factory=lambda: defaultdict(Shifts))
    vanished: Counter[EventName] = field(default_factory=Counter)
    appeared: Counter[EventName] = field(default_factory=Counter)
    targets: Targets | None = None
    worst: list[Moved] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.only_before, self.only_after = Examples(self.keep), Examples(self.keep)
        self.statuses = defaultdict(lambda: Examples(self.keep))
        self.columns = defaultdict(lambda: Examples(self.keep))

    def move(self, name: EventName, moved: Moved) -> None:
        """Count a matched event."""
        self.shifts[name].add(moved.after - moved.before)
        if moved.distance > 0 and self.most:
            if len(self.worst) < self.most:
                heapq.heappush(self.worst, moved)
            else:
                heapq.heappushpop(self.worst, moved)

    def most_moved(self) -> list[Moved]:
        """The events that moved most, the furthest first."""
        return sorted(self.worst, key=lambda m: (-m.distance, m.id, m.before))

    @property
    def same(self) -> bool:
        """Whether nothing differs but, maybe, the version of the tool."""
        headers = [found for found in self.header if found.key != "tool_version"]
        targets = self.targets
        return not (
            self.grid
            or headers
            or self.only_before.count
            or self.only_after.count
            or self.statuses
            or self.columns
            or self.vanished
            or self.appeared
            or any(shifts.moved for shifts in self.shifts.values())
            or (targets and (targets.labels or targets.weights or targets.rows_apart))
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; times in seconds, shifts in milliseconds, shares in [0, 1]."""
        return {
            "format": FORMAT,
            "schema_version": SCHEMA_VERSION,
            "same": self.same,
            "grid": _keys(self.grid),
            "header": _keys(self.header),
            "rows": self.rows,
            "only_before": _examples(self.only_before),
            "only_after": _examples(self.only_after),
            "statuses": [
                {"before": before, "after": after, **_examples(found)}
                for (before, after), found in sorted(self.statuses.items())
            ],
            "columns": {name: _examples(found) for name, found in sorted(self.columns.items())},
            "events": [_event(name, self) for name in self.names()],
            "targets": None if self.targets is None else _targets(self.targets),
            "worst": [
                {
                    "id": moved.id,
                    "kind": moved.kind,
                    "label": moved.label,
                    "before": moved.before,
                    "after": moved.after,
                    "shift_ms": round((moved.after - moved.before) * 1000, 4),
                }
                for moved in self.most_moved()
            ],
        }

    def names(self) -> list[EventName]:
        """Kinds and labels of all events, sorted."""
        return sorted({*self.shifts, *self.vanished, *self.appeared})


def _keys(found: tuple[Difference, ...]) -> list[dict[str, Any]]:
    return [{"key": d.key, "before": d.before, "after": d.after} for d in found]


def _examples(found: Examples) -> dict[str, Any]:
    return {"count": found.count, "examples": found.first}


def _event(name: EventName, report: DiffReport) -> dict[str, Any]:
    kind, label = name
    shifts = report.shifts.get(name, Shifts())
    in_ms: Mapping[str, float] = {
        "median_ms": shifts.quantile(0.5),
        "mean_ms": shifts.mean,
        "p90_ms": shifts.quantile(0.9),
        "max_ms": shifts.largest,
        "bias_ms": shifts.bias,
    }
    return {
        "kind": kind,
        "label": label,
        "matched": shifts.count,
        "moved": shifts.moved,
        **{key: round(seconds * 1000, 4) for key, seconds in in_ms.items()},
        "vanished": report.vanished[name],
        "appeared": report.appeared[name],
    }


def _targets(found: Targets) -> dict[str, Any]:
    frames = max(found.frames, 1)
    return {
        "frames": found.frames,
        "labels_changed": found.labels,
        "labels_changed_share": found.labels / frames,
        "weights_changed": found.weights,
        "weights_changed_share": found.weights / frames,
        "weights_mean_difference": found.mean,
        "weights_largest_difference": found.largest,
        "rows_with_other_frames": found.rows_apart,
    }
