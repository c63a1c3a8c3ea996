"""The targets of an example as it is now."""

from __future__ import annotations

from sal_anchors.anchors.anchor import FrameTargets
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import render
from sal_anchors.augment.example import Example
from sal_anchors.errors import GridMismatchError


def targets(example: Example, recipe: Recipe) -> FrameTargets:
    """Labels, weights and anchors, rendered from the events by the renderer of the manifest.

    They are rendered anew, never moved: after a shift that is no whole number of hops each frame
    is still the first that has seen its instant. They know nothing but the example's own audio:
    with ``weights.normalise = "recording"`` the mean is that of its own frames.

    Raises:
        GridMismatchError: the example is at another rate than the recipe's grid.
        RecipeError: see :func:`sal_anchors.anchors.render.render`.
    """
    grid = recipe.grid.grid()
    if example.sample_rate != grid.sample_rate:
        raise GridMismatchError(
            f"the example is at {example.sample_rate} Hz, the recipe is on the {grid}",
            hint=f"Resample the example to {grid.sample_rate} Hz first",
        )
    return render(example.events, recipe, grid.num_frames(len(example.samples)))
