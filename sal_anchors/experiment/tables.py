"""A comparison as Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from sal_anchors.experiment.comparison import (
    ArmPoint,
    ArmResult,
    Comparison,
    Difference,
    Measure,
    Spread,
)
from sal_anchors.experiment.words import amount, judged

FIGURE_HEAD = ("arm", "FA/h\nat most", "FRR\n%", "median\nms", "p90\nms", "AP\nof events")
DIFFERENCE_HEAD = (
    "arm",
    "against",
    "FA/h\nat most",
    "FRR\npoints",
    "median at\nequal FRR, ms",
    "FA/h\nthere",
    "verdict",
)


def facts(comparison: Comparison) -> str:
    """What stands beside every figure."""
    return (
        f"{comparison.manifest}, split {comparison.split}: {comparison.positives} positives, "
        f"{comparison.negative_hours:.3g} h of negatives, {comparison.recordings} recordings; "
        f"{len(comparison.seeds)} seed{'s' if len(comparison.seeds) > 1 else ''}"
    )


def figure_rows(comparison: Comparison, model: str) -> Iterator[tuple[str, ...]]:
    """A row an arm and target of a network: see :data:`FIGURE_HEAD`."""
    for arm in comparison.of_model(model):
        for point in arm.points:
            yield (
                arm.arm,
                f"{point.target:g}",
                spread(point.false_reject_rate, 100, 1),
                spread(point.latency_median, 1000, 0),
                spread(point.latency_p90, 1000, 0),
                spread(arm.average_precision, 1, 3),
            )


def difference_rows(comparison: Comparison, model: str) -> Iterator[tuple[str, ...]]:
    """A row a difference in FRR and latency: see :data:`DIFFERENCE_HEAD`."""
    rates = comparison.select([Measure.FRR], model=model)
    latencies = comparison.select([Measure.MEDIAN_EQUAL], model=model)
    several = len(comparison.references) > 1
    for rate, latency in zip(rates, latencies, strict=True):
        alarms = latency.false_accepts_per_hour
        yield (
            rate.arm,
            f"{rate.reference} (best)" if several and rate.best else rate.reference,
            f"{rate.target:g}",
            amount(rate),
            amount(latency),
            "-" if alarms is None else f"{alarms:.2g}",
            verdict(rate, latency),
        )


def verdict(*parts: Difference) -> str:
    """Verdicts in a word each; ``open`` where no difference is shown."""
    return ", ".join(filter(None, map(judged, parts))) or "open"


def spread(value: Spread | None, factor: float, digits: int) -> str:
    """Mean and standard deviation over seeds."""
    if value is None:
        return "-"
    mean = f"{factor * value.mean:.{digits}f}"
    if value.deviation is None:
        return mean
    return f"{mean} ± {factor * value.deviation:.{digits}f}"


def markdown(comparison: Comparison) -> str:
    """The whole comparison as Markdown."""
    lines = ["# Comparison", "", f"{facts(comparison)}.", "", *_legend(comparison), ""]
    for model in comparison.models:
        size = comparison.of_model(model)[0].parameters
        lines += [f"## {model} ({size:,} parameters)", ""]
        lines += [*_table(FIGURE_HEAD, figure_rows(comparison, model)), ""]
        lines += [*_table(DIFFERENCE_HEAD, difference_rows(comparison, model)), ""]
    lines += ["## In words", "", *(f"- {_escaped(said)}" for said in comparison.statements), ""]
    if comparison.failed:
        lines += ["## Failed", ""]
        lines += [*(f"- {_escaped(f'{one.name}: {one.problem}')}" for one in comparison.failed), ""]
    return "\n".join(lines)


def figures_csv(comparison: Comparison) -> str:
    """A row an arm, network and target; rates in [0, 1], times in seconds."""
    names = ("false_reject_rate", "false_accepts_per_hour", "latency_median", "latency_p90")
    head = ["model", "parameters", "arm", "seeds", "positives", "negative_hours", "target"]
    head += [f"{name}_{what}" for name in (*names, "average_precision") for what in ("mean", "sd")]
    return _csv(head, (_figures(comparison, arm, p) for arm in comparison.arms for p in arm.points))


def differences_csv(comparison: Comparison) -> str:
    """A row a difference; rates in [0, 1], times in seconds."""
    head = [
        "model",
        "arm",
        "reference",
        "best",
        "target",
        "measure",
        "seeds",
        "mean",
        "low",
        "high",
    ]
    head += ["false_accepts_per_hour", "verdict", "positives", "negative_hours"]
    rows = (
        (
            *(one.model, one.arm, one.reference, one.best, one.target, one.measure.value),
            *(len(one.seeds), one.mean, *(one.interval or (None, None))),
            *(one.false_accepts_per_hour, one.verdict.value),
            *(comparison.positives, comparison.negative_hours),
        )
        for one in comparison.differences
    )
    return _csv(head, rows)


def _figures(comparison: Comparison, arm: ArmResult, point: ArmPoint) -> Iterator[object]:
    yield from (arm.model, arm.parameters, arm.arm, len(arm.seeds))
    yield from (comparison.positives, comparison.negative_hours, point.target)
    spreads = (point.false_reject_rate, point.false_accepts_per_hour, point.latency_median)
    for value in (*spreads, point.latency_p90, arm.average_precision):
        yield from (None, None) if value is None else (value.mean, value.deviation)


def _csv(head: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return buffer.getvalue()


def _legend(comparison: Comparison) -> Iterator[str]:
    yield "Mean ± standard deviation over seeds."
    yield (
        f"Differences: arm less reference, paired, with 95 % intervals of {comparison.resamples} "
        "resamples of seeds and recordings; below 0 the arm is better; open: no difference shown."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _line(head)
    yield "|---" * len(head) + "|"
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_escaped, cells))} |"


def _escaped(text: str) -> str:
    for mark in "\\|<*_`[":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
