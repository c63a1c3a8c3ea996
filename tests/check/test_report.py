"""Counting, choosing and judging problems; the documented list of codes."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.finding import FindingCode
from sal_anchors.check import Code, Problem, Report, Severity
from sal_anchors.check.report import report_of, selection

DOC = Path(__file__).parents[2] / "docs" / "check.md"
CODES = st.lists(st.sampled_from(Code), max_size=30)


def test_the_documented_codes_are_those_of_the_code() -> None:
    table = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \| (.+) \|$", DOC.read_text(), re.MULTILINE)
    assert table == [(c.value, c.severity.value, c.meaning, c.fix) for c in Code]


def test_each_finding_of_an_alignment_has_a_code() -> None:
    assert {code.value for code in FindingCode} < {code.value for code in Code}


@given(codes=CODES, keep=st.integers(0, 3))
def test_all_are_counted_and_the_first_few_kept(codes: list[Code], keep: int) -> None:
    problems = [Problem(code, str(number)) for number, code in enumerate(codes)]
    report = report_of(problems, keep=keep)
    assert report.counts.total() == sum(report.severities().values()) == len(codes)
    for code in report.codes:
        assert report.examples[code] == [p for p in problems if p.code is code][:keep]
    ranks = [code.severity.rank for code in report.codes]
    assert ranks == sorted(ranks, reverse=True)


@given(CODES)
def test_errors_fail_and_warnings_only_if_strict(codes: list[Code]) -> None:
    report = report_of(Problem(code, "") for code in codes)
    severities = {code.severity for code in codes}
    assert report.passed() == (Severity.ERROR not in severities)
    assert report.passed(strict=True) == (severities <= {Severity.NOTE})


@given(codes=CODES, chosen=st.sets(st.sampled_from(Code)), least=st.sampled_from(Severity))
def test_a_selection_is_by_code_and_by_severity(
    codes: list[Code], chosen: set[Code], least: Severity
) -> None:
    wanted = selection(codes=chosen, severity=least)
    order = [Severity.NOTE, Severity.WARNING, Severity.ERROR]
    for problem in (Problem(code, "") for code in codes):
        of_code = not chosen or problem.code in chosen
        severe = order.index(problem.code.severity) >= order.index(least)
        assert wanted(problem) == (of_code and severe)


def test_a_problem_as_json_has_all_keys() -> None:
    keys = ["code", "severity", "message", "id", "time", "file", "fix"]
    assert list(Problem(Code.FAILED, "why").to_dict()) == keys
    assert Report().to_dict() == {
        "codes": {},
        "severities": {"error": 0, "warning": 0, "note": 0},
    }
