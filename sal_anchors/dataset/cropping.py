"""Which stretch of a recording is trained on, by its row alone: no audio is read for it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sal_anchors import augment
from sal_anchors.anchors.label import AfterLabels
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import renderer_of
from sal_anchors.dataset.config import DataConfig
from sal_anchors.dataset.sampling import Draw, Purpose
from sal_anchors.dataset.stretch import (
    Stretch,
    extents,
    free_stretches,
    keyword_cuts,
    length_of,
)
from sal_anchors.manifest.row import Row

_PERCENT = 100


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What to read for an example.

    Attributes:
        draw: the recording and what it is drawn for.
        stretch: of the recording, at the grid's rate.
        whole: whether that is all of the recording.
        speed: at which it will be played.
    """

    draw: Draw
    stretch: Stretch
    whole: bool
    speed: Fraction

    @property
    def length(self) -> int:
        """Samples of the example before padding."""
        return int(self.stretch.length / self.speed)


def plan(draw: Draw, recipe: Recipe, config: DataConfig, *, epoch: int, seed: int) -> Plan:
    """Draw a stretch that fits the draw's purpose and is no longer than the config allows."""
    rng = augment.generator(seed, epoch, f"{draw.key}\nplan")
    grid = recipe.grid.grid()
    speed = _speed(config, rng)
    limit = int(grid.sample_of(config.limit_seconds) * speed)
    stretch = _stretch(draw, recipe, config, limit, rng)
    return Plan(draw, stretch, stretch.length == length_of(draw.row, grid), speed)


def _speed(config: DataConfig, rng: np.random.Generator) -> Fraction:
    options = config.augment.speed
    if not config.augment.enabled or rng.random() >= options.probability:
        return Fraction(1)
    slowest, fastest = (round(_PERCENT * ratio) for ratio in options.ratio)
    return Fraction(int(rng.integers(slowest, fastest + 1)), _PERCENT)


def _stretch(
    draw: Draw, recipe: Recipe, config: DataConfig, limit: int, rng: np.random.Generator
) -> Stretch:
    grid = recipe.grid.grid()
    total = length_of(draw.row, grid)
    match draw.stratum.purpose:
        case Purpose.PARTIAL:
            return _cut_off(draw.row, recipe, config, limit, rng)
        case Purpose.EXCLUDING:
            return _between_events(draw.row, recipe, config, limit, rng)
    if total <= limit:
        return Stretch(0, total)
    if draw.stratum.purpose is Purpose.EVENT:
        first = _before_event(draw, recipe, limit, total, rng)
    else:
        first = _before_label(int(rng.integers(total - limit + 1)), draw.row, recipe)
    first = grid.hop_start(first)
    return Stretch(first, min(total, first + limit))


def _cut_off(
    row: Row, recipe: Recipe, config: DataConfig, limit: int, rng: np.random.Generator
) -> Stretch:
    cuts = keyword_cuts(row, recipe, config.sampling.keep)
    cut = cuts[rng.integers(len(cuts))]
    end = int(rng.integers(cut.earliest, cut.latest + 1))
    return Stretch(max(cut.first, end - limit), end)


def _between_events(
    row: Row, recipe: Recipe, config: DataConfig, limit: int, rng: np.random.Generator
) -> Stretch:
    shortest = recipe.grid.grid().sample_of(config.sampling.shortest_seconds)
    free = free_stretches(row, recipe, shortest)
    lengths = np.array([stretch.length for stretch in free])
    inside = free[rng.choice(len(free), p=lengths / lengths.sum())]
    first = inside.first + int(rng.integers(max(0, inside.length - limit) + 1))
    return Stretch(first, min(inside.end, first + limit))


def _before_event(
    draw: Draw, recipe: Recipe, limit: int, total: int, rng: np.random.Generator
) -> int:
    """Where a stretch begins that holds an event of the class: with its span and label if they
    fit, and in any case its moment."""
    grid = recipe.grid.grid()
    wanted = draw.stratum.class_index
    found = [
        (event, taken)
        for index, event, taken in extents(draw.row, recipe)
        if index == wanted and renderer_of(recipe).is_sure(event.confidence)
    ]
    event, taken = found[rng.integers(len(found))]
    moment = grid.sample_of(event.time)
    lowest = max(0, min(taken.end, moment + limit // 2, total) - limit)
    highest = min(taken.first, total - limit)
    if lowest > highest:
        return max(0, min(moment - limit // 2, total - limit))
    first = int(rng.integers(lowest, highest + 1))
    earlier = _before_label(first, draw.row, recipe)
    return earlier if earlier >= lowest else first


def _before_label(first: int, row: Row, recipe: Recipe) -> int:
    """``first``, or the start of the event whose sound or label it would cut through, of those
    whose label has a fixed length."""
    grid = recipe.grid.grid()
    found = sorted(extents(row, recipe), key=lambda item: item[1].start, reverse=True)
    for _, event, taken in found:
        rule = recipe.rule_for(event.kind, event.label)
        fixed = rule is not None and isinstance(rule.labels, AfterLabels)
        start = grid.sample_of(event.start)
        if fixed and start < first <= taken.end:
            first = max(0, start)
    return first
