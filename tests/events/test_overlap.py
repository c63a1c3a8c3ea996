"""Keywords that meet: each counts, unless only the longest shall."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Interval
from sal_anchors.events.event import EventKind
from sal_anchors.events.find import find_events
from sal_anchors.events.query import PartialKeyword, Phrase, Query, WordPattern

Say = Callable[..., tuple[tuple[Interval, ...], tuple[Interval, ...]]]


def _labels(words: tuple[Interval, ...], *queries: Query, longest: bool = False) -> list[str]:
    return [e.label for e in find_events(words, (), queries, source="x", longest=longest)]


NESTED = (Phrase(text="hey computer"), Phrase(text="computer"))


def test_keywords_inside_others_each_count(say: Say) -> None:
    words, _ = say("hey computer computer")
    assert _labels(words, *NESTED) == ["computer", "hey computer", "computer"]


def test_only_the_longest_counts_if_asked(say: Say) -> None:
    words, _ = say("hey computer computer")
    assert _labels(words, *NESTED, longest=True) == ["hey computer", "computer"]


def test_of_equally_long_ones_the_earlier_counts(say: Say) -> None:
    words, _ = say("hey computer now")
    queries = (Phrase(text="computer now"), Phrase(text="hey computer"))
    assert _labels(words, *queries, longest=True) == ["hey computer"]


def test_both_ends_of_the_longest_and_both_names_of_one_stretch_stay(say: Say) -> None:
    words, _ = say("hey computer")
    queries = (
        Phrase(text="hey computer", kind=EventKind.KEYWORD_START),
        Phrase(text="hey computer"),
        WordPattern(pattern="hey .*", label="any"),
        Phrase(text="hey"),
    )
    assert _labels(words, *queries, longest=True) == ["hey computer", "any", "hey computer"]


def test_a_partial_keyword_that_is_another_s_whole_is_none(say: Say) -> None:
    words, _ = say("hey computer")
    longer = PartialKeyword(text="hey computer please")
    assert _labels(words, longer) == ["hey computer"]
    events = find_events(words, (), [longer, Phrase(text="hey computer")], source="x")
    assert [event.kind for event in events] == [EventKind.KEYWORD_END]


def test_a_query_given_twice_counts_once(say: Say) -> None:
    words, _ = say("hey computer")
    assert _labels(words, Phrase(text="hey"), Phrase(text="hey")) == ["hey"]


@given(
    st.lists(st.sampled_from("abc"), max_size=12),
    st.lists(st.text("abc", min_size=1, max_size=3), max_size=4, unique=True),
)
def test_the_longest_never_overlap_and_what_is_left_out_overlaps_a_longer_or_earlier_one(
    said: list[str], wanted: list[str]
) -> None:
    words = tuple(Interval(label, float(n), n + 1.0) for n, label in enumerate(said))
    queries = [Phrase(text=" ".join(letters)) for letters in wanted]
    every = find_events(words, (), queries, source="x")
    kept = find_events(words, (), queries, source="x", longest=True)
    assert set(kept) <= set(every)
    for one in every:
        rivals = [k for k in kept if k.start < one.end and one.start < k.end]
        if one in kept:
            assert rivals == [one]
        else:
            assert any(
                (k.end - k.start, -k.start) > (one.end - one.start, -one.start) for k in rivals
            )
