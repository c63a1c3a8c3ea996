"""Ways to weight frames: what each gains with small networks, and where the weight goes.

    PYTHONPATH=. python benchmarks/keyword_formulations.py DATA OUT --jobs 2

trains by ``keyword_formulations.toml`` into ``OUT/keyword_formulations``, measured on ``dev``, and
prints false reject rates beside the shares that recordings with a keyword, with the beginning of
one, and with neither have in the weight of an epoch.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from keyword_losses import TUNING, manifest_of, run

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.recipe_file import overridden
from sal_anchors.anchors.render import render
from sal_anchors.dataset.config import SamplingConfig
from sal_anchors.dataset.stretch import class_events
from sal_anchors.events.event import EventKind
from sal_anchors.experiment.comparison import Comparison
from sal_anchors.experiment.plan_file import plan_of, read_plan
from sal_anchors.experiment.tables import facts, spread
from sal_anchors.manifest import Manifest, Row

PLAN = Path(__file__).with_name("keyword_formulations.toml")
SORTS = ("keyword", "beginning of one", "neither")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder for everything that is made.")
    parser.add_argument("--jobs", type=int, default=2, help="Runs at a time, a thread each.")
    options = parser.parse_args()
    manifest = Manifest.open(manifest_of(options.data, options.out, options.jobs))
    cache = f"data.cache.folder={(options.out / 'cache').resolve()}"
    values = {**read_plan(TUNING), "set": [cache], **read_plan(PLAN)}
    compared = run(values, manifest, options.out / PLAN.stem, options.jobs)
    sampling = SamplingConfig.model_validate(values["config"]["data"]["sampling"])
    weighted = [arm for arm in plan_of(values).arms if arm.render]
    recipes = {arm.name: overridden(manifest.recipe, arm.render) for arm in weighted}
    rows = list(manifest.rows("train", usable=True))
    print("\n".join(table(compared, {n: shares(rows, r, sampling) for n, r in recipes.items()})))


def sort_of(row: Row, recipe: Recipe) -> str:
    """Which of :data:`SORTS` a recording is."""
    if any(class_events(row, recipe)):
        return SORTS[0]
    begun = any(event.kind is EventKind.PARTIAL_KEYWORD for event in row.events)
    return SORTS[1] if begun else SORTS[2]


def shares(rows: list[Row], recipe: Recipe, sampling: SamplingConfig) -> dict[str, float]:
    """The share of each sort in the weight of an epoch that is drawn by ``sampling``."""
    weights = defaultdict(list)
    for row in rows:
        total = render(row.events, recipe, row.num_frames).weights.sum()
        weights[sort_of(row, recipe)].append(float(total))
    drawn = dict(zip(SORTS, (sampling.events or 0.0, sampling.hard), strict=False))
    drawn[SORTS[2]] = 1 - sum(drawn.values())
    means = {sort: drawn[sort] * float(np.mean(weights[sort])) for sort in SORTS}
    return {sort: mean / sum(means.values()) for sort, mean in means.items()}


def table(compared: Comparison, weight: dict[str, dict[str, float]]) -> Iterator[str]:
    """Rates and shares in per cent, latencies in milliseconds, in Markdown."""
    yield f"{facts(compared)}\n"
    heads = ["network", "weights", *(f"FRR at {target:g}" for target in compared.targets), "median"]
    yield f"| {' | '.join([*heads, *SORTS])} |"
    yield "|---" * (len(heads) + len(SORTS)) + "|"
    for result in compared.arms:
        cells = [result.model, result.arm]
        cells += [spread(point.false_reject_rate, 100, 1) for point in result.points]
        cells.append(spread(result.points[0].latency_median, 1000, 0))
        share = weight.get(result.arm)
        cells += [f"{100 * share[sort]:.0f}" if share else "" for sort in SORTS]
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
