from __future__ import annotations

import json
from pathlib import Path

import pytest

from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.examples import chosen_rows
from sal_anchors.train.plots import draw_curves, draw_run
from sal_anchors.train.posterior_plot import draw_posteriors
from sal_anchors.train.report import EpochReport
from sal_anchors.train.validate import Validator


def history_of(run: Path) -> list[EpochReport]:
    rows = (run / "metrics.jsonl").read_text().splitlines()
    return [EpochReport(**json.loads(row)) for row in rows]


def test_curves_show_every_epoch_and_the_one_that_was_kept(tone_run: Path) -> None:
    history = history_of(tone_run)
    above, below = draw_curves(history, title="tones").axes
    best = max(one.epoch for one in history if one.best)
    losses = {line.get_label(): list(line.get_ydata()) for line in above.lines}
    assert losses["dev"] == [one.dev_loss for one in history]
    assert losses["train (augmented)"] == [one.train_loss for one in history]
    assert f"kept: epoch {best}" in losses
    measures = {line.get_label(): list(line.get_ydata()) for line in below.lines}
    expected = [one.dev_average_precision for one in history]
    assert measures["average precision of events"] == expected
    assert below.get_xlabel() == "epoch"


def test_measures_that_there_are_none_of_leave_a_gap(tone_run: Path) -> None:
    history = [EpochReport(n, 2, 0.5, 0.5, None, None, 0.1, 1.0, best=True) for n in (1, 2)]
    _, below = draw_curves(history, title="none").axes
    assert [line.get_label() for line in below.lines] == ["kept: epoch 2"]


def test_posteriors_are_those_of_the_kept_model_at_the_instants_they_are_known(
    tones: Manifest, tone_run: Path
) -> None:
    checkpoint, rows = load_checkpoint(tone_run), chosen_rows(tones)
    assert [bool(row.anchors) for row in rows] == [True, True, False]
    validator = Validator(tones, checkpoint.config)
    panels = draw_posteriors(checkpoint, tones, rows, validator).axes
    posterior = next(axes for axes in panels if axes.get_ylabel() == "posterior")
    times, drawn = (list(values) for values in posterior.lines[0].get_data())
    assert drawn == validator.posteriors(checkpoint.model, rows[0])[:, 1].tolist()
    assert times[0] == tones.grid.time_of_frame(0)
    peak = times[drawn.index(max(drawn))]
    assert rows[0].anchors[0].time < peak < rows[0].anchors[0].time + 0.5


def test_pictures_are_written_whole_or_not_at_all(
    tones: Manifest, tone_run: Path, tmp_path: Path
) -> None:
    (tmp_path / "checkpoint.safetensors").symlink_to(tone_run / "checkpoint.safetensors")
    written = draw_run(tmp_path, history_of(tone_run), tones)
    assert [path.name for path in written] == ["curves.png", "posteriors.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)
    (tmp_path / "curves.png").unlink()
    (tmp_path / "curves.png").mkdir()
    with pytest.raises(TrainingError, match=r"curves\.png: cannot be written.*--resume"):
        draw_run(tmp_path, history_of(tone_run), tones)
    assert not list(tmp_path.glob(".*.tmp"))
