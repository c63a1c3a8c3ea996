"""Review of anchors by people: decisions in a journal, replayed over the manifest's rows.

The way of a decision: :class:`Session` -> :class:`Journal` (``edits.jsonl``) ->
:func:`standing` -> :func:`replay` -> :func:`review_row` -> :func:`reviewed` manifest.
"""

from sal_anchors.review.decision import JOURNAL_NAME, Action, Decision, Mark, Value
from sal_anchors.review.journal import Journal, read_journal
from sal_anchors.review.merge import merge_decisions, merge_journals
from sal_anchors.review.overlay import ReviewedRow, review_row
from sal_anchors.review.progress import Progress, progress_of
from sal_anchors.review.replay import Conflict, Reviewed, ReviewedEvent, State, replay
from sal_anchors.review.reviewed import reviewed
from sal_anchors.review.session import Session
from sal_anchors.review.standing import standing

__all__ = [
    "JOURNAL_NAME",
    "Action",
    "Conflict",
    "Decision",
    "Journal",
    "Mark",
    "Progress",
    "Reviewed",
    "ReviewedEvent",
    "ReviewedRow",
    "Session",
    "State",
    "Value",
    "merge_decisions",
    "merge_journals",
    "progress_of",
    "read_journal",
    "replay",
    "review_row",
    "reviewed",
    "standing",
]
