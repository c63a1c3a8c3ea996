"""What ``manifest.json`` and ``report.json`` say of the rows, against the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sal_anchors.accounting import Tally
from sal_anchors.check.code import Code
from sal_anchors.check.problem import Problem
from sal_anchors.differences import Difference, differences
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.header import HEADER_NAME, counts_of
from sal_anchors.manifest.report import REPORT_NAME, report_of

_SECONDS = 0.01


def check_classes(manifest: Manifest) -> Iterator[Problem]:
    """Whether the class list for other readers is that of the recipe, and weights are whole."""
    classes = _json(manifest.path / HEADER_NAME).get("classes")
    for found in differences(list(manifest.classes), classes, "classes"):
        told = f"{found.key} is {found.after!r}, the recipe says {found.before!r}"
        yield Problem(Code.HEADER_DIFFERS, told, file=HEADER_NAME)
    if manifest.recipe.lacks_mean:
        told = "the recipe divides weights by their corpus's mean, which is not in it"
        yield Problem(Code.WEIGHTS_DIFFER, told, file=HEADER_NAME)


def check_counts(manifest: Manifest, tally: Tally) -> Iterator[Problem]:
    """Whether header and report count as the rows do.

    Args:
        manifest: whose parts could all be read.
        tally: of all its rows.
    """
    header = manifest.header
    for found in _differing(header.counts, counts_of(tally), "counts"):
        yield Problem(Code.HEADER_DIFFERS, _told(found), file=HEADER_NAME)
    if abs(header.audio_seconds - tally.audio_seconds) > _SECONDS:
        seconds = Difference("audio_seconds", header.audio_seconds, round(tally.audio_seconds, 3))
        yield Problem(Code.HEADER_DIFFERS, _told(seconds), file=HEADER_NAME)
    report = _json(manifest.path / REPORT_NAME)
    if not report:
        yield Problem(Code.REPORT_DIFFERS, "it is missing, or no JSON", file=REPORT_NAME)
        return
    rows = report_of(header, tally, layout=str(report.get("layout", "")))
    for found in _differing(report, rows):
        yield Problem(Code.REPORT_DIFFERS, _told(found), file=REPORT_NAME)


def _differing(said: Any, counted: Any, key: str = "") -> Iterator[Difference]:
    """Differences that are more than the rounding of seconds."""
    for found in differences(said, counted, key):
        values = (found.before, found.after)
        if all(isinstance(value, float) for value in values) and (
            abs(found.before - found.after) <= _SECONDS
        ):
            continue
        yield found


def _told(found: Difference) -> str:
    return f"{found.key} is {_value(found.before)}, the rows say {_value(found.after)}"


def _value(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty if there is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
