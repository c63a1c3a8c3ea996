"""The outcome of a comparison as plain values; times in seconds, rates in [0, 1]."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

import numpy as np

Range = tuple[float, float]


class Measure(StrEnum):
    """What a difference is of.

    Latencies are those of hits, in seconds; ``..._equal_frr``: at the threshold at which the arm
    misses as many as the reference does at the target.
    """

    FRR = "false_reject_rate"
    MEDIAN = "latency_median"
    P90 = "latency_p90"
    MEDIAN_EQUAL = "latency_median_equal_frr"
    P90_EQUAL = "latency_p90_equal_frr"


class Verdict(StrEnum):
    """What an interval says of a difference of which less is better."""

    BETTER = "better"
    WORSE = "worse"
    OPEN = "no difference shown"


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over seeds.

    Attributes:
        mean: of the seeds.
        deviation: standard deviation, of a sample; None of a single seed.
        values: one a seed.
    """

    mean: float
    deviation: float | None
    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Self | None:
        """The spread of those that there are; None without any."""
        known = tuple(v for v in values if v is not None and math.isfinite(v))
        if not known:
            return None
        deviation = float(np.std(known, ddof=1)) if len(known) > 1 else None
        return cls(float(np.mean(known)), deviation, known)


@dataclass(frozen=True, slots=True)
class ArmPoint:
    """An arm at an operating point; means over seeds.

    Attributes:
        target: false accepts an hour.
        false_reject_rate: None without positives.
        false_accepts_per_hour: counted; None without negatives.
        latency_median: None without hits.
        latency_p90: likewise.
    """

    target: float
    false_reject_rate: Spread | None
    false_accepts_per_hour: Spread | None
    latency_median: Spread | None
    latency_p90: Spread | None


@dataclass(frozen=True, slots=True)
class DetCurve:
    """Misses against false accepts, the mean over seeds: at most ``false_accepts[i]`` in all the
    negatives go with a false reject rate of ``false_reject_rates[i]``."""

    false_accepts: tuple[int, ...]
    false_reject_rates: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ArmResult:
    """An arm with a network.

    Attributes:
        model: name of the network.
        arm: name of the arm.
        parameters: of the network.
        seeds: that are finished.
        average_precision: of events.
        points: one a target.
        det: over all thresholds.
    """

    model: str
    arm: str
    parameters: int
    seeds: tuple[int, ...]
    average_precision: Spread | None
    points: tuple[ArmPoint, ...]
    det: DetCurve


@dataclass(frozen=True, slots=True)
class Difference:
    """An arm less a reference, paired over seeds and recordings.

    Attributes:
        model: name of the network.
        arm: name of the arm.
        reference: name of the reference arm.
        best: whether the reference has the lowest mean false reject rate of all references for
            this network and target.
        target: false accepts an hour.
        measure: what it is of.
        seeds: that both have finished.
        mean: over seeds; None where a seed has none, such as a latency without hits.
        interval: of 95 %; None where there is none.
        false_accepts_per_hour: the arm's, mean over seeds, where the measure is at another
            threshold than that of the target.
    """

    model: str
    arm: str
    reference: str
    best: bool
    target: float
    measure: Measure
    seeds: tuple[int, ...]
    mean: float | None
    interval: Range | None
    false_accepts_per_hour: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Better or worse if the interval has no zero in it."""
        if self.mean is None or self.interval is None:
            return Verdict.OPEN
        low, high = self.interval
        if low > 0:
            return Verdict.WORSE
        return Verdict.BETTER if high < 0 else Verdict.OPEN


@dataclass(frozen=True, slots=True)
class Failed:
    """A run that has no result, and why."""

    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found.

    Attributes:
        manifest: name of its folder.
        split: of the manifest.
        recordings: streamed a run.
        positives: anchors.
        negative_hours: outside every hit window.
        unread: files of negatives that could not be read.
        targets: false accepts an hour.
        seeds: of the plan.
        references: names of arms.
        resamples: for intervals.
        arms: every arm with every network, in the plan's order, as far as a run is finished.
        differences: of every arm to every reference.
        failed: runs without a result.
        statements: the same in words.
    """

    manifest: str
    split: str
    recordings: int
    positives: int
    negative_hours: float
    unread: int
    targets: tuple[float, ...]
    seeds: tuple[int, ...]
    references: tuple[str, ...]
    resamples: int
    arms: tuple[ArmResult, ...]
    differences: tuple[Difference, ...]
    failed: tuple[Failed, ...] = ()
    statements: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the networks."""
        return tuple(dict.fromkeys(arm.model for arm in self.arms))

    def of_model(self, model: str) -> tuple[ArmResult, ...]:
        """The arms with a network."""
        return tuple(arm for arm in self.arms if arm.model == model)

    def select(
        self, measures: Sequence[Measure], *, model: str | None = None, best: bool = False
    ) -> tuple[Difference, ...]:
        """The differences of some measures, of one network, to the best reference only."""
        return tuple(
            one
            for one in self.differences
            if one.measure in measures and model in (None, one.model) and (one.best or not best)
        )

    def to_json(self) -> str:
        """As JSON text; each difference with its verdict."""
        values: dict[str, Any] = asdict(self)
        for plain, one in zip(values["differences"], self.differences, strict=True):
            plain["verdict"] = one.verdict
        return json.dumps(values, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
