"""Phone sequences, over whole words or inside them; words that begin as a keyword does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.errors import RecipeError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.events.find import find_events
from sal_anchors.events.phone_sequence import same_phone
from sal_anchors.events.query import PartialKeyword, PhoneSequence, Phrase, Query

Say = Callable[..., tuple[tuple[Interval, ...], tuple[Interval, ...]]]
COMPUTER = "K AH M P Y UW T ER"


def _found(
    spoken: tuple[Sequence[Interval], Sequence[Interval]], query: Query
) -> tuple[Event, ...]:
    return find_events(*spoken, [query], source="x")


@pytest.mark.parametrize(
    ("wanted", "said", "same"),
    [
        ("AH", "AH", True),
        ("AH0", "AH", True),
        ("AH", "AH0", True),
        ("AH0", "AH0", True),
        ("AH0", "AH1", False),
        ("AH", "AE", False),
        ("AH0", "AE", False),
        ("ə", "ə", True),
        ("s", "S", False),
    ],
)
def test_stress_counts_only_where_both_tell_it(wanted: str, said: str, same: bool) -> None:
    assert same_phone(wanted, said) is same


def test_a_sequence_of_a_whole_word_is_found_with_its_edges(say: Say) -> None:
    words, phones = say("say computer now")
    (event,) = _found((words, phones), PhoneSequence(sequences=(COMPUTER,)))
    assert (event.kind, event.label) == (EventKind.KEYWORD_END, COMPUTER)
    assert (event.start, event.time) == (words[1].start, words[1].end)
    assert event.uncertainty == words[1].end_uncertainty


@pytest.mark.parametrize("text", ["computers", "say computing", "a computers now"])
def test_inside_a_longer_word_it_is_found_only_when_asked(say: Say, text: str) -> None:
    whole = PhoneSequence(sequences=("K AH M P Y UW T",))
    inside = PhoneSequence(sequences=("K AH M P Y UW T",), inside_words=True)
    assert _found(say(text), whole) == ()
    (event,) = _found(say(text), inside)
    word = next(word for word in say(text)[0] if word.label.startswith("comput"))
    assert word.start == event.start < event.time < word.end


def test_it_goes_on_over_the_edge_of_a_word_but_not_over_a_long_pause(say: Say) -> None:
    query = PhoneSequence(sequences=(f"HH EY {COMPUTER}",), max_pause=0.25)
    words, phones = say("hey computer", gap=0.25)
    (event,) = _found((words, phones), query)
    assert (event.start, event.end) == (0.0, words[1].end)
    assert _found(say("hey computer", gap=0.375), query) == ()


def test_part_of_a_word_at_the_end_of_several_counts_only_inside_words(say: Say) -> None:
    sequence = ("HH EY K AH M",)
    assert _found(say("hey computer"), PhoneSequence(sequences=sequence)) == ()
    (event,) = _found(say("hey computer"), PhoneSequence(sequences=sequence, inside_words=True))
    assert event.start == 0.0


def test_it_does_not_skip_a_word_without_phones(say: Say) -> None:
    query = PhoneSequence(sequences=(f"HH EY {COMPUTER}",))
    assert _found(say("hey mystery computer"), query) == ()


def test_any_variant_counts_and_the_longest_of_them_is_taken(say: Say) -> None:
    query = PhoneSequence(sequences=("HH EY", f"HH EY {COMPUTER}", "R AY T"), label="wake")
    words, phones = say("hey computer write hey")
    events = _found((words, phones), query)
    assert [event.time for event in events] == [words[n].end for n in (1, 2, 3)]
    assert {event.label for event in events} == {"wake"}


def test_the_variants_of_a_word_are_one_phrase(say: Say) -> None:
    words, _ = say("computer computer")
    phones = [
        *(Interval("K", n, n + 0.1) for n in (0.0,)),
        *(Interval("G", n, n + 0.1) for n in (0.375,)),
    ]
    assert len(_found((words, phones), Phrase(text="computer"))) == 2


def test_occurrences_of_a_sequence_do_not_overlap(say: Say) -> None:
    words, phones = say("bye bye bye")
    events = _found((words, phones), PhoneSequence(sequences=("B AY B AY",)))
    assert [event.time for event in events] == [words[1].end]


def test_without_phones_nothing_is_found(say: Say) -> None:
    words, _ = say("hey computer")
    assert _found((words, ()), PhoneSequence(sequences=(COMPUTER,))) == ()
    assert _found((words, ()), PartialKeyword(text="computers")) == ()


def test_a_word_that_begins_as_the_keyword_is_partial_up_to_where_they_differ(say: Say) -> None:
    words, phones = say("say computing")
    (event,) = _found((words, phones), PartialKeyword(text="computer"))
    assert (event.kind, event.label) == (EventKind.PARTIAL_KEYWORD, "computing")
    last = phones[8]
    assert last.label == "T"
    assert (event.start, event.time) == (words[1].start, pytest.approx(last.end))


def test_a_longer_word_that_holds_all_of_the_keyword_is_partial_too(say: Say) -> None:
    words, _ = say("computers")
    (event,) = _found(say("computers"), PartialKeyword(text="computer"))
    assert event.label == "computers"
    assert event.time < words[0].end


@pytest.mark.parametrize("text", ["computer", "hey", "now", ""])
def test_the_keyword_itself_and_other_words_are_no_part_of_it(say: Say, text: str) -> None:
    assert _found(say(text), PartialKeyword(text="computer")) == ()


def test_a_word_that_sounds_the_same_is_no_negative(say: Say) -> None:
    assert _found(say("right"), PartialKeyword(text="write", min_phones=1)) == ()
    assert len(_found(say("rye"), PartialKeyword(text="write", min_phones=2))) == 1


@pytest.mark.parametrize(("min_phones", "found"), [(1, 1), (2, 1), (3, 0)])
def test_it_shares_at_least_so_many_phones(say: Say, min_phones: int, found: int) -> None:
    query = PartialKeyword(text="light", min_phones=min_phones)
    assert len(_found(say("lie"), query)) == found


def test_of_several_pronunciations_the_nearest_counts(say: Say) -> None:
    query = PartialKeyword(text="gizmo", pronunciations=("W AY N", "K AH1 M P Y UW1 N"))
    (event,) = _found(say("computing"), query)
    assert event.label == "computing"


def test_a_keyword_that_no_dictionary_has_needs_its_pronunciation(say: Say) -> None:
    with pytest.raises(RecipeError, match=r"'livekit'.*Give its pronunciations"):
        _found(say("hey"), PartialKeyword(text="livekit"))
    query = PartialKeyword(text="livekit", pronunciations=("L AY V K IH T",), min_phones=2)
    assert [event.label for event in _found(say("light"), query)] == ["light"]


@given(
    st.lists(st.lists(st.sampled_from("PQR"), min_size=1, max_size=3), max_size=6),
    st.lists(st.sampled_from("PQR"), min_size=1, max_size=3),
)
def test_inside_words_it_counts_what_counting_in_the_phones_counts(
    said: list[list[str]], wanted: list[str]
) -> None:
    words, phones, now = [], [], 0.0
    for n, names in enumerate(said):
        start = now
        for name in names:
            phones.append(Interval(name, now, now + 0.125))
            now += 0.125
        words.append(Interval(f"w{n}", start, now))
    query = PhoneSequence(sequences=(" ".join(wanted),), inside_words=True)
    events = _found((words, phones), query)
    assert len(events) == "".join(p.label for p in phones).count("".join(wanted))
