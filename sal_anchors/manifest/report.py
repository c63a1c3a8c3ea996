"""``report.json`` and ``failures.jsonl``: what became of a run's utterances, for programs.

Both hold nothing that differs between two runs over the same data: no clock, no machine.
"""

from __future__ import annotations

import json
from typing import Any

from sal_anchors.accounting import Tally
from sal_anchors.manifest.header import Header, counts_of
from sal_anchors.manifest.row import Row

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


def failure_line(row: Row) -> str:
    """The line of ``failures.jsonl`` of a row; empty if the row is ok."""
    if row.reason is None:
        return ""
    values = {
        "id": row.id,
        "audio": row.audio,
        "status": row.status.value,
        "reason": row.reason.value,
        "message": row.message,
    }
    return json.dumps(values, ensure_ascii=False) + "\n"
