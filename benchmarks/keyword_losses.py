"""What each loss gains on wake words, at equal effort: tuned on one split, compared on another.

    PYTHONPATH=. python benchmarks/keyword_losses.py DATA OUT --jobs 2

makes what is not there of the corpus (keyword_corpus.py, training_versions.py,
training_stretches.py), trains every loss in the ways of ``keyword_tuning.toml`` with the small
network of each family, and measures them on ``dev``. For each family and loss the way with the
lowest false reject rate is chosen, the mean over seeds and operating points. It is trained again
from other seeds, with every network of that family in ``keyword_plan.toml``, and measured on
``test``. ``--plan benchmarks/keyword_longer.toml`` compares longer trainings instead.
``OUT/keyword_tuning`` and ``OUT/PLAN.FAMILY`` hold all runs with their frame posteriors; the same
command goes on after an interruption.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from math import inf
from pathlib import Path
from statistics import fmean
from typing import Any

from keyword_corpus import corpus
from training_stretches import stretches
from training_versions import versions

from sal_anchors.experiment.comparison import ArmResult, Comparison, Difference, Measure
from sal_anchors.experiment.plan_file import plan_of, read_plan
from sal_anchors.experiment.pool import News
from sal_anchors.experiment.run import compare
from sal_anchors.experiment.tables import facts, spread, verdict
from sal_anchors.experiment.words import amount
from sal_anchors.manifest import Manifest

TUNING = Path(__file__).with_name("keyword_tuning.toml")
PLAN = Path(__file__).with_name("keyword_plan.toml")
AT = 1.0
"""False accepts an hour of the table's differences, and of latencies."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder for everything that is made.")
    parser.add_argument("--plan", type=Path, default=PLAN, help="What is compared on test.")
    parser.add_argument("--jobs", type=int, default=2, help="Runs at a time, a thread each.")
    options = parser.parse_args()
    out, jobs, plan = options.out, options.jobs, options.plan
    manifest = Manifest.open(manifest_of(options.data, out, jobs))
    cache = f"data.cache.folder={(out / 'cache').resolve()}"
    tuning = {**read_plan(TUNING), "set": [cache]}
    tuned = run(tuning, manifest, out / TUNING.stem, jobs)
    best = {family_of(model): chosen(tuned, model) for model in tuned.models}
    print("\n".join(tuning_table(tuned, best)), flush=True)
    for family, arms in best.items():
        values = final_plan(tuning, read_plan(plan), family, arms)
        compared = run(values, manifest, out / f"{plan.stem}.{family}", jobs)
        print("\n".join(table(compared)), flush=True)


def manifest_of(data: Path, out: Path, jobs: int) -> Path:
    """The manifest that is trained on and measured with, made if it is not there."""
    aligned = corpus(data, out, jobs=jobs)
    return stretches(versions(aligned, out / "versions", out / "noise", audio_root=data))


def run(values: dict[str, Any], manifest: Manifest, out: Path, jobs: int) -> Comparison:
    """The outcome of a plan."""
    return compare(plan_of(values), manifest, out, processes=jobs, listener=tell)


def tell(news: News) -> None:
    """Say that a run is over."""
    if not news.epochs:
        print(f"{news.job.name}: {news.failure or 'done'}", flush=True)


def loss_of(arm: str) -> str:
    """What an arm's name begins with."""
    return arm.partition(",")[0]


def family_of(model: str) -> str:
    """What a network's name begins with."""
    return model.partition(" ")[0]


def mean_rate(result: ArmResult) -> float:
    """Mean false reject rate over the operating points."""
    rates = [point.false_reject_rate for point in result.points]
    return fmean(rate.mean for rate in rates if rate)


def latency(result: ArmResult) -> float:
    """Median at ``AT``, in seconds; infinite without a hit."""
    (median,) = (point.latency_median for point in result.points if point.target == AT)
    return median.mean if median else inf


def chosen(tuned: Comparison, model: str) -> dict[str, str]:
    """The best arm of each loss with a network, by the loss."""
    best: dict[str, ArmResult] = {}
    for result in tuned.of_model(model):
        loss = loss_of(result.arm)
        best[loss] = min(best.get(loss, result), result, key=mean_rate)
    return {loss: result.arm for loss, result in best.items()}


def final_plan(
    tuning: dict[str, Any], plan: dict[str, Any], family: str, best: dict[str, str]
) -> dict[str, Any]:
    """What is compared of a family: the chosen arms, in the order of the tuning and each named
    like its loss, of the plan's ``losses`` if it has any, else of all."""
    losses = plan.pop("losses", list(best))
    return {
        **tuning,
        **plan,
        "set": [*tuning["set"], *plan.get("set", [])],
        "models": [model for model in plan["models"] if family_of(model["name"]) == family],
        "arms": [
            {**arm, "name": loss}
            for arm in tuning["arms"]
            if (loss := loss_of(arm["name"])) in losses and arm["name"] == best[loss]
        ],
    }


def tuning_table(tuned: Comparison, best: dict[str, dict[str, str]]) -> Iterator[str]:
    """Every arm in Markdown: false reject rates in per cent at the operating points, their mean,
    and the median latency at ``AT``; what is chosen is bold."""
    targets = "/".join(f"{target:g}" for target in tuned.targets)
    heads = [
        head for model in tuned.models for head in (f"{model}: FRR at {targets}", "mean", "ms")
    ]
    yield f"| arm | {' | '.join(heads)} |"
    yield "|---" * (1 + len(heads)) + "|"
    for name in dict.fromkeys(one.arm for one in tuned.arms):
        cells = [name]
        for result in (one for one in tuned.arms if one.arm == name):
            rates = [point.false_reject_rate for point in result.points]
            told = "/".join("-" if rate is None else f"{100 * rate.mean:.1f}" for rate in rates)
            bold = "**" * (name in best[family_of(result.model)].values())
            cells += [told, f"{bold}{100 * mean_rate(result):.1f}{bold}"]
            cells.append(f"{1000 * latency(result):.0f}")
        yield f"| {' | '.join(cells)} |"


def table(compared: Comparison) -> Iterator[str]:
    """Every arm with every network, in Markdown: rates in per cent, times in milliseconds; beside
    them its differences, at ``AT`` false accepts an hour, to ``ce`` and to the best reference."""
    targets = compared.targets
    yield f"{facts(compared)}\n"
    heads = ["network", "loss", *(f"FRR at {target:g}" for target in targets), "median", "p90"]
    heads += ["AP", "FRR to ce", "median at its FRR"]
    heads += ["best reference", "FRR to it", "median at its FRR", "verdict"]
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for result in compared.arms:
        at = next(point for point in result.points if point.target == AT)
        cells = [result.model, result.arm]
        cells += [spread(point.false_reject_rate, 100, 1) for point in result.points]
        cells += [spread(at.latency_median, 1000, 0), spread(at.latency_p90, 1000, 0)]
        cells += [spread(result.average_precision, 1, 3), *differences(compared, result)]
        yield f"| {' | '.join(cells)} |"


def differences(compared: Comparison, result: ArmResult) -> Iterator[str]:
    """To ``ce`` and to the best reference, in FRR and in latency at equal FRR; with a verdict."""

    def of(measure: Measure) -> list[Difference]:
        found = compared.select([measure], model=result.model)
        return [one for one in found if one.arm == result.arm and one.target == AT]

    rates, latencies = of(Measure.FRR), of(Measure.MEDIAN_EQUAL)
    pairs = list(zip(rates, latencies, strict=True))
    yield from next((map(amount, pair) for pair in pairs if pair[0].reference == "ce"), ("", ""))
    rate, latency = next(((r, x) for r, x in pairs if r.best), (None, None))
    if rate is None or latency is None:
        yield from ("itself", "", "", "")
    else:
        yield from (rate.reference, amount(rate), amount(latency), verdict(rate, latency))


if __name__ == "__main__":
    main()
