"""The results of an evaluation as plain values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from an anchor to the detection that hit it, the model's look-ahead included.

    Attributes:
        median: of all hits.
        p90: 90th percentile.
        p95: 95th percentile.
    """

    median: float
    p90: float
    p95: float


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What happens at the lowest threshold that keeps to a number of false accepts an hour.

    Attributes:
        target: false accepts an hour asked for.
        allowed: false accepts that the target means in the hours of negatives, rounded down.
        resolvable: whether the hours of negatives are enough to see one false accept at the
            target (``target * hours >= 1``).
        threshold: smoothed posterior.
        misses: anchors that nothing hit.
        false_reject_rate: misses over positives; None without positives.
        false_accepts: counted.
        false_accepts_per_hour: counted over the hours of negatives; None without any.
        false_accepts_upper: exact Poisson 95 % upper bound of the same.
        latency: None without hits.
    """

    target: float
    allowed: int
    resolvable: bool
    threshold: float
    misses: int
    false_reject_rate: float | None
    false_accepts: int
    false_accepts_per_hour: float | None
    false_accepts_upper: float | None
    latency: Latency | None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Counts at a threshold."""

    threshold: float
    misses: int
    false_accepts: int


@dataclass(frozen=True, slots=True)
class ClassReport:
    """Measures of one class, or of all together at a common threshold.

    Attributes:
        name: of the class, or ``overall``.
        positives: anchors.
        negative_hours: hours of recordings outside every hit window.
        average_precision: of events.
        operating_points: in the order they were asked for.
        curve: at falling thresholds, where counts change.
    """

    name: str
    positives: int
    negative_hours: float
    average_precision: float
    operating_points: tuple[OperatingPoint, ...]
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What an evaluation found.

    Attributes:
        split: of the manifest.
        recordings: streamed.
        hours: of the recordings.
        settings: of matching, as plain values.
        classes: one report a class, background excluded.
        overall: all classes together at a common threshold.
    """

    split: str
    recordings: int
    hours: float
    settings: dict[str, float]
    classes: tuple[ClassReport, ...]
    overall: ClassReport

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values; times in seconds."""
        return asdict(self)

    def to_json(self) -> str:
        """The report as JSON text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)
