"""Anchors, labels and weights of a row against a fresh rendering of its events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.anchors.anchor import Anchor
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import render
from sal_anchors.check.code import Code
from sal_anchors.check.problem import Problem
from sal_anchors.manifest import Row

RELATIVE = 1e-5
"""Weights that differ by less are equal: the stored ones are rounded to float32, and so are the
confidences and uncertainties that they are rendered from."""


def check_targets(row: Row, recipe: Recipe) -> Iterator[Problem]:
    """Where the targets of a usable row are not those that its events give.

    Args:
        row: whose numbers are finite.
        recipe: that of the manifest. If it lacks the corpus's mean weight, weights are not
            compared.
    """
    grid = recipe.grid.grid()
    frames = grid.num_frames(grid.resampled(row.num_samples, row.sample_rate))
    whole = row.num_frames == len(row.labels) == len(row.weights) == frames
    if not whole:
        told = (
            f"num_frames {row.num_frames}, {len(row.labels)} labels and {len(row.weights)} "
            f"weights, {frames} are expected of each"
        )
        yield Problem.of(row, Code.FRAMES_DIFFER, told)
    complete = recipe.unnormalised() if recipe.lacks_mean else recipe
    fresh = render(row.events, complete, frames if whole else 0)
    yield from _anchors(row, fresh.anchors)
    for anchor in fresh.anchors:
        if anchor.frame >= frames and anchor.time <= row.duration:
            last = f"the last is {frames - 1}" if frames else "there is none"
            told = f"{_named(anchor)} is in frame {anchor.frame}, {last} on the {grid}"
            yield Problem.of(row, Code.ANCHOR_WITHOUT_FRAME, told, anchor.time)
    if whole:
        yield from _frames(row, Code.LABELS_DIFFER, row.labels, fresh.labels, 0.0)
        if not recipe.lacks_mean:
            yield from _frames(row, Code.WEIGHTS_DIFFER, row.weights, fresh.weights, RELATIVE)


def _anchors(row: Row, fresh: Sequence[Anchor]) -> Iterator[Problem]:
    """The first anchor that differs; one problem a row."""
    for stored, expected in zip_longest(row.anchors, fresh):
        if stored != expected:
            told = f"stored is {_told(stored)}, expected {_told(expected)}"
            time = (stored or expected).time
            yield Problem.of(row, Code.ANCHORS_DIFFER, told, time)
            return


def _told(anchor: Anchor | None) -> str:
    if anchor is None:
        return "no further anchor"
    return (
        f"{_named(anchor)}, frame {anchor.frame}, class {anchor.class_index}, "
        f"confidence {anchor.confidence:.3f}"
    )


def _named(anchor: Anchor) -> str:
    return f"{anchor.kind} {anchor.label!r} at {anchor.time:.3f} s"


def _frames(
    row: Row, code: Code, stored: NDArray[Any], fresh: NDArray[Any], relative: float
) -> Iterator[Problem]:
    if np.array_equal(stored, fresh):
        return
    differing = np.flatnonzero(~np.isclose(stored, fresh, rtol=relative, atol=0.0))
    if len(differing):
        first = int(differing[0])
        told = (
            f"{len(differing)} of {len(fresh)} frames differ, the first is frame {first}: "
            f"{stored[first]:g}, expected {fresh[first]:g}"
        )
        yield Problem.of(row, code, told)
