"""``report.json`` and ``failures.jsonl``: what became of a run's utterances, for programs.

Both hold nothing that differs between two runs over the same data: no clock, no machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pyarrow as pa

from sal_anchors.accounting import Reason, Status, Tally
from sal_anchors.manifest.columns import bounds_of, values_of
from sal_anchors.manifest.header import Header, counts_of

REPORT_NAME = "report.json"
FAILURES_NAME = "failures.jsonl"
FORMAT = "sal-anchors report"
SCHEMA_VERSION = 1


def report_of(header: Header, tally: Tally, *, layout: str) -> dict[str, Any]:
    """The content of ``report.json`` as plain JSON values.

    ``total = ok + suspect + failed + skipped``; ``reasons`` counts the utterances that are not
    ok, and ``findings`` the oddities of all alignments.

    Args:
        header: of the manifest.
        tally: of its rows.
        layout: of the corpus; empty if unknown.
    """
    counts = counts_of(tally)
    provenance = header.provenance
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "tool_version": header.tool_version,
        "layout": layout,
        "engine": provenance.engine,
        "engine_version": provenance.version,
        "model": provenance.model,
        "settings": dict(provenance.settings),
        **{name: counts[name] for name in counts if name != "splits"},
        "findings": dict(sorted(tally.findings.items())),
        "events": {f"{kind}: {label}": n for (kind, label), n in sorted(tally.events.items())},
        "audio_seconds": round(header.audio_seconds, 3),
    }


def report_text(header: Header, tally: Tally, *, layout: str) -> str:
    """:func:`report_of` as the text of the file."""
    return json.dumps(report_of(header, tally, layout=layout), indent=2, ensure_ascii=False) + "\n"


def failure_lines(batch: pa.RecordBatch) -> Iterator[str]:
    """The lines of ``failures.jsonl`` of the rows of a batch that are not ok."""
    told = batch.select(["id", "audio", "status", "reason", "message"])
    for values in told.filter(batch.column("reason").is_valid()).to_pylist():
        yield json.dumps(values, ensure_ascii=False) + "\n"


def count_rows(tally: Tally, batch: pa.RecordBatch) -> None:
    """Count the rows of a batch."""
    events = batch.column("events").flatten()
    named = list(zip(*(values_of(events.field(name)) for name in ("kind", "label")), strict=True))
    codes = values_of(batch.column("findings").flatten().field("code"))
    columns = ("status", "reason", "num_samples", "sample_rate", "split")
    rows = zip(
        *(values_of(batch.column(name)) for name in columns),
        pairwise(bounds_of(batch.column("findings"))),
        pairwise(bounds_of(batch.column("events"))),
        strict=True,
    )
    for status, reason, samples, rate, split, found, at in rows:
        tally.count(
            Status(status),
            Reason(reason) if reason else None,
            samples / rate if rate else 0.0,
            split,
            findings=codes[slice(*found)],
            events=named[slice(*at)],
        )
