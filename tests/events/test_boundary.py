"""Boundaries on request: each word, phone and syllable has its start and its end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sal_anchors.align import Interval
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.find import find_events
from sal_anchors.events.query import Boundary, BoundaryKind

Say = Callable[..., tuple[tuple[Interval, ...], tuple[Interval, ...]]]


def _found(
    spoken: tuple[tuple[Interval, ...], tuple[Interval, ...]], kind: BoundaryKind
) -> tuple[Event, ...]:
    return find_events(*spoken, [Boundary(kind=kind)], source="x")


def test_every_word_has_its_boundaries(say: Say) -> None:
    words, phones = say("say mystery now")
    starts = _found((words, phones), EventKind.WORD_START)
    ends = _found((words, phones), EventKind.WORD_END)
    assert [(e.label, e.time) for e in starts] == [(w.label, w.start) for w in words]
    assert [(e.label, e.time) for e in ends] == [(w.label, w.end) for w in words]
    assert [e.uncertainty for e in starts] == [w.start_uncertainty for w in words]
    assert [e.uncertainty for e in ends] == [w.end_uncertainty for w in words]


def test_every_phone_has_its_boundaries_and_its_word_s_confidence(say: Say) -> None:
    words, phones = say("hey now")
    starts = _found((words, phones), EventKind.PHONE_START)
    ends = _found((words, phones), EventKind.PHONE_END)
    assert [e.label for e in starts] == ["HH", "EY", "N", "AW"]
    assert [e.time for e in starts] == [p.start for p in phones]
    assert [e.time for e in ends] == [p.end for p in phones]
    assert len({e.confidence for e in starts}) == 1


def test_syllables_are_labelled_with_their_phones(say: Say) -> None:
    words, phones = say("computer")
    ends = _found((words, phones), EventKind.SYLLABLE_END)
    starts = _found((words, phones), EventKind.SYLLABLE_START)
    assert [e.label for e in ends] == ["K AH M", "P Y UW", "T ER"]
    assert [e.time for e in starts] == [phones[n].start for n in (0, 3, 6)]
    assert ends[-1].time == words[0].end
    assert ends[-1].uncertainty == words[0].end_uncertainty
    assert starts[0].uncertainty == words[0].start_uncertainty


def test_a_word_with_a_mark_for_a_phone_has_no_syllables(say: Say) -> None:
    words, phones = say("hey now")
    marked = (*phones[:2], Interval("SPN", phones[2].start, phones[3].end))
    events = _found((words, marked), EventKind.SYLLABLE_START)
    assert [e.label for e in events] == ["HH EY"]


def test_phones_that_are_not_arpabet_have_no_syllables_and_it_is_said() -> None:
    words = (Interval("hey", 0.0, 0.5),)
    phones = (Interval("h", 0.0, 0.25), Interval("ej", 0.25, 0.5))
    with pytest.raises(RecipeError, match="ARPABET phones only, not in 'h'"):
        _found((words, phones), EventKind.SYLLABLE_END)
    assert [e.label for e in _found((words, phones), EventKind.PHONE_END)] == ["h", "ej"]
