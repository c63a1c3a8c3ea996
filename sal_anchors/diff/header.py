"""Differences of grid, recipe and provenance, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.differences import Difference, differences
from sal_anchors.manifest import Header
from sal_anchors.timebase import FrameGrid


def header_differences(before: Header, after: Header) -> tuple[Difference, ...]:
    """Where two headers differ in what makes rows what they are.

    Rules of a recipe are told apart by kind and label, as ``recipe.events[keyword_end please]``.
    The order of those in both matters where two cover one event; it is a key of its own.
    """
    found = tuple(differences(_values(before), _values(after)))
    orders = [[name for name, _ in _rules(header.recipe)] for header in (before, after)]
    one, other = ([n for n in order if n in orders[0] and n in orders[1]] for order in orders)
    return found if one == other else (*found, Difference("recipe.events, order", one, other))


def grid_differences(before: FrameGrid, after: FrameGrid) -> tuple[Difference, ...]:
    """Where two grids differ; none if their frames are the same, whatever they are called."""
    if before == after:
        return ()
    return tuple(differences(before.to_dict(), after.to_dict(), "grid"))


def _values(header: Header) -> dict[str, Any]:
    provenance = asdict(header.provenance)
    return {
        "recipe": _recipe(header.recipe),
        "provenance": {**provenance, "settings": dict(header.provenance.settings)},
        "tool_version": header.tool_version,
    }


def _recipe(recipe: Recipe) -> dict[str, Any]:
    """The recipe but for its grid, its rules by name."""
    values = recipe.model_dump(mode="json", exclude={"grid", "events"})
    return {**values, **dict(_rules(recipe))}


def _rules(recipe: Recipe) -> Iterator[tuple[str, dict[str, Any]]]:
    for rule in recipe.events:
        name = " ".join(filter(None, (rule.kind, rule.event_label)))
        yield f"events[{name}]", rule.model_dump(mode="json")
