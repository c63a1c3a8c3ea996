"""Header and report against the rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.check import Code, Problem

Check = Callable[..., list[Problem]]
Edit = Callable[[Callable[[dict[str, Any]], object]], None]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda h: h["counts"].update(ok=7), "counts.ok is 7, the rows say "),
        (lambda h: h["counts"].update(reasons={"silent": 2}), "counts.reasons.silent is 2, "),
        (lambda h: h["counts"]["splits"].pop("train"), "counts.splits.train is nothing, "),
        (lambda h: h.update(audio_seconds=1.5), "audio_seconds is 1.5, the rows say "),
        (lambda h: h.update(classes=["background", "stop"]), "classes[1] is 'stop', the recipe"),
    ],
)
def test_what_the_header_says_otherwise_is_named_with_both_values(
    check: Check, edit_header: Edit, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    edit_header(change)
    (problem,) = check(Code.HEADER_DIFFERS, audio=False)
    assert problem.file == "manifest.json"
    assert problem.message.startswith(told)


def test_rounding_of_seconds_is_no_difference(check: Check, edit_header: Edit) -> None:
    edit_header(lambda h: h.update(audio_seconds=h["audio_seconds"] + 0.001))
    assert check(Code.HEADER_DIFFERS, audio=False) == []


def test_a_report_that_counts_otherwise_or_is_missing_is_told(check: Check, copied: Path) -> None:
    path = copied / "report.json"
    report = json.loads(path.read_text())
    path.write_text(json.dumps({**report, "total": 99}))
    (problem,) = check(Code.REPORT_DIFFERS, audio=False)
    assert (problem.file, problem.message) == ("report.json", "total is 99, the rows say 12")
    path.write_text("[]")
    assert "missing, or no JSON" in check(Code.REPORT_DIFFERS, audio=False)[0].message


def test_a_recipe_that_lacks_the_corpus_s_mean_is_told_once(
    check: Check, edit_header: Edit
) -> None:
    edit_header(lambda h: h["recipe"]["weights"].update(normalise="corpus"))
    (problem,) = check(Code.WEIGHTS_DIFFER, audio=False)
    assert "corpus's mean, which is not in it" in problem.message
