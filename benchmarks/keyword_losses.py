"""What each loss gains on wake words, at equal effort: tuned on one split, compared on another.

    PYTHONPATH=. python benchmarks/keyword_losses.py DATA OUT --jobs 2

makes what is not there of the corpus (keyword_corpus.py, training_versions.py,
training_stretches.py), trains every loss in the ways of ``keyword_tuning.toml`` with every network,
and measures them on ``dev``. For each family and loss one way is chosen for both sizes: of those
whose false reject rate, the mean over operating points and sizes, is at most ``WITHIN`` above the
lowest, the one with the lowest latency. By ``keyword_plan.toml`` it is trained again from other
seeds, and measured on ``test``. ``OUT/keywords.tuning`` and ``OUT/keywords.FAMILY`` hold all runs
with their frame posteriors; the same command goes on after an interruption.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
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
"""False accepts an hour of the table's differences, and of the latency that ways are chosen by."""
WITHIN = 0.02
"""False reject rates that one seed does not tell apart."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder for everything that is made.")
    parser.add_argument("--jobs", type=int, default=2, help="Runs at a time, a thread each.")
    parser.add_argument("--seeds", type=int, help="Of the comparison, instead of the plan's.")
    options = parser.parse_args()
    out, jobs = options.out, options.jobs
    manifest = Manifest.open(manifest_of(options.data, out, jobs))
    cache = f"data.cache.folder={(out / 'cache').resolve()}"
    tuning = {**read_plan(TUNING), "set": [cache]}
    tuned = run(tuning, manifest, out / "keywords.tuning", jobs)
    best = {family: chosen(tuned, family) for family in dict.fromkeys(map(family_of, tuned.models))}
    print("\n".join(tuning_table(tuned, best)), flush=True)
    final = {**tuning, **read_plan(PLAN)}
    final["seeds"] = options.seeds or final["seeds"]
    for family, arms in best.items():
        values = {**final, "arms": final_arms(tuning["arms"], arms)}
        values["models"] = [one for one in tuning["models"] if family_of(one["name"]) == family]
        print("\n".join(table(run(values, manifest, out / f"keywords.{family}", jobs))), flush=True)


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


def mean_rate(results: list[ArmResult]) -> float:
    """Mean false reject rate over networks and operating points."""
    rates = [point.false_reject_rate for result in results for point in result.points]
    return fmean(rate.mean for rate in rates if rate)


def mean_latency(results: list[ArmResult]) -> float:
    """Mean over networks of the median latency at ``AT``, in seconds; infinite without a hit."""
    points = [point for result in results for point in result.points if point.target == AT]
    medians = [point.latency_median for point in points]
    return fmean(median.mean if median else inf for median in medians)


def chosen(tuned: Comparison, family: str) -> dict[str, str]:
    """The best arm of each loss with the networks of a family, by the loss."""
    ways: dict[str, dict[str, list[ArmResult]]] = defaultdict(lambda: defaultdict(list))
    for result in tuned.arms:
        if family_of(result.model) == family:
            ways[loss_of(result.arm)][result.arm].append(result)
    found = {}
    for loss, arms in ways.items():
        lowest = min(map(mean_rate, arms.values()))
        alike = {arm: of for arm, of in arms.items() if mean_rate(of) <= lowest + WITHIN}
        found[loss] = min(alike, key=lambda arm: mean_latency(alike[arm]))
    return found


def final_arms(arms: list[dict[str, Any]], best: dict[str, str]) -> list[dict[str, Any]]:
    """The chosen arms in the order of the tuning, each named like its loss."""
    return [{**arm, "name": loss_of(arm["name"])} for arm in arms if arm["name"] in best.values()]


def tuning_table(tuned: Comparison, best: dict[str, dict[str, str]]) -> Iterator[str]:
    """Every arm in Markdown: by network false reject rates in per cent at the operating points and
    the median latency at ``AT``, by family the mean of both; what is chosen is bold."""
    rates = "/".join(f"{target:g}" for target in tuned.targets)
    heads = [f"{model}: FRR at {rates}, ms" for model in tuned.models]
    yield f"| arm | {' | '.join([*heads, *(f'{family}: FRR, ms' for family in best)])} |"
    yield "|---" * (1 + len(heads) + len(best)) + "|"
    for name in dict.fromkeys(one.arm for one in tuned.arms):
        results = [one for one in tuned.arms if one.arm == name]
        cells = [name, *map(figures, results)]
        for family, arms in best.items():
            own = [one for one in results if family_of(one.model) == family]
            cell = f"{100 * mean_rate(own):.1f}, {1000 * mean_latency(own):.0f}"
            cells.append(f"**{cell}**" if name in arms.values() else cell)
        yield f"| {' | '.join(cells)} |"


def figures(result: ArmResult) -> str:
    """False reject rates in per cent at the operating points, and the latency in milliseconds."""
    rates = [point.false_reject_rate for point in result.points]
    told = "/".join("-" if rate is None else f"{100 * rate.mean:.1f}" for rate in rates)
    return f"{told}, {1000 * mean_latency([result]):.0f}"


def table(compared: Comparison) -> Iterator[str]:
    """Every arm with every network, in Markdown: rates in per cent, times in milliseconds; beside
    them its differences, at ``AT`` false accepts an hour, to ``ce`` and to the best reference."""
    targets = compared.targets
    yield f"{facts(compared)}\n"
    heads = ["network", "loss", *(f"FRR at {target:g}" for target in targets), "median", "p90"]
    heads += ["AP", "FRR to ce", "best reference", "FRR to it", "median at its FRR", "verdict"]
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
    """To ``ce`` in FRR; to the best reference in FRR and in latency at equal FRR, with verdict."""

    def of(measure: Measure) -> list[Difference]:
        found = compared.select([measure], model=result.model)
        return [one for one in found if one.arm == result.arm and one.target == AT]

    rates, latencies = of(Measure.FRR), of(Measure.MEDIAN_EQUAL)
    yield next((amount(one) for one in rates if one.reference == "ce"), "")
    pairs = zip(rates, latencies, strict=True)
    rate, latency = next(((r, x) for r, x in pairs if r.best), (None, None))
    if rate is None or latency is None:
        yield from ("itself", "", "", "")
    else:
        yield from (rate.reference, amount(rate), amount(latency), verdict(rate, latency))


if __name__ == "__main__":
    main()
