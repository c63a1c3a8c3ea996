"""The results of an evaluation as plain values; times in seconds, intervals of 95 %."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts in bins of one width: bin ``i`` starts at ``first + i * width``."""

    first: float
    width: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from an anchor to the detection that hit it, the model's look-ahead included.

    Attributes:
        median: of all hits.
        p90: 90th percentile.
        p95: 95th percentile.
        median_interval: by bootstrap over recordings, at the threshold of the operating point.
        p90_interval: likewise.
        p95_interval: likewise.
        histogram: of all hits.
    """

    median: float
    p90: float
    p95: float
    median_interval: Range | None
    p90_interval: Range | None
    p95_interval: Range | None
    histogram: Histogram


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
        false_reject_interval: by bootstrap over recordings, each resample with a threshold of its
            own; the exact Poisson interval where fewer than 5 were missed or hit.
        false_accepts: counted.
        false_accepts_per_hour: counted over the hours of negatives; None without any.
        false_accepts_interval: exact Poisson interval of the same, two-sided.
        false_accepts_upper: exact Poisson upper bound of the same, one-sided.
        faults: false accepts by why they are: ``repeated``, ``early``, ``confused``,
            ``elsewhere``; see :class:`sal_anchors.evaluate.outcome.Fault`.
        latency: None without hits.
    """

    target: float
    allowed: int
    resolvable: bool
    threshold: float
    misses: int
    false_reject_rate: float | None
    false_reject_interval: Range | None
    false_accepts: int
    false_accepts_per_hour: float | None
    false_accepts_interval: Range | None
    false_accepts_upper: float | None
    faults: dict[str, int]
    latency: Latency | None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Counts at a threshold."""

    threshold: float
    misses: int
    false_accepts: int


@dataclass(frozen=True, slots=True)
class FrameReport:
    """Smoothed posteriors against the manifest's labels, frame by frame.

    Attributes:
        positives: frames that the class labels.
        negatives: frames with another label.
        average_precision: over all frames.
        average_precision_interval: by bootstrap over recordings.
        roc_auc: area under the ROC curve; None without negatives.
        roc_auc_interval: likewise.
    """

    positives: int
    negatives: int
    average_precision: float
    average_precision_interval: Range | None
    roc_auc: float | None
    roc_auc_interval: Range | None


@dataclass(frozen=True, slots=True)
class ClassReport:
    """Measures of one class, or of all together at a common threshold.

    Attributes:
        name: of the class, or ``overall``.
        task: ``onset`` if the anchors are speech onsets: then hits are those within the collar,
            1 - FRR is the onset recall, and false accepts are false onsets.
        positives: anchors.
        negative_hours: hours of recordings outside every hit window.
        average_precision: of events.
        frames: None where no frame has the class's label.
        operating_points: in the order they were asked for.
        curve: at falling thresholds, where counts change.
    """

    name: str
    task: Literal["keyword", "onset"]
    positives: int
    negative_hours: float
    average_precision: float
    frames: FrameReport | None
    operating_points: tuple[OperatingPoint, ...]
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Detections of one class in hit windows of another, at each class's threshold for a target.

    Attributes:
        target: false accepts an hour.
        detected: class that was detected.
        anchor: class of the anchor.
        count: how often.
    """

    target: float
    detected: str
    anchor: str
    count: int


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file of a folder of negatives that was not measured, and why."""

    path: str
    problem: str


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What an evaluation found.

    Attributes:
        split: of the manifest.
        recordings: streamed.
        hours: of the recordings.
        settings: of matching, as plain values.
        bootstrap: number of resamples.
        seed: of the resamples.
        classes: one report a class, background excluded.
        overall: all classes together at a common threshold.
        confusions: between classes, those that happened.
        unread: files of negatives that could not be read.
    """

    split: str
    recordings: int
    hours: float
    settings: dict[str, float]
    bootstrap: int
    seed: int
    classes: tuple[ClassReport, ...]
    overall: ClassReport
    confusions: tuple[Confusion, ...] = ()
    unread: tuple[UnreadFile, ...] = ()

    @property
    def groups(self) -> tuple[ClassReport, ...]:
        """The classes, and all together if there are several."""
        return self.classes if len(self.classes) == 1 else (*self.classes, self.overall)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values; times in seconds."""
        return asdict(self)

    def to_json(self) -> str:
        """The report as JSON text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)
