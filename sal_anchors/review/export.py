"""What reviewers decided, as a table: a line an event, for spreadsheets and other tools."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from sal_anchors.atomic import replacing
from sal_anchors.errors import ManifestError, ReviewError
from sal_anchors.manifest import Manifest
from sal_anchors.review.decision import Decision
from sal_anchors.review.overlay import by_utterance
from sal_anchors.review.replay import Reviewed, State, replay
from sal_anchors.review.standing import standing

FORMATS = (".csv", ".tsv", ".jsonl")


@dataclass(frozen=True, slots=True)
class ExportedEvent:
    """An event of an utterance that something was decided about.

    Attributes:
        utterance: id of the row.
        state: how far the review of the utterance is.
        verdict: ``accepted``, ``rejected`` or ``open``; empty in a line without an event, which
            stands for an utterance that has none.
        kind: as decided.
        label: as decided.
        time: as decided, seconds.
        found_kind: as the manifest had it; empty if a reviewer added the event.
        found_label: likewise.
        found_time: likewise, seconds.
        who: reviewers of the utterance.
        when: of the last decision about it, UTC.
        note: about the event, or about the utterance.
    """

    utterance: str
    state: str
    verdict: str = ""
    kind: str = ""
    label: str = ""
    time: float | None = None
    found_kind: str = ""
    found_label: str = ""
    found_time: float | None = None
    who: str = ""
    when: str = ""
    note: str = ""


def exported(manifest: Manifest, decisions: Iterable[Decision]) -> Iterator[ExportedEvent]:
    """The events of all utterances that a standing decision is about, by id; utterances that the
    manifest does not have are left out, :func:`~sal_anchors.review.progress.progress_of` tells
    them."""
    for utterance, group in sorted(by_utterance(decisions).items()):
        stand = standing(group)
        try:
            row = manifest.row(utterance)
        except ManifestError:
            continue
        review = replay(row.events, group, seconds=row.duration)
        if stand and review.state is not State.UNREVIEWED:
            yield from _events(utterance, review, stand)


def write_export(path: Path, events: Iterable[ExportedEvent]) -> int:
    """Write a table, whole or not at all; its suffix says which: .csv, .tsv or .jsonl.

    Returns:
        How many lines it has.

    Raises:
        ReviewError: another suffix, or it cannot be written.
    """
    if path.suffix not in FORMATS:
        raise ReviewError(f"the suffix {path.suffix!r} is none of {', '.join(FORMATS)}", where=path)
    try:
        with (
            replacing(path) as partial,
            partial.open("w", encoding="utf-8", newline="") as file,
        ):
            return _write(file, path.suffix, events)
    except OSError as error:
        raise ReviewError(f"cannot be written ({error.strerror})", where=path) from None


def _write(file: IO[str], suffix: str, events: Iterable[ExportedEvent]) -> int:
    count = 0
    table = csv.DictWriter(
        file,
        list(ExportedEvent.__slots__),
        delimiter="\t" if suffix == ".tsv" else ",",
        lineterminator="\n",
    )
    if suffix != ".jsonl":
        table.writeheader()
    for event in events:
        values: dict[str, Any] = asdict(event)
        if suffix == ".jsonl":
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
        else:
            table.writerow(values)
        count += 1
    return count


def _events(
    utterance: str, review: Reviewed, stand: tuple[Decision, ...]
) -> Iterator[ExportedEvent]:
    told: dict[str, Any] = {
        "utterance": utterance,
        "state": review.state.value,
        "who": ", ".join(sorted({decision.who for decision in stand})),
        "when": stand[-1].when.isoformat(),
    }
    for item in review.events:
        mark = None if item.mark.added else item.mark
        yield ExportedEvent(
            **told,
            verdict={True: "accepted", False: "rejected", None: "open"}[item.accepted],
            kind=item.event.kind.value,
            label=item.event.label,
            time=item.event.time,
            found_kind=mark.kind.value if mark else "",
            found_label=mark.label if mark else "",
            found_time=mark.time if mark else None,
            note=item.note or review.note,
        )
    if not review.events:
        yield ExportedEvent(**told, note=review.note)
