"""Labels and weights of a manifest by another recipe, from the alignments stored in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from sal_anchors import __version__
from sal_anchors.accounting import Tally
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import renderer_of
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import Event
from sal_anchors.events.query import require_phones, require_words
from sal_anchors.manifest import Manifest, Row
from sal_anchors.manifest.header import counts_of
from sal_anchors.manifest.report import REPORT_NAME
from sal_anchors.manifest.write import ALIGNMENTS, StagedManifest

_NO_WORDS = "vad"
"""The engine whose words are stretches of speech."""


def event_source(engine: str) -> str:
    """What is recorded as the source of events found from an engine's alignment."""
    return f"{engine}+energy"


def rerender(
    folder: Path, recipe: Recipe, *, on_row: Callable[[Row], None] = lambda row: None
) -> Tally:
    """Find, label and weight the events of a manifest anew, without aligning again.

    Every row stays, failed ones as they are. Events are found from the stored words and phones;
    those with another source than the alignment, such as hand-made ones, are kept, and so are all
    events of a row without words. Rows are read and written one part at a time, and the folder
    holds the old manifest until the new one is whole.

    Args:
        folder: the manifest.
        recipe: if it is to divide weights by their corpus mean, and does not say which, the mean
            is measured first, in a pass of its own over all usable rows.
        on_row: called with each new row, for progress.

    Returns:
        The counts; as many rows as before.

    Raises:
        ManifestError: no manifest, a damaged one, or one that is being written to.
        RecipeError: it asks for words or phones of a manifest that has none.
    """
    Manifest.open(folder)
    has_textgrids = any((folder / ALIGNMENTS).rglob("*.TextGrid"))
    with StagedManifest(folder, textgrids=has_textgrids) as staged:
        manifest = Manifest.open(folder)
        _require_found(manifest, recipe)
        recipe = _with_mean(manifest, recipe)
        engine = manifest.header.provenance.engine

        def rows() -> Iterator[Row]:
            for row in manifest.rows():
                new = rendered(row, recipe, old=manifest.recipe, engine=engine)
                on_row(new)
                yield new

        parts, tally = staged.write(rows())
        tally.require(len(manifest))
        header = replace(
            manifest.header,
            tool_version=__version__,
            grid=recipe.grid.grid(),
            recipe=recipe,
            counts=counts_of(tally),
            parts=parts,
        )
        staged.commit(header, tally, layout=_layout(folder))
    return tally


def rendered(row: Row, recipe: Recipe, *, old: Recipe, engine: str) -> Row:
    """A row with the events, anchors, labels and weights of a recipe; a row that carries no
    targets as it is.

    Args:
        row: with its words and phones.
        recipe: what to find and how to label and weight it.
        old: that the row was rendered by; events it does not find are not the alignment's.
        engine: that aligned it.
    """
    if not row.usable:
        return row
    grid = recipe.grid.grid()
    events = _events(row, recipe, old, event_source(engine))
    num_frames = grid.num_frames(grid.resampled(row.num_samples, row.sample_rate))
    targets = renderer_of(recipe).render(events, num_frames)
    return replace(
        row,
        events=events,
        anchors=targets.anchors,
        num_frames=num_frames,
        labels=targets.labels,
        weights=targets.weights,
    )


def _events(row: Row, recipe: Recipe, old: Recipe, source: str) -> tuple[Event, ...]:
    """The events that the recipe finds, and those stored that no recipe found."""
    if not row.words:
        return row.events
    sources = [event.source for event in row.events]
    if sources and source not in sources:
        source = sources[0]
    found = _found(row, recipe, source)
    places = set(map(_place, found))
    others = [event for event in row.events if _place(event) not in places]
    if others:
        places = set(map(_place, _found(row, old, source)))
        others = [event for event in others if _place(event) not in places]
    return tuple(sorted((*found, *others), key=lambda event: (event.time, event.kind, event.label)))


def _found(row: Row, recipe: Recipe, source: str) -> tuple[Event, ...]:
    return recipe.find(row.words, row.phones, engine_words=row.engine_words, source=source)


def _place(event: Event) -> tuple[str, str, float]:
    return event.kind, event.label, event.time


def _require_found(manifest: Manifest, recipe: Recipe) -> None:
    """Refuse to look for what the rows of the manifest do not have; the first one tells."""
    engine = manifest.header.provenance.engine
    if engine == _NO_WORDS:
        require_words(recipe.queries, engine)
    first = next((row for row in manifest.rows(usable=True) if row.words), None)
    if first is not None and not first.phones:
        require_phones(recipe.queries, f"the alignment in {manifest.path}")


def _with_mean(manifest: Manifest, recipe: Recipe) -> Recipe:
    """The recipe with the mean weight of the corpus, if it needs one."""
    if not recipe.lacks_mean:
        return recipe
    plain = recipe.unnormalised()
    engine = manifest.header.provenance.engine
    total, frames = _weight_of(
        rendered(row, plain, old=manifest.recipe, engine=engine)
        for row in manifest.rows(usable=True)
    )
    if not frames:
        return recipe.with_mean(1.0)
    if not total:
        raise RecipeError(
            f"the mean weight of its {frames} frames is 0, weights cannot be divided by it",
            where=manifest.path,
            hint="Give weights.floor a value above 0, or normalise = 'none'",
        )
    return recipe.with_mean(total / frames)


def _weight_of(rows: Iterable[Row]) -> tuple[float, int]:
    """Sum of the weights, and number of frames."""
    total, frames = 0.0, 0
    for row in rows:
        total += float(row.weights.sum(dtype=float))
        frames += row.num_frames
    return total, frames


def _layout(folder: Path) -> str:
    """The corpus layout that the report of the manifest names."""
    try:
        report = json.loads((folder / REPORT_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(report.get("layout", "")) if isinstance(report, dict) else ""
