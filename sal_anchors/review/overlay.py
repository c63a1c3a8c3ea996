"""Reviews laid over the rows of a manifest: events as decided, targets rendered from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sal_anchors.accounting import Reason
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.render import render
from sal_anchors.manifest.row import Row
from sal_anchors.review.decision import Action, Decision
from sal_anchors.review.replay import Reviewed, State, replay
from sal_anchors.review.standing import standing


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """A row and what its review made of it.

    Attributes:
        row: with the events that were kept, and anchors, labels and weights rendered from them;
            a bad utterance is skipped, and has none.
        review: how far it is, and what was decided.
    """

    row: Row
    review: Reviewed


def by_utterance(decisions: Iterable[Decision]) -> dict[str, tuple[Decision, ...]]:
    """The decisions about each utterance, in their order."""
    groups: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in sorted(decisions, key=lambda d: d.order):
        groups[decision.utterance].append(decision)
    return {utterance: tuple(group) for utterance, group in groups.items()}


def review_row(row: Row, decisions: Iterable[Decision], recipe: Recipe) -> ReviewedRow:
    """The row as its reviewers want it; one that nothing was decided about stays as it is.

    Args:
        row: of the manifest.
        decisions: about this row, in any order.
        recipe: of the manifest, to render the targets.
    """
    given = tuple(decisions)
    review = replay(row.events, given, seconds=row.duration)
    if review.state is State.BAD:
        return ReviewedRow(_bad(row, given), review)
    if not row.usable or not given or review.kept == row.events:
        return ReviewedRow(row, review)
    targets = render(review.kept, recipe, row.num_frames)
    changed = replace(
        row,
        events=review.kept,
        anchors=targets.anchors,
        labels=targets.labels,
        weights=targets.weights,
    )
    return ReviewedRow(changed, review)


def review_state(row: Row, decisions: Mapping[str, tuple[Decision, ...]]) -> State:
    """How far the review of a row is, by :func:`by_utterance`."""
    return replay(row.events, decisions.get(row.id, ()), seconds=row.duration).state


def _bad(row: Row, decisions: Iterable[Decision]) -> Row:
    last = [d for d in standing(decisions) if d.action is Action.MARK_BAD][-1]
    blank = Row(id=row.id, status=row.status, audio=row.audio, split=row.split)
    emptied = replace(
        row,
        events=(),
        anchors=(),
        num_frames=0,
        labels=blank.labels,
        weights=blank.weights,
    )
    return emptied.explained(Reason.MARKED_BAD, f"marked bad by {last.who}")
