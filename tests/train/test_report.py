from __future__ import annotations

from sal_anchors.train.config import TrainConfig
from sal_anchors.train.report import EpochReport, Validation, next_report, stale_epochs


def history(*measured: tuple[float, float | None, float | None] | None) -> list[EpochReport]:
    reports: list[EpochReport] = []
    for values in measured:
        given = None if values is None else Validation(*values)
        options = {"train_loss": 1.0, "learning_rate": 0.1, "seconds": 1.0}
        reports.append(next_report(reports, given, TrainConfig(), **options))
    return reports


def test_the_best_epoch_has_the_highest_precision_then_the_lowest_loss() -> None:
    reports = history((1.0, 0.5, 0.1), (0.9, 0.4, 0.0), (0.8, 0.5, 0.9), (0.8, 0.5, 0.0))
    assert [report.best for report in reports] == [True, False, True, False]


def test_a_falling_loss_alone_does_not_keep_training_alive() -> None:
    reports = history((1.0, 0.5, 0.1), (0.9, 0.6, 0.1), (0.8, 0.6, 0.1), (0.7, 0.6, 0.05))
    assert stale_epochs(reports, "average_precision") == 2
    assert stale_epochs(reports, "false_reject_rate") == 0
    assert stale_epochs([], "average_precision") == 0


def test_without_anchors_the_loss_decides() -> None:
    reports = history((1.0, None, None), (1.1, None, None), (0.9, None, None))
    assert [report.best for report in reports] == [True, False, True]


def test_an_epoch_that_was_not_validated_is_never_the_best_nor_stale() -> None:
    reports = history(None, None, (1.0, None, None), None, (0.9, None, None))
    assert [report.best for report in reports] == [False, False, True, False, True]
    assert stale_epochs(reports[:2], "average_precision") == 0


def test_staleness_counts_epochs_up_to_the_last_validation() -> None:
    reports = history(None, (1.0, 0.5, 0.1), None, (0.9, 0.4, 0.1), None)
    assert stale_epochs(reports, "average_precision") == 2
