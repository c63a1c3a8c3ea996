"""What each loss gains on speech onsets, against hand-made boundaries; beside it two detectors that
a user would pick, silero-vad and WebRTC VAD, on the same recordings and by the same ruler.

    PYTHONPATH=. python benchmarks/onset_losses.py DATA OUT --jobs 2

makes what is not there of the manifest (onset_corpus.py), measures both detectors
(onset_detectors.py), compares the losses by ``onset_plan.toml`` into ``OUT/onset/comparison``, and
prints one Markdown table: onset recall within the collar, false onsets an hour, and latency, the
samples heard less the hand-made onset. Rows of ours are means over seeds with the standard
deviation; the others have 95 % intervals. ``--detectors-only`` trains nothing; ``--arms``,
``--seeds`` and ``--set`` make a smaller comparison of the plan.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from keyword_losses import tell
from onset_corpus import onsets
from onset_detectors import HALF, RATE, Detector, detectors, measured
from wake_word_packages import fixed_interval

from sal_anchors.evaluate.bootstrap import Range
from sal_anchors.evaluate.measure import Measured
from sal_anchors.evaluate.outcome import Outcome, outcome
from sal_anchors.evaluate.poisson import poisson_interval
from sal_anchors.experiment.comparison import Comparison, Spread
from sal_anchors.experiment.job import Job, jobs_of
from sal_anchors.experiment.plan import Plan
from sal_anchors.experiment.plan_file import plan_of, read_plan
from sal_anchors.experiment.results import RunResult, read_result
from sal_anchors.experiment.run import compare
from sal_anchors.manifest import Manifest

PLAN = Path(__file__).with_name("onset_plan.toml")
COLUMNS = (
    *("system", "at most, an hour", "threshold", "onset recall, %", "false onsets an hour"),
    *("latency median, ms", "p90, ms", "p95, ms"),
)
RANKS = ("median", "p90", "p95")


def main() -> None:
    options = _options()
    plan = plan_of(plan_values(options), where=options.plan)
    manifest = Manifest.open(onsets(options.data, options.out, jobs=options.jobs))
    folder = options.out / "onset"
    others = [
        (detector, measured(detector, manifest, plan.evaluation, folder / "scores"))
        for detector in detectors()
    ]
    if not options.detectors_only:
        trained = compare(
            plan, manifest, folder / "comparison", processes=options.jobs, listener=tell
        )
        for said in trained.statements:
            print(f"- {said}")
    print_facts(others[0][1])
    print(f"| {' | '.join(COLUMNS)} |")
    print("|---" * len(COLUMNS) + "|")
    if not options.detectors_only:
        print_rows(rows_of_ours(plan, jobs_of(plan, manifest, folder / "comparison"), trained))
    for detector, one in others:
        print_rows(rows_of_others(detector, one))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder of the corpus and the comparison.")
    parser.add_argument("--plan", type=Path, default=PLAN)
    parser.add_argument("--jobs", type=int, default=1, help="Runs at a time, one thread each.")
    parser.add_argument("--arms", help="Only these of the plan, such as ce,sal.")
    parser.add_argument("--seeds", type=int, help="Runs of each, instead of the plan's.")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="set_")
    parser.add_argument("--detectors-only", action="store_true", help="Train nothing.")
    return parser.parse_args()


def plan_values(options: argparse.Namespace) -> dict[str, Any]:
    """The plan as asked for, with the cache of features in OUT."""
    values = read_plan(options.plan)
    cache = f"data.cache.folder={(options.out / 'cache').resolve()}"
    values["set"] = [*values.get("set", []), cache, *options.set_]
    if options.seeds:
        values["seeds"] = options.seeds
    if options.arms:
        names = options.arms.split(",")
        values["arms"] = [arm for arm in values["arms"] if arm["name"] in names]
        values["reference"] = [name for name in values["reference"] if name in names]
    return values


def print_facts(one: Measured) -> None:
    (speech,) = one.report.classes
    collar = one.report.settings["collar_ms"]
    print(
        f"\n{one.report.recordings} recordings, {speech.positives} onsets, "
        f"{speech.negative_hours:.3f} h outside their collars of {collar:.0f} ms\n"
    )


def print_rows(rows: Iterator[Sequence[str]]) -> None:
    """Targets that have the same figures share a row."""
    for (name, *figures), alike in groupby(rows, lambda cells: (cells[0], *cells[2:])):
        targets = ", ".join(cells[1] for cells in alike)
        print(f"| {' | '.join((name, targets, *figures))} |")


def _spread(values: Sequence[float], digits: int) -> str:
    spread = Spread.of(values)
    if spread is None:
        return "-"
    around = "" if spread.deviation is None else f" ± {spread.deviation:.{digits}f}"
    return f"{spread.mean:.{digits}f}{around}"


def rows_of_ours(plan: Plan, jobs: Sequence[Job], trained: Comparison) -> Iterator[Sequence[str]]:
    """A row for each network, loss and target, of the runs that have a result."""
    failed = {one.name for one in trained.failed}
    results = [read_result(job) for job in jobs if job.name not in failed]
    for model in plan.models:
        for arm in plan.arms:
            runs = [
                one for one in results if (one.job.model, one.job.arm) == (model.name, arm.name)
            ]
            for column, target in enumerate(plan.evaluation.targets):
                if runs:
                    yield _row_of_ours(runs, column, f"{target:g}")


def _row_of_ours(runs: Sequence[RunResult], column: int, target: str) -> Sequence[str]:
    points = [run.points[column] for run in runs]
    recalls = [100 * (1 - (point.false_reject_rate or 0.0)) for point in points]
    alarms = [point.false_accepts_per_hour or 0.0 for point in points]
    latencies = [point.latency for point in points if point.latency]
    return (
        *(f"{runs[0].job.model}, {runs[0].job.arm}", target, "of each run"),
        *(_spread(recalls, 1), _spread(alarms, 0)),
        *(_spread([1000 * getattr(x, rank) for x in latencies], 0) for rank in RANKS),
    )


def rows_of_others(detector: Detector, one: Measured) -> Iterator[Sequence[str]]:
    """A row a target if there is a threshold to choose, and one at 0.5."""
    (speech,) = one.report.classes
    for point, happened in zip(speech.operating_points, one.outcomes[0], strict=True):
        if detector.graded:
            head = (detector.name, f"{point.target:g}", f"{point.threshold:.3f}")
            yield *head, *_figures(happened, one, point.false_reject_interval)
    happened = outcome(one.recordings, 1, HALF, one.configs, one.grid)
    head = (detector.name, "-", f"{HALF}" if detector.graded else "-")
    yield *head, *_figures(happened, one, fixed_interval(happened, one))


def _figures(happened: Outcome, one: Measured, missed: Range | None) -> Sequence[str]:
    (speech,) = one.report.classes
    recall, alarms = len(happened.hits) / speech.positives, len(happened.false_accepts)
    low, high = (bound / speech.negative_hours for bound in poisson_interval(alarms))
    delays = [1000 * (hit.detection - hit.anchor) / RATE for hit in happened.hits]
    around = f" ({100 - 100 * missed[1]:.1f} to {100 - 100 * missed[0]:.1f})" if missed else ""
    return (
        f"{100 * recall:.1f}{around}",
        f"{alarms / speech.negative_hours:.0f} ({low:.0f} to {high:.0f})",
        *(f"{np.percentile(delays, rank):.0f}" if delays else "-" for rank in (50, 90, 95)),
    )


if __name__ == "__main__":
    main()
