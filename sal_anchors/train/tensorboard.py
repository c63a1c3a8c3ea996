"""The curves of a run for TensorBoard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sal_anchors.errors import TrainingError
from sal_anchors.train.report import EpochReport

FOLDER_NAME = "tensorboard"
_SCALARS = {
    "loss/train": "train_loss",
    "loss/dev": "dev_loss",
    "dev/average precision": "dev_average_precision",
    "dev/false reject rate at 1 FA per hour": "dev_false_reject_rate",
    "learning rate": "learning_rate",
    "seconds": "seconds",
}


@contextmanager
def tensorboard_log(run: Path, *, wanted: bool = True) -> Iterator[Callable[[EpochReport], None]]:
    """A function that logs an epoch's report into ``run/tensorboard``.

    Nothing is written before the first report; a resumed run adds to what is there.

    Args:
        run: the run folder.
        wanted: false for a function that does nothing.

    Raises:
        TrainingError: TensorBoard is not installed.
    """
    if not wanted:
        yield lambda report: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise TrainingError(
            "TensorBoard is not installed", hint="pip install 'sal-anchors[tensorboard]'"
        ) from None
    writers: list[SummaryWriter] = []

    def log(report: EpochReport) -> None:
        if not writers:
            writers.append(SummaryWriter(str(run / FOLDER_NAME)))
        for title, name in _SCALARS.items():
            value = getattr(report, name)
            if value is not None:
                writers[0].add_scalar(title, value, report.epoch)
        writers[0].flush()

    try:
        yield log
    finally:
        for writer in writers:
            writer.close()
