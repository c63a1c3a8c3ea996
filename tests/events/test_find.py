"""All events of an utterance together."""

from __future__ import annotations

from sal_anchors.align import Interval
from sal_anchors.events.find import find_events
from sal_anchors.events.query import Phrase, Speech


def test_all_events_of_an_utterance_come_in_time_order() -> None:
    words = [
        Interval(label, start, start + 0.5, -1.0, start_uncertainty=0.01, end_uncertainty=0.02)
        for label, start in (("please", 0.0), ("wait", 0.5), ("please", 2.0))
    ]
    queries = (*(Phrase(text=text) for text in ("wait", "please", "please wait")), Speech())
    events = find_events(words, (), queries, source="x")
    assert [(event.time, event.kind.value, event.label) for event in events] == [
        (0.0, "speech_onset", "speech"),
        (0.5, "keyword_end", "please"),
        (1.0, "keyword_end", "please wait"),
        (1.0, "keyword_end", "wait"),
        (2.0, "speech_onset", "speech"),
        (2.5, "keyword_end", "please"),
    ]
