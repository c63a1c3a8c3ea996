"""The report and the list of failures: complete, exact, and the same in every run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.accounting import Reason, Status, Tally
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.errors import AccountingError
from sal_anchors.manifest import Row

Write = Callable[..., Tally]
Make = Callable[..., Row]

SLOW = Finding(FindingCode.SLOW_SPEECH, "", 0.0, 1.0, 0.5)
LONG = Finding(FindingCode.LONG_WORD, "please", 0.25, 0.5, 0.25)


def _unusable(make_row: Make, id_: str, reason: Reason) -> Row:
    return make_row(
        id_,
        status=reason.status,
        reason=reason,
        message=f"{id_}: „why“",
        words=(),
        events=(),
        anchors=(),
    )


@pytest.fixture
def rows(make_row: Make) -> list[Row]:
    return [
        make_row("a"),
        _unusable(make_row, "b/ü", Reason.SILENT),
        make_row(
            "c",
            status=Status.SUSPECT,
            reason=Reason.LOW_CONFIDENCE,
            message="listen",
            findings=(SLOW, LONG, LONG),
        ),
        _unusable(make_row, "d", Reason.DUPLICATE_ID),
        make_row("e", findings=(LONG,)),
    ]


def test_the_report_counts_every_row_once(
    tmp_path: Path, write_rows: Write, rows: list[Row]
) -> None:
    write_rows(tmp_path / "x.anchors", rows)
    report = json.loads((tmp_path / "x.anchors" / "report.json").read_text(encoding="utf-8"))
    assert report == {
        "format": "sal-anchors report",
        "schema_version": 1,
        "tool_version": "0",
        "layout": "",
        "engine": "truth",
        "engine_version": "0",
        "model": "none",
        "settings": {"a": "1", "b": "2"},
        "total": 5,
        "ok": 2,
        "suspect": 1,
        "failed": 1,
        "skipped": 1,
        "reasons": {"duplicate_id": 1, "low_confidence": 1, "silent": 1},
        "findings": {"long_word": 3, "slow_speech": 1},
        "events": {"keyword_end: please": 3},
        "audio_seconds": 5.0,
    }


def test_failures_hold_a_row_for_each_utterance_that_is_not_ok(
    tmp_path: Path, write_rows: Write, rows: list[Row]
) -> None:
    write_rows(tmp_path / "x.anchors", rows)
    lines = (tmp_path / "x.anchors" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"id": row.id, "audio": row.audio, "status": row.status, "reason": row.reason}
        | {"message": row.message}
        for row in rows
        if row.status is not Status.OK
    ]


def test_a_run_without_failures_leaves_an_empty_list_in_place_of_the_old(
    tmp_path: Path, write_rows: Write, make_row: Make, rows: list[Row]
) -> None:
    write_rows(tmp_path / "x.anchors", rows)
    write_rows(tmp_path / "x.anchors", [make_row()])
    assert (tmp_path / "x.anchors" / "failures.jsonl").read_bytes() == b""


@pytest.mark.parametrize("lost", [-1, 1])
def test_an_utterance_lost_or_made_up_is_a_fault_that_is_told(lost: int, rows: list[Row]) -> None:
    tally = Tally()
    for row in rows:
        tally.add(row)
    tally.require(5)
    with pytest.raises(AccountingError, match=f"{5 + lost} utterances went in and 5 came out"):
        tally.require(5 + lost)


def test_a_row_without_its_reason_is_a_fault_that_is_told(make_row: Make) -> None:
    tally = Tally()
    tally.add(make_row(status=Status.FAILED))
    with pytest.raises(AccountingError, match="failed 1, skipped 0; 0 with a reason"):
        tally.require(1)


def test_every_reason_and_status_is_documented_with_what_it_leads_to() -> None:
    page = (Path(__file__).parents[2] / "docs" / "alignment.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in page.splitlines()]
    documented = {row[0]: row[1] for row in rows if len(row) == 4}
    del documented["reason"], documented["---"]
    assert documented == {reason.value: reason.status.value for reason in Reason}
    assert all(f"| `{status}` |" in page for status in Status)
