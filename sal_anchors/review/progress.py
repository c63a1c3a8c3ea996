"""How far the review of a manifest is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sal_anchors.errors import ManifestError
from sal_anchors.manifest import Manifest
from sal_anchors.review.decision import Decision
from sal_anchors.review.overlay import by_utterance
from sal_anchors.review.replay import Conflict, ConflictCode, State, replay
from sal_anchors.review.standing import standing


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of a review.

    Attributes:
        total: utterances of the manifest.
        states: utterances by state; they add up to ``total``.
        accepted: events that were accepted, changed or added.
        rejected: events that were rejected.
        open: events of the utterances begun with that are still to be decided on.
        decisions: lines of the journal, undone ones too.
        reviewers: decisions by reviewer.
        conflicts: decisions that need a person.
    """

    total: int
    states: Mapping[State, int]
    accepted: int
    rejected: int
    open: int
    decisions: int
    reviewers: Mapping[str, int]
    conflicts: tuple[Conflict, ...]


def progress_of(manifest: Manifest, decisions: Iterable[Decision]) -> Progress:
    """Count a review; only rows that something was decided about are read."""
    given = tuple(decisions)
    states: Counter[State] = Counter()
    verdicts: Counter[bool | None] = Counter()
    conflicts: list[Conflict] = []
    for utterance, group in by_utterance(given).items():
        try:
            row = manifest.row(utterance)
        except ManifestError:
            if stand := standing(group):
                conflicts.append(missing_utterance(stand[-1]))
            continue
        review = replay(row.events, group, seconds=row.duration)
        states[review.state] += 1
        verdicts.update(item.accepted for item in review.events)
        conflicts += review.conflicts
    total = len(manifest)
    begun = sum(n for state, n in states.items() if state is not State.UNREVIEWED)
    states[State.UNREVIEWED] = total - begun
    return Progress(
        total=total,
        states={state: states[state] for state in State},
        accepted=verdicts[True],
        rejected=verdicts[False],
        open=verdicts[None],
        decisions=len(given),
        reviewers=dict(sorted(Counter(d.who for d in given).items())),
        conflicts=tuple(conflicts),
    )


def missing_utterance(decision: Decision) -> Conflict:
    """The conflict of decisions about an utterance that the manifest does not have."""
    told = f"{decision.utterance!r}: the manifest has no such utterance"
    return Conflict(ConflictCode.UTTERANCE_MISSING, decision.utterance, decision, told)
