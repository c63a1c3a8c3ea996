"""Pictures of a finished run: its curves, and what the detector says about a few recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sal_anchors.atomic import replacing
from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.train.checkpoint import FILE_NAME, load_checkpoint
from sal_anchors.train.examples import chosen_rows
from sal_anchors.train.posterior_plot import draw_posteriors
from sal_anchors.train.report import EpochReport
from sal_anchors.train.validate import Validator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CURVES_NAME = "curves.png"
POSTERIORS_NAME = "posteriors.png"


def draw_run(run: Path, history: Sequence[EpochReport], manifest: Manifest) -> tuple[Path, ...]:
    """Write ``curves.png`` and ``posteriors.png`` into a run folder.

    Raises:
        TrainingError: if they cannot be written.
        CheckpointError: if the run's checkpoint cannot be read.
    """
    checkpoint = load_checkpoint(run / FILE_NAME)
    validator = Validator(manifest, checkpoint.config)
    rows = chosen_rows(manifest)
    figures = {
        CURVES_NAME: draw_curves(history, title=run.name),
        POSTERIORS_NAME: draw_posteriors(checkpoint, manifest, rows, validator),
    }
    return tuple(_saved(figure, run / name) for name, figure in figures.items())


def draw_curves(history: Sequence[EpochReport], *, title: str) -> Figure:
    """Losses and event measures over the epochs."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(8, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    epochs = [report.epoch for report in history]
    above.plot(epochs, [one.train_loss for one in history], ".-", label="train (augmented)")
    validated = [one for one in history if one.dev_loss is not None]
    dev = [one.dev_loss for one in validated]
    above.plot([one.epoch for one in validated], dev, ".-", label="dev")
    above.set_ylabel("loss, mean of a frame")
    above.set_title(title)
    for name, label, style in (
        ("dev_average_precision", "average precision of events", {"marker": "o", "color": "C2"}),
        ("dev_false_reject_rate", "false reject rate at 1 FA/h", {"marker": "x", "color": "C3"}),
    ):
        known = [(one.epoch, getattr(one, name)) for one in history]
        points = [(epoch, value) for epoch, value in known if value is not None]
        if points:
            below.plot(*zip(*points, strict=True), label=label, alpha=0.8, **style)
    below.set_ylabel("events, dev")
    below.set_ylim(-0.03, 1.03)
    below.set_xlabel("epoch")
    below.xaxis.set_major_locator(MaxNLocator(integer=True))
    _mark_best(history, above, below)
    for axes in (above, below):
        axes.grid(alpha=0.3)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


def _mark_best(history: Sequence[EpochReport], *all_axes: Axes) -> None:
    best = next((one.epoch for one in reversed(history) if one.best), None)
    if best is not None:
        for axes in all_axes:
            axes.axvline(best, color="grey", ls="--", lw=1, label=f"kept: epoch {best}")


def _saved(figure: Figure, path: Path) -> Path:
    try:
        with replacing(path) as partial:
            figure.savefig(partial, format="png", dpi=120)
    except OSError as error:
        raise TrainingError(
            f"cannot be written ({error.strerror})",
            where=path,
            hint="The checkpoint is complete; make room and draw again with --resume",
        ) from None
    return path
