"""What a check found, in constant memory: counts of all, examples of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sal_anchors.check.code import Code, Severity
from sal_anchors.check.problem import Problem

FORMAT = "sal-anchors check"
SCHEMA_VERSION = 1


@dataclass(slots=True)
class Report:
    """Counts and examples of problems.

    Attributes:
        keep: examples kept of each code.
        counts: problems by code.
        examples: the first problems of each code, at most ``keep``.
    """

    keep: int = 5
    counts: Counter[Code] = field(default_factory=Counter)
    examples: defaultdict[Code, list[Problem]] = field(default_factory=lambda: defaultdict(list))

    def add(self, problem: Problem) -> None:
        """Count a problem."""
        self.counts[problem.code] += 1
        if len(self.examples[problem.code]) < self.keep:
            self.examples[problem.code].append(problem)

    @property
    def codes(self) -> list[Code]:
        """Codes that were found, the worst first, then in the order of the list."""
        order = list(Code)
        return sorted(self.counts, key=lambda code: (-code.severity.rank, order.index(code)))

    def severities(self) -> dict[Severity, int]:
        """Problems by severity, the worst first, zeros included."""
        found: Counter[Severity] = Counter()
        for code, count in self.counts.items():
            found[code.severity] += count
        return {severity: found[severity] for severity in reversed(Severity)}

    def passed(self, *, strict: bool = False) -> bool:
        """Whether there is no error, and with ``strict`` no warning either."""
        least = Severity.WARNING if strict else Severity.ERROR
        return all(code.severity.rank < least.rank for code in self.counts)

    def to_dict(self) -> dict[str, Any]:
        """The summary as plain JSON values."""
        return {
            "codes": {code.value: self.counts[code] for code in self.codes},
            "severities": {s.value: n for s, n in self.severities().items()},
        }


def selection(
    *, codes: Collection[Code] = (), severity: Severity = Severity.NOTE
) -> Callable[[Problem], bool]:
    """Whether a problem is of one of ``codes`` (any if empty) and at least of ``severity``."""

    def wanted(problem: Problem) -> bool:
        return (not codes or problem.code in codes) and problem.code.severity.rank >= severity.rank

    return wanted


def report_of(problems: Iterable[Problem], *, keep: int = 5) -> Report:
    """A report of problems, consumed one at a time."""
    report = Report(keep)
    for problem in problems:
        report.add(problem)
    return report
