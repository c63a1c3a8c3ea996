"""A plan carried out, and its outcome written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sal_anchors.errors import ExperimentError
from sal_anchors.experiment.comparison import Comparison, Difference, Failed
from sal_anchors.experiment.differences import differences
from sal_anchors.experiment.job import RUNS_NAME, Job, jobs_of
from sal_anchors.experiment.plan import Plan
from sal_anchors.experiment.plan_file import PLAN_NAME, plan_text
from sal_anchors.experiment.pool import News, run_jobs
from sal_anchors.experiment.record import Stage, Standing, standing
from sal_anchors.experiment.results import read_result, require_alike
from sal_anchors.experiment.summary import arm_result
from sal_anchors.experiment.words import statements
from sal_anchors.manifest import Manifest
from sal_anchors.train.tensor_file import write_bytes

LOGS_NAME = "logs"
PLOTS_NAME = "plots"


@dataclass(frozen=True, slots=True)
class Outline:
    """What is to be done.

    Attributes:
        jobs: all runs of the plan.
        standings: how far each is.
        others: runs in the folder that are not in the plan; they are left as they are.
    """

    jobs: tuple[Job, ...]
    standings: tuple[Standing, ...]
    others: tuple[str, ...]

    def at(self, stage: Stage) -> tuple[Job, ...]:
        """The jobs that are so far."""
        pairs = zip(self.jobs, self.standings, strict=True)
        return tuple(job for job, standing in pairs if standing.stage is stage)

    @property
    def changes(self) -> tuple[tuple[Job, tuple[str, ...]], ...]:
        """Jobs of which the folder holds another run, and how that differs."""
        pairs = zip(self.jobs, self.standings, strict=True)
        return tuple((job, one.changes) for job, one in pairs if one.stage is Stage.CHANGED)


def outline(
    plan: Plan, manifest: Manifest, out: Path, *, audio_root: Path | None = None
) -> Outline:
    """What a plan asks for, and how much of it is done already; nothing is written.

    Args:
        plan: what is compared.
        manifest: what is trained on and measured with.
        out: folder of the comparison; need not exist.
        audio_root: as the manifest was opened with.

    Raises:
        ExperimentError: an arm is not possible, or the folder holds something else.
        CorpusError, EvaluationError: the negatives cannot be used.
    """
    jobs = jobs_of(plan, manifest, out, audio_root=audio_root)
    runs, known = out / RUNS_NAME, {job.name for job in jobs}
    there = sorted(path.name for path in runs.iterdir()) if runs.is_dir() else []
    others = tuple(name for name in there if name not in known)
    return Outline(jobs, tuple(map(standing, jobs)), others)


def compare(
    plan: Plan,
    manifest: Manifest,
    out: Path,
    *,
    processes: int = 1,
    audio_root: Path | None = None,
    begun: Callable[[Outline], None] = lambda outlined: None,
    listener: Callable[[News], None] = lambda news: None,
) -> Comparison:
    """Train and measure every run of a plan, and compare them.

    ``out`` gets ``plan.toml``, a folder a run in ``runs``, ``comparison.json``, ``.md``,
    ``.html``, ``figures.csv``, ``differences.csv``, and ``plots``. Finished runs are not run
    again, interrupted ones go on; a run that the plan changed begins anew. A run that fails
    leaves the others alone.

    Args:
        plan: what is compared.
        manifest: what is trained on and measured with.
        out: folder of the comparison, made if need be.
        processes: runs at a time, each with one thread.
        audio_root: as the manifest was opened with.
        begun: told what is to be done before any of it is.
        listener: told of every beginning, epoch and end of a run.

    Raises:
        ExperimentError: as :func:`outline`, or no run has a result.
    """
    outlined = outline(plan, manifest, out, audio_root=audio_root)
    begun(outlined)
    out.mkdir(parents=True, exist_ok=True)
    write_bytes(out / PLAN_NAME, plan_text(plan).encode())
    finished = {job.name for job in outlined.at(Stage.FINISHED)}
    left = [job for job in outlined.jobs if job.name not in finished]
    failures = run_jobs(left, processes=processes, logs=out / LOGS_NAME, listener=listener)
    done = [job for job in outlined.jobs if job.name not in failures]
    failed = tuple(Failed(name, problem) for name, problem in failures.items())
    if not done:
        raise ExperimentError(
            f"none of {len(outlined.jobs)} runs has a result",
            where=out,
            hint=f"{failed[0].name}: {failed[0].problem}",
        )
    comparison = compared(plan, manifest, done, failed)
    write_comparison(comparison, out)
    return comparison


def compared(
    plan: Plan, manifest: Manifest, done: Sequence[Job], failed: Sequence[Failed] = ()
) -> Comparison:
    """The outcome of finished jobs; results are read a network at a time.

    Args:
        plan: what is compared.
        manifest: with the anchors.
        done: finished jobs, at least one.
        failed: those that have no result.

    Raises:
        ExperimentError: results are damaged, or of different recordings.
    """
    first = read_result(done[0])
    arms, found = [], list[Difference]()
    for model in (model.name for model in plan.models):
        results = [read_result(job) for job in done if job.model == model]
        require_alike([first, *results])
        for name in (arm.name for arm in plan.arms):
            if runs := [result for result in results if result.job.arm == name]:
                arms.append(arm_result(runs))
        found += differences(results, plan.references, manifest)
    comparison = Comparison(
        manifest=manifest.path.resolve().name,
        split=plan.evaluation.split,
        recordings=first.recordings,
        positives=first.positives,
        negative_hours=first.negative_hours,
        unread=first.unread,
        targets=plan.evaluation.targets,
        seeds=plan.seeds,
        references=plan.references,
        resamples=plan.evaluation.resamples,
        arms=tuple(arms),
        differences=tuple(found),
        failed=tuple(failed),
    )
    return replace(comparison, statements=statements(comparison))


def write_comparison(comparison: Comparison, out: Path) -> None:
    """Write tables, plots and the page, each whole or not at all.

    Raises:
        CheckpointError, EvaluationError: a file cannot be written.
    """
    from sal_anchors.evaluate.html import write_html
    from sal_anchors.experiment.page import html_page
    from sal_anchors.experiment.plots import figures, save_figures
    from sal_anchors.experiment.tables import differences_csv, figures_csv, markdown

    texts = {
        "comparison.json": comparison.to_json(),
        "comparison.md": markdown(comparison),
        "figures.csv": figures_csv(comparison),
        "differences.csv": differences_csv(comparison),
    }
    for name, text in texts.items():
        write_bytes(out / name, text.encode())
    drawn = figures(comparison)
    save_figures(drawn, out / PLOTS_NAME)
    title = (
        f"{', '.join(dict.fromkeys(arm.arm for arm in comparison.arms))} on {comparison.manifest}"
    )
    write_html(html_page(comparison, drawn, title=title), out / "comparison.html")
