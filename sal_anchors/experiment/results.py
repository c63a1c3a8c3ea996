"""What a finished run left, as far as a comparison needs it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from sal_anchors.errors import ExperimentError
from sal_anchors.evaluate.report import CurvePoint, EvaluationReport, OperatingPoint
from sal_anchors.experiment.job import Job
from sal_anchors.experiment.record import REPORT_NAME, RESAMPLED_NAME, SCORES_NAME

Values = NDArray[np.float64]

_REPORT = TypeAdapter(EvaluationReport)


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """Of all classes together at a common threshold.

    Attributes:
        job: that it is of.
        recordings: that were streamed.
        positives: anchors.
        negative_hours: outside every hit window.
        unread: files of negatives that could not be read.
        average_precision: of events.
        points: one a target.
        curve: misses and false accepts at falling thresholds.
        ids: of the recordings, in their order.
        rates: (B, K), the false reject rate of each resample of recordings at each target.
        parameters: of the network.
    """

    job: Job
    recordings: int
    positives: int
    negative_hours: float
    unread: int
    average_precision: float
    points: tuple[OperatingPoint, ...]
    curve: tuple[CurvePoint, ...]
    ids: tuple[str, ...]
    rates: Values
    parameters: int

    @property
    def scores(self) -> Path:
        """The file of its posteriors."""
        return self.job.folder / SCORES_NAME


def read_result(job: Job) -> RunResult:
    """What a finished job left.

    Raises:
        ExperimentError: it is damaged.
    """
    try:
        report = _REPORT.validate_python(_json(job.folder / REPORT_NAME))
        with np.load(job.folder / RESAMPLED_NAME, allow_pickle=False) as arrays:
            ids = tuple(str(id_) for id_ in arrays["ids"])
            rates = arrays["false_reject_rates"].astype(np.float64)
            parameters = int(arrays["parameters"])
        if rates.shape != (job.measures.resamples, len(job.measures.targets)):
            raise ValueError(f"resampled rates of shape {rates.shape}")
    except (OSError, ValueError, KeyError, EOFError, ValidationError) as error:
        raise ExperimentError(
            f"its results cannot be read ({' '.join(str(error).split())[:200]})",
            where=job.folder,
            hint="Remove the folder to run it again",
        ) from None
    overall = report.overall
    return RunResult(
        job=job,
        recordings=report.recordings,
        positives=overall.positives,
        negative_hours=overall.negative_hours,
        unread=len(report.unread),
        average_precision=overall.average_precision,
        points=overall.operating_points,
        curve=overall.curve,
        ids=ids,
        rates=rates,
        parameters=parameters,
    )


def require_alike(results: Sequence[RunResult]) -> None:
    """Refuse to compare runs that were measured on different recordings.

    Raises:
        ExperimentError: two of them were.
    """
    for result in results[1:]:
        if result.ids != results[0].ids or result.positives != results[0].positives:
            raise ExperimentError(
                f"it was measured on other recordings than {results[0].job.name}",
                where=result.job.folder,
                hint="Remove the folder to run it again",
            )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
