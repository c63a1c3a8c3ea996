"""What an epoch brought, and where training left off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sal_anchors.dataset import SplitSummary
from sal_anchors.models import ModelCard
from sal_anchors.train.config import Measure, TrainConfig


@dataclass(frozen=True, slots=True)
class Validation:
    """Measures of the development split.

    Attributes:
        loss: mean over its frames, of the loss that is trained.
        average_precision: of events, all classes together; None without anchors.
        false_reject_rate: at one false accept an hour; None without anchors.
    """

    loss: float
    average_precision: float | None
    false_reject_rate: float | None


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What an epoch brought; a row of ``metrics.jsonl``.

    Attributes:
        epoch: from 1.
        epochs: that there will be at most.
        train_loss: mean over the epoch's frames, augmented.
        dev_loss: mean over the development frames; None if the epoch was not validated.
        dev_average_precision: of events; None also without anchors in the development split.
        dev_false_reject_rate: at one false accept an hour; None as above.
        learning_rate: at the epoch's end.
        seconds: wall time.
        best: whether the checkpoint now holds this epoch's weights.
    """

    epoch: int
    epochs: int
    train_loss: float
    dev_loss: float | None
    dev_average_precision: float | None
    dev_false_reject_rate: float | None
    learning_rate: float
    seconds: float
    best: bool

    def events(self, measure: Measure) -> float:
        """The event-level measure, higher is better; 0 if there is none."""
        if measure == "average_precision":
            return self.dev_average_precision or 0.0
        return 0.0 if self.dev_false_reject_rate is None else 1.0 - self.dev_false_reject_rate

    def rank(self, measure: Measure) -> tuple[float, float]:
        """What the kept epoch has the highest of: the measure, then the lowest loss."""
        return self.events(measure), -math.inf if self.dev_loss is None else -self.dev_loss


def next_report(
    history: Sequence[EpochReport],
    validation: Validation | None,
    config: TrainConfig,
    *,
    train_loss: float,
    learning_rate: float,
    seconds: float,
) -> EpochReport:
    """The report of the epoch after those of ``history``; without a validation, it is not best."""
    report = EpochReport(
        epoch=len(history) + 1,
        epochs=config.epochs,
        train_loss=train_loss,
        dev_loss=validation.loss if validation else None,
        dev_average_precision=validation.average_precision if validation else None,
        dev_false_reject_rate=validation.false_reject_rate if validation else None,
        learning_rate=learning_rate,
        seconds=seconds,
        best=False,
    )
    rank = report.rank(config.measure)
    best = validation is not None and all(rank > one.rank(config.measure) for one in history)
    return replace(report, best=best)


def stale_epochs(history: Sequence[EpochReport], measure: Measure) -> int:
    """Epochs from the last rise of the event-level measure to the last validation; 0 before it."""
    validated = [report for report in history if report.dev_loss is not None]
    if not validated:
        return 0
    highest = max(report.events(measure) for report in validated)
    first = next(report for report in validated if report.events(measure) == highest)
    return validated[-1].epoch - first.epoch


@dataclass(frozen=True, slots=True)
class TrainResult:
    """Where training left off.

    Attributes:
        run: the run folder.
        checkpoint: path of the best epoch's checkpoint.
        history: every epoch's report, those before a resume included.
        best: the epoch that the checkpoint holds.
        stopped_early: whether the measure had not risen for ``patience`` epochs.
        card: what the model is and costs.
        train: what the training split had to offer.
        dev: what the development split had to offer.
    """

    run: Path
    checkpoint: Path
    history: tuple[EpochReport, ...]
    best: EpochReport
    stopped_early: bool
    card: ModelCard
    train: SplitSummary
    dev: SplitSummary
