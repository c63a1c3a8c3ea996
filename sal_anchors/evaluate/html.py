"""The report as one HTML file that needs nothing else and fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sal_anchors.atomic import replacing
from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.examples import Example, Words, shown_point, worst
from sal_anchors.evaluate.measure import Measured
from sal_anchors.evaluate.page import address, rendered
from sal_anchors.evaluate.plots import det_figure, latency_figure, svg, trace_figure
from sal_anchors.evaluate.report import OperatingPoint


@dataclass(frozen=True, slots=True)
class _Picture:
    """An example and its trace, as a data address."""

    example: Example
    image: str


@dataclass(frozen=True, slots=True)
class _Section:
    """The examples of a class."""

    name: str
    point: OperatingPoint
    misses: tuple[_Picture, ...]
    false_accepts: tuple[_Picture, ...]


def html_report(
    measured: Measured, *, title: str, subtitle: str = "", words: Words, examples: int = 6
) -> str:
    """The page. Every text in it is escaped; plots are SVG in ``data:`` addresses.

    Args:
        measured: with at least one operating point.
        title: heading.
        subtitle: below it.
        words: of a recording, by its id; none where it has no transcript.
        examples: at most so many misses and false accepts a class.
    """
    report = measured.report
    return rendered(
        __package__,
        "report.html",
        filters={"percent": _percent, "number": _number, "ms": _milliseconds},
        title=title,
        subtitle=subtitle,
        report=report,
        det=address(svg(det_figure(report))),
        latency=address(svg(latency_figure(report))),
        sections=[
            _section(measured, index, words, examples)
            for index in range(1, len(report.classes) + 1)
        ],
    )


def write_html(text: str, path: Path) -> None:
    """Write a page whole or not at all.

    Raises:
        EvaluationError: if it cannot be written.
    """
    try:
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EvaluationError(
            f"cannot be written ({error.strerror or error})",
            where=path,
            hint="Make room or name another file with --html",
        ) from None


def _section(measured: Measured, index: int, words: Words, count: int) -> _Section:
    group = measured.report.classes[index - 1]
    misses, false_accepts = worst(measured, index, words=words, count=count)
    return _Section(
        group.name,
        group.operating_points[shown_point(group.operating_points)],
        tuple(_Picture(one, address(svg(trace_figure(one)))) for one in misses),
        tuple(_Picture(one, address(svg(trace_figure(one)))) for one in false_accepts),
    )


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{1000 * value:.0f}"
