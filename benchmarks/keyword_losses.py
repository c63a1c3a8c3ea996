"""What each loss gains on wake words, at equal effort: tuned on one split, compared on another.

    PYTHONPATH=. python benchmarks/keyword_losses.py DATA OUT --jobs 2

makes what is not there of the corpus (keyword_corpus.py, training_versions.py,
training_stretches.py), trains every loss in the ways of ``keyword_tuning.toml`` and measures them
on ``dev``, chooses one way for each loss, and trains those again from other seeds with every
network of ``keyword_plan.toml``, measured on ``test``. Chosen is the way with the lowest mean, over
networks and operating points, of the false reject rate. ``OUT/keywords.tuning`` and
``OUT/keywords.comparison`` hold all runs with their frame posteriors; the same command goes on
after an interruption.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keyword_corpus import corpus
from training_stretches import stretches
from training_versions import versions

from sal_anchors.experiment.comparison import ArmResult, Comparison
from sal_anchors.experiment.plan_file import plan_of, read_plan
from sal_anchors.experiment.pool import News
from sal_anchors.experiment.run import compare
from sal_anchors.experiment.tables import markdown
from sal_anchors.manifest import Manifest

TUNING = Path(__file__).with_name("keyword_tuning.toml")
PLAN = Path(__file__).with_name("keyword_plan.toml")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder for everything that is made.")
    parser.add_argument("--jobs", type=int, default=2, help="Runs at a time, a thread each.")
    options = parser.parse_args()
    out, jobs = options.out, options.jobs
    whole = versions(
        corpus(options.data, out, jobs=jobs),
        out / "versions",
        out / "noise",
        audio_root=options.data,
    )
    manifest = Manifest.open(stretches(whole))
    cache = f"data.cache.folder={(out / 'cache').resolve()}"
    tuning = {**read_plan(TUNING), "set": [cache]}
    tuned = run(tuning, manifest, out / "keywords.tuning", jobs)
    best = chosen(tuned)
    print("\n".join(tuning_table(tuned, best)), flush=True)
    final = {**tuning, **read_plan(PLAN), "arms": final_arms(tuning["arms"], best)}
    print(markdown(run(final, manifest, out / "keywords.comparison", jobs)))


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


def mean_rate(comparison: Comparison, arm: str) -> float:
    """Mean false reject rate of an arm over networks and operating points."""
    results = [one for one in comparison.arms if one.arm == arm]
    rates = [rate for one in results for rate in _rates(one)]
    return sum(rates) / len(rates)


def chosen(tuned: Comparison) -> dict[str, str]:
    """The best arm of each loss, by the loss."""
    arms = dict.fromkeys(one.arm for one in tuned.arms)
    ranked = sorted(arms, key=lambda arm: mean_rate(tuned, arm), reverse=True)
    return {loss_of(arm): arm for arm in ranked}


def final_arms(arms: list[dict[str, Any]], best: dict[str, str]) -> list[dict[str, Any]]:
    """The chosen arms in the order of the tuning, each named like its loss."""
    return [{**arm, "name": loss_of(arm["name"])} for arm in arms if arm["name"] in best.values()]


def tuning_table(tuned: Comparison, best: dict[str, str]) -> Iterator[str]:
    """Every arm's false reject rates in per cent, in Markdown; chosen ones are marked."""
    models, targets = tuned.models, tuned.targets
    heads = [f"{model}, {target:g} FA/h" for model in models for target in targets]
    yield f"| arm | {' | '.join(heads)} | mean |"
    yield "|---" * (len(heads) + 2) + "|"
    for arm in dict.fromkeys(one.arm for one in tuned.arms):
        results = {one.model: one for one in tuned.arms if one.arm == arm}
        rates = [rate for model in models for rate in _rates(results[model])]
        cells = [f"{100 * rate:.1f}" for rate in (*rates, mean_rate(tuned, arm))]
        name = f"**{arm}**" if arm in best.values() else arm
        yield f"| {name} | {' | '.join(cells)} |"


def _rates(result: ArmResult) -> list[float]:
    rates = (point.false_reject_rate for point in result.points)
    return [rate.mean for rate in rates if rate is not None]


if __name__ == "__main__":
    main()
