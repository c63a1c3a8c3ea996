"""A manifest as a few columns of numbers: what it takes to filter and sort a million utterances.

About 40 bytes a row and 16 an event; ids, transcripts, words and targets stay on the disk.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sal_anchors.accounting import Status
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import renderer_of
from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.columns import items_of
from sal_anchors.review.badness import CODES, badness
from sal_anchors.review.decision import Decision
from sal_anchors.review.findings import Findings
from sal_anchors.review.replay import State, replay

MOST_EVENTS = 10_000_000
"""Beyond this many, events are not kept, and conditions on them are not available."""

STATES = tuple(State)
_COLUMNS = (
    *("id", "status", "reason", "split", "speaker", "score"),
    *("num_samples", "sample_rate", "findings", "events"),
)
_NAMES = ("status", "reason", "split", "speaker")
_BIT = {code.value: 1 << bit for bit, code in enumerate(CODES)}
_AT_ONCE = 8_192


@dataclass(slots=True)
class Names:
    """Names as numbers in the order they were met; number 0 is no name."""

    numbers: dict[Any, int] = field(default_factory=lambda: {None: 0})

    def of(self, column: pa.Array) -> NDArray[np.int32]:
        """The numbers of a column of names."""
        encoded = column.dictionary_encode()
        known = [self.number(name) for name in encoded.dictionary.to_pylist()]
        table = np.array([*known, 0], dtype=np.int32)
        found: NDArray[np.int32] = table[np.asarray(encoded.indices.fill_null(len(known)))]
        return found

    def number(self, name: Any) -> int:
        """The number of a name, which is new or known."""
        return self.numbers.setdefault(name, len(self.numbers))


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """All events of a manifest, in the order of rows.

    Attributes:
        row: (E,) number of the row.
        place: (E,) number among the row's events.
        name: (E,) number of kind and label among ``names``.
        confidence: (E,).
        uncertainty: (E,) seconds.
        names: kinds and labels by number.
    """

    row: NDArray[np.int32]
    place: NDArray[np.uint16]
    name: NDArray[np.int32]
    confidence: NDArray[np.float32]
    uncertainty: NDArray[np.float32]
    names: tuple[tuple[EventKind, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Columns of a manifest, a value a row.

    Attributes:
        codes: by column (status, reason, split, speaker), numbers of names (R,).
        names: by column, names by number; number 0 is no name.
        score: (R,) nats a frame, NaN where there is none.
        seconds: (R,) length.
        confidence: (R,) of the least sure event, NaN where there is none.
        uncertainty: (R,) seconds, the greatest of its events, likewise.
        num_events: (R,).
        findings: (R,) bits by :data:`~sal_anchors.review.badness.CODES`.
        checked: numbers of rows by code, of a check that was made since.
        states: (R,) numbers of :data:`STATES`; changes as decisions are made.
        worst: (R,) by :func:`~sal_anchors.review.badness.badness`.
        events: None if there are more than :data:`MOST_EVENTS`.
        class_of: class names by the names of events.
    """

    codes: Mapping[str, NDArray[np.integer]]
    names: Mapping[str, tuple[str | None, ...]]
    score: NDArray[np.float32]
    seconds: NDArray[np.float32]
    confidence: NDArray[np.float32]
    uncertainty: NDArray[np.float32]
    num_events: NDArray[np.int32]
    findings: NDArray[np.uint16]
    states: NDArray[np.uint8]
    worst: NDArray[np.float32]
    events: Events | None
    class_of: tuple[str, ...]
    checked: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.score)

    def facets(self) -> Iterator[tuple[str, str, int]]:
        """Field, value and number of rows of what can be chosen from, the most frequent first."""
        for column in _NAMES:
            names = self.names[column]
            counts = np.bincount(self.codes[column], minlength=len(names))
            for number in np.argsort(-counts, kind="stable"):
                if number and counts[number]:
                    yield column, str(names[number]), int(counts[number])
        for number, state in enumerate(STATES):
            yield "state", state.value, int((self.states == number).sum())
        for code in self.all_codes():
            if count := int(self.with_code(code).sum()):
                yield "code", code, count
        if self.events is not None:
            yield from self._event_facets(self.events)

    def all_codes(self) -> tuple[str, ...]:
        """Codes of findings, those of the check behind those of the manifest."""
        return tuple(dict.fromkeys([*(code.value for code in CODES), *self.checked]))

    def with_code(self, code: str) -> NDArray[np.bool_]:
        """Which rows have a finding, of the manifest or of the check: (R,)."""
        found: NDArray[np.bool_] = (self.findings & np.uint16(_BIT.get(code, 0))) != 0
        if code in self.checked:
            found[self.checked[code]] = True
        return found

    def _event_facets(self, events: Events) -> Iterator[tuple[str, str, int]]:
        counts = np.bincount(events.name, minlength=len(events.names))
        told = {
            "kind": [kind.value for kind, _ in events.names],
            "label": [label for _, label in events.names],
            "class": self.class_of,
        }
        for name, values in told.items():
            totals: Counter[str] = Counter()
            for value, count in zip(values, counts.tolist(), strict=True):
                totals[value] += count
            yield from ((name, value, count) for value, count in totals.most_common())


def load_catalogue(
    manifest: Manifest,
    decisions: Mapping[str, tuple[Decision, ...]],
    *,
    findings: Findings | None = None,
    on_rows: Callable[[int], None] = lambda done: None,
) -> Catalogue:
    """Read the columns of a manifest, in memory that does not grow beyond them.

    Args:
        manifest: as it is on the disk.
        decisions: by utterance, for the states.
        findings: of a check, in addition to those in the rows.
        on_rows: called with the number of rows read so far; may raise to give up.

    Raises:
        ManifestError: a part is missing or damaged.
    """
    return _Loader(manifest, decisions, findings or Findings()).load(on_rows)


class _Loader:
    def __init__(
        self,
        manifest: Manifest,
        decisions: Mapping[str, tuple[Decision, ...]],
        findings: Findings,
    ):
        self._manifest = manifest
        self._decisions = decisions
        self._ids = pa.array(list(decisions), pa.string())
        self._found = findings
        self._found_ids = pa.array(list(findings.by_id), pa.string())
        self._checked: defaultdict[str, list[int]] = defaultdict(list)
        self._names = {name: Names() for name in _NAMES}
        self._events = Names()
        self._pieces: list[tuple[NDArray[Any], ...]] = []
        self._kept = 0
        total = len(manifest)
        self._codes: dict[str, NDArray[np.integer]] = {
            name: np.zeros(total, np.int32 if name == "speaker" else np.uint8) for name in _NAMES
        }
        self._score = np.zeros(total, np.float32)
        self._seconds = np.zeros(total, np.float32)
        self._confidence = np.full(total, np.nan, np.float32)
        self._uncertainty = np.full(total, np.nan, np.float32)
        self._counts = np.zeros(total, np.int32)
        self._findings = np.zeros(total, np.uint16)
        self._states = np.zeros(total, np.uint8)

    def load(self, on_rows: Callable[[int], None]) -> Catalogue:
        first = 0
        for batch in self._manifest.batches(*_COLUMNS, size=_AT_ONCE):
            self._add(batch, slice(first, first + len(batch)))
            first += len(batch)
            on_rows(first)
        names = {name: tuple(found.numbers) for name, found in self._names.items()}
        suspect = self._names["status"].numbers.get(Status.SUSPECT.value, -1)
        event_names = tuple((EventKind(kind), label) for kind, label in _paired(self._events))
        return Catalogue(
            codes=self._codes,
            names=names,
            score=self._score,
            seconds=self._seconds,
            confidence=self._confidence,
            uncertainty=self._uncertainty,
            num_events=self._counts,
            findings=self._findings,
            states=self._states,
            worst=badness(
                confidence=self._confidence,
                uncertainty=self._uncertainty,
                score=self._score,
                findings=self._findings,
                suspect=self._codes["status"] == suspect,
            ),
            events=self._all_events(event_names) if self._kept <= MOST_EVENTS else None,
            class_of=_classes(event_names, self._manifest.recipe),
            checked={
                code: np.array(numbers, np.int32) for code, numbers in sorted(self._checked.items())
            },
        )

    def _add(self, batch: pa.RecordBatch, rows: slice) -> None:
        import pyarrow.compute as pc

        for name in _NAMES:
            self._codes[name][rows] = self._names[name].of(batch.column(name))
        self._score[rows] = batch.column("score").to_numpy(zero_copy_only=False)
        rate = np.maximum(batch.column("sample_rate").to_numpy(zero_copy_only=False), 1)
        samples = batch.column("num_samples").to_numpy(zero_copy_only=False)
        self._seconds[rows] = samples / rate
        self._add_findings(batch.column("findings"), rows)
        self._add_events(batch.column("events"), rows)
        if len(self._found_ids):
            there = np.flatnonzero(np.asarray(pc.is_in(batch.column("id"), self._found_ids)))
            self._add_checked(batch.column("id").take(pa.array(there)), rows.start + there)
        if len(self._ids):
            decided = np.flatnonzero(np.asarray(pc.is_in(batch.column("id"), self._ids)))
            if len(decided):
                self._add_states(batch.take(pa.array(decided)), rows.start + decided)

    def _add_findings(self, column: pa.ListArray, rows: slice) -> None:
        import pyarrow.compute as pc

        codes = column.flatten().field("code").dictionary_encode()
        if not len(codes):
            return
        bits = [_BIT.get(code, 0) for code in codes.dictionary.to_pylist()]
        parents = np.asarray(pc.list_parent_indices(column))
        values = np.array(bits, np.uint16)[np.asarray(codes.indices)]
        np.bitwise_or.at(self._findings[rows], parents, values)

    def _add_events(self, column: pa.ListArray, rows: slice) -> None:
        import pyarrow.compute as pc

        items = column.flatten()
        if not len(items):
            return
        parents = np.asarray(pc.list_parent_indices(column)).astype(np.int32)
        counts = np.bincount(parents, minlength=len(column)).astype(np.int32)
        self._counts[rows] = counts
        confidence = items.field("confidence").to_numpy(zero_copy_only=False)
        uncertainty = items.field("uncertainty").to_numpy(zero_copy_only=False)
        begins = np.cumsum(counts) - counts
        there = counts > 0
        self._confidence[rows][there] = np.minimum.reduceat(confidence, begins[there])
        self._uncertainty[rows][there] = np.maximum.reduceat(uncertainty, begins[there])
        self._kept += len(items)
        if self._kept > MOST_EVENTS:
            self._pieces.clear()
            return
        joined = pc.binary_join_element_wise(items.field("kind"), items.field("label"), "\t")
        places = np.arange(len(items)) - begins[parents]
        self._pieces.append(
            (
                parents + np.int32(rows.start),
                places.astype(np.uint16),
                self._events.of(joined) - np.int32(1),
                confidence.astype(np.float32),
                uncertainty.astype(np.float32),
            )
        )

    def _add_checked(self, ids: pa.Array, numbers: NDArray[np.int64]) -> None:
        for number, id_ in zip(numbers.tolist(), ids.to_pylist(), strict=True):
            for code in {finding.code for finding in self._found.of(id_)}:
                self._checked[code].append(number)

    def _add_states(self, batch: pa.RecordBatch, numbers: NDArray[np.int64]) -> None:
        ids, events = batch.column("id").to_pylist(), items_of(batch, "events")
        for number, id_, found in zip(numbers.tolist(), ids, events, strict=True):
            seconds = float(self._seconds[number])
            review = replay(found, self._decisions[id_], seconds=seconds)
            self._states[number] = STATES.index(review.state)

    def _all_events(self, names: tuple[tuple[EventKind, str], ...]) -> Events:
        types = (np.int32, np.uint16, np.int32, np.float32, np.float32)
        columns = list(zip(tuple(np.zeros(0, t) for t in types), *self._pieces, strict=True))
        self._pieces = []
        row, place, name, confidence, uncertainty = (np.concatenate(columns.pop(0)) for _ in types)
        return Events(row, place, name, confidence, uncertainty, names)


def _paired(names: Names) -> Iterator[tuple[str, str]]:
    for name in names.numbers:
        if name is not None:
            kind, _, label = name.partition("\t")
            yield kind, label


def _classes(names: tuple[tuple[EventKind, str], ...], recipe: Recipe) -> tuple[str, ...]:
    renderer = renderer_of(recipe)
    return tuple(recipe.classes[renderer.class_of(kind, label)] for kind, label in names)
