from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from sal_anchors.dataset import Loader
from sal_anchors.errors import ExperimentError
from sal_anchors.evaluate.scores_read import open_scores
from sal_anchors.experiment.comparison import Comparison
from sal_anchors.experiment.job import Job, jobs_of
from sal_anchors.experiment.plan import Plan
from sal_anchors.experiment.plan_file import plan_of, plan_text
from sal_anchors.experiment.pool import News, run_jobs
from sal_anchors.experiment.record import Stage, standing
from sal_anchors.experiment.results import read_result
from sal_anchors.experiment.run import compare, outline
from sal_anchors.experiment.work import carry_out
from sal_anchors.manifest import Manifest
from sal_anchors.train.checkpoint import load_checkpoint

QUICK = ["model.hidden=8", "model.projection=8", "data.batch=3"]
VALUES: dict[str, Any] = {
    "seeds": 2,
    "set": [*QUICK, "epochs=2"],
    "evaluation": {"resamples": 100},
    "arms": [{"name": loss, "set": [f"loss.variant={loss}"]} for loss in ("ce", "sal")],
}
SHARP = {"name": "sharp", "render": ["events[0].kernel.peak=9"]}


def plan(**changes: Any) -> Plan:
    return plan_of({**VALUES, **changes})


def stages(of: Plan, manifest: Manifest, out: Path) -> dict[str, Stage]:
    found = outline(of, manifest, out)
    return {job.name: one.stage for job, one in zip(found.jobs, found.standings, strict=True)}


@dataclass(frozen=True)
class Begun:
    """A comparison in which one arm failed, and what was told meanwhile."""

    out: Path
    comparison: Comparison
    news: list[News]


@pytest.fixture(scope="module")
def begun(tones: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """One seed; one arm finished before, two by a process each at the same time."""
    out = tmp_path_factory.mktemp("compared") / "out"
    arms = [*VALUES["arms"], {"name": "odd", "set": ["learning_rate=1e30"]}]
    partly = plan(arms=arms, seeds=1)
    carry_out(jobs_of(partly, tones, out)[0])
    news: list[News] = []
    return Begun(out, compare(partly, tones, out, processes=2, listener=news.append), news)


@pytest.fixture(scope="module")
def done(tones: Manifest, begun: Begun) -> Path:
    """A comparison of two losses from two seeds."""
    for job in jobs_of(plan(), tones, begun.out):
        if job.seed == 1:
            carry_out(job)
    compare(plan(), tones, begun.out)
    return begun.out


def test_a_failed_run_is_reported_and_leaves_the_others_alone(begun: Begun) -> None:
    (failed,) = begun.comparison.failed
    assert failed.name == "gru-odd-0"
    assert "the loss became nan" in failed.problem
    assert [arm.arm for arm in begun.comparison.arms] == ["ce", "sal"]
    epochs = [one.epoch for one in begun.news if one.job.name == "gru-sal-0"]
    assert epochs == [0, 1, 2, 0]
    assert {one.job.name for one in begun.news} == {"gru-sal-0", "gru-odd-0"}
    assert "gru-odd-0: " in (begun.out / "comparison.md").read_text()


def test_every_run_leaves_what_its_figures_can_be_counted_from_again(
    tones: Manifest, done: Path
) -> None:
    for job in jobs_of(plan(), tones, done):
        left = {path.name for path in job.folder.iterdir()}
        assert {"checkpoint.safetensors", "config.toml", "metrics.jsonl"} < left
        assert {"evaluation.json", "scores.parquet", "resampled.npz", "run.json"} < left
        scores = open_scores(job.folder / "scores.parquet")
        assert all(scores.has(row.id) for row in tones.rows("test", usable=True))
        assert read_result(job).rates.shape == (100, 3)


def test_the_outcome_is_there_as_tables_plots_and_a_page(done: Path) -> None:
    expected = {"comparison.json", "comparison.md", "comparison.html", "figures.csv"}
    assert {*expected, "differences.csv", "plan.toml"} < {path.name for path in done.iterdir()}
    assert {path.name for path in (done / "plots").iterdir()} == {
        *("det-gru.png", "differences-gru.png")
    }
    page = (done / "comparison.html").read_text()
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "http" not in page.replace("http-equiv", "")
    assert (done / "plan.toml").read_text() == plan_text(plan(reference=["ce"]))


def test_finished_runs_are_not_run_again(tones: Manifest, done: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in (done / "runs").rglob("*")}
    news: list[News] = []
    compare(plan(), tones, done, listener=news.append)
    assert news == []
    assert times == {path: path.stat().st_mtime_ns for path in (done / "runs").rglob("*")}


def test_a_changed_plan_runs_only_what_it_changed_and_says_what(
    tones: Manifest, done: Path
) -> None:
    arms = [VALUES["arms"][0], {"name": "sal", "set": ["loss.variant=safl"]}, SHARP]
    found = outline(plan(arms=arms, seeds=1), tones, done)
    assert [job.name for job in found.at(Stage.FINISHED)] == ["gru-ce-0"]
    assert [job.name for job in found.at(Stage.NEW)] == ["gru-sharp-0"]
    assert [(job.name, changes) for job, changes in found.changes] == [
        ("gru-sal-0", ("config.loss.variant was sal, is now safl",))
    ]
    assert found.others == ("gru-ce-1", "gru-odd-0", "gru-sal-1")


def test_other_measures_measure_again_but_train_nothing_again(tones: Manifest, done: Path) -> None:
    changed = plan(evaluation={"resamples": 100, "targets": [2.0]})
    assert set(stages(changed, tones, done).values()) == {Stage.BEGUN}


def test_another_manifest_trains_anew(done: Path, tone_manifest: Any) -> None:
    other = tone_manifest(train=10)
    assert set(stages(plan(), other, done).values()) == {Stage.CHANGED}


def job_of(of: Plan, manifest: Manifest, out: Path) -> Job:
    return jobs_of(of, manifest, out)[0]


def test_a_run_that_the_plan_changed_leaves_nothing_of_the_one_before(
    tones: Manifest, tmp_path: Path
) -> None:
    before, now = (job_of(plan(set=[*QUICK, f"epochs={n}"]), tones, tmp_path) for n in (2, 1))
    carry_out(before)
    (before.folder / "stale").mkdir()
    assert standing(now).changes == ("config.epochs was 2, is now 1",)
    carry_out(now)
    assert standing(now).stage is Stage.FINISHED
    assert not (now.folder / "stale").exists()
    assert load_checkpoint(now.folder).config.epochs == 1


def test_losses_begin_with_the_same_weights_and_see_the_same_batches(
    tones: Manifest, tmp_path: Path
) -> None:
    still = [*QUICK, "epochs=1", "learning_rate=1e-60", "weight_decay=0.0"]
    arms = [*VALUES["arms"], SHARP]
    jobs = jobs_of(plan(set=still, seeds=1, arms=arms), tones, tmp_path)
    weights = []
    for job in jobs:
        carry_out(job)
        weights.append(load_checkpoint(job.folder).model.state_dict())
    batches = [
        list(Loader(tones.with_recipe(job.recipe), job.config.data, seed=job.seed).epoch(1))
        for job in jobs
    ]
    for other in weights[1:]:
        assert all(torch.equal(weights[0][name], other[name]) for name in other)
    for ce, sal, sharp in zip(*batches, strict=True):
        assert torch.equal(ce.features, sal.features) and torch.equal(ce.features, sharp.features)
        assert torch.equal(ce.labels, sal.labels) and torch.equal(ce.labels, sharp.labels)
        assert torch.equal(ce.weights, sal.weights)
    tops = [max(float(batch.weights.max()) for batch in of) for of in batches]
    assert tops[2] == 9 > tops[1]


def test_an_interrupted_run_ends_its_process_and_goes_on_as_if_nothing_had_been(
    tones: Manifest, tmp_path: Path
) -> None:
    long = plan(set=[*QUICK, "epochs=6"], seeds=1)
    whole, job = (jobs_of(long, tones, tmp_path / name)[0] for name in ("whole", "stopped"))
    carry_out(whole)
    others, children = set(child_pids()), set[int]()

    def interrupt(news: News) -> None:
        if news.epoch == 1:
            children.update(set(child_pids()) - others)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_jobs([job], processes=1, logs=tmp_path / "logs", listener=interrupt)
    assert children and not any(alive(pid) for pid in children)
    assert standing(job).stage is Stage.BEGUN
    carry_out(job)
    for name in ("checkpoint.safetensors", "evaluation.json"):
        assert (job.folder / name).read_bytes() == (whole.folder / name).read_bytes()


def test_a_folder_of_somebody_else_is_left_alone(tones: Manifest, tmp_path: Path) -> None:
    job = job_of(plan(), tones, tmp_path)
    job.folder.mkdir(parents=True)
    (job.folder / "mine.txt").write_text("mine")
    with pytest.raises(ExperimentError, match="is no run of a comparison"):
        carry_out(job)
    with pytest.raises(ExperimentError, match="is no run of a comparison"):
        compare(plan(), tones, tmp_path)
    assert [path.name for path in job.folder.iterdir()] == ["mine.txt"]


def child_pids() -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(os.getpid())],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )
    return [pid for pid in map(int, found.stdout.split()) if alive(pid)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
