"""Phone sequences, and the beginnings that words share with a keyword."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sal_anchors.align.alignment import Interval
from sal_anchors.align.dictionary import dictionary_pronunciations
from sal_anchors.errors import RecipeError
from sal_anchors.events.phones import SpokenWord
from sal_anchors.events.query import PartialKeyword, PhoneSequence
from sal_anchors.events.span import Span

_STRESS = "012"


def same_phone(wanted: str, said: str) -> bool:
    """Whether two phones are the same; stress digits count only where both have one."""
    if wanted == said:
        return True
    plain, other = wanted.rstrip(_STRESS), said.rstrip(_STRESS)
    return plain == other and (plain == wanted or other == said)


def find_phone_sequences(spoken: Sequence[SpokenWord], query: PhoneSequence) -> Iterator[Span]:
    """Each occurrence of one of several phone sequences, in time order.

    The longest one that is said is taken, and the search goes on behind it. A sequence may go
    over several words if no pause between them is longer than ``max_pause``.
    """
    wanted = sorted((tuple(s.split()) for s in query.sequences), key=len, reverse=True)
    label = " ".join(query.sequences[0].split()) if query.label is None else query.label
    for line in _lines(spoken, query.max_pause):
        first = 0
        while first < len(line):
            length = next(
                (len(w) for w in wanted if _is_said(line[first : first + len(w)], w, query)), 0
            )
            if length:
                yield _span(line[first : first + length], label)
            first += max(length, 1)


def find_partial_words(spoken: Sequence[SpokenWord], query: PartialKeyword) -> Iterator[Span]:
    """Words that begin as a keyword of one word does, to the end of the last shared phone.

    Of the keyword's pronunciations the one counts that the word shares most with. The keyword
    itself and words that sound the same are left out. A keyword of several words has none.

    Raises:
        RecipeError: nobody tells how the keyword is pronounced.
    """
    voiced = [one for one in spoken if one.phones] if len(query.words) == 1 else []
    wanted = _pronunciations(query) if voiced else ()
    for one in voiced:
        if one.word.label == query.words[0]:
            continue
        shared = max(_shared(one.phones, phones) for phones in wanted)
        sounds_the_same = any(shared == len(one.phones) == len(phones) for phones in wanted)
        if shared >= query.min_phones and not sounds_the_same:
            label = one.word.label if query.label is None else query.label
            yield Span(label, one.phones[0], one.phones[shared - 1], (one.word,))


def _pronunciations(query: PartialKeyword) -> tuple[tuple[str, ...], ...]:
    known = query.pronunciations or dictionary_pronunciations(query.words[0])
    if not known:
        raise RecipeError(
            f"partial keyword {query.text!r}: the dictionary does not pronounce it",
            hint="Give its pronunciations, such as 'L AY V K IH T'",
        )
    return tuple(tuple(pronunciation.split()) for pronunciation in known)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A phone, its word, and whether it is the word's first or last."""

    phone: Interval
    word: Interval
    opens: bool
    closes: bool


def _lines(spoken: Sequence[SpokenWord], max_pause: float) -> Iterator[list[_Placed]]:
    """Phones that follow each other; a long pause, or a word without phones, is between lines."""
    line: list[_Placed] = []
    for one in spoken:
        if line and (not one.phones or one.word.start - line[-1].word.end > max_pause):
            yield line
            line = []
        last = len(one.phones) - 1
        line += [
            _Placed(phone, one.word, opens=index == 0, closes=index == last)
            for index, phone in enumerate(one.phones)
        ]
    if line:
        yield line


def _is_said(said: Sequence[_Placed], wanted: tuple[str, ...], query: PhoneSequence) -> bool:
    if len(said) < len(wanted):
        return False
    if not query.inside_words and not (said[0].opens and said[-1].closes):
        return False
    return all(same_phone(w, s.phone.label) for w, s in zip(wanted, said, strict=True))


def _span(said: Sequence[_Placed], label: str) -> Span:
    words = tuple(dict.fromkeys(placed.word for placed in said))
    return Span(label, said[0].phone, said[-1].phone, words)


def _shared(phones: Sequence[Interval], wanted: tuple[str, ...]) -> int:
    """How many first phones of a word are the first ones of ``wanted``."""
    for count, (phone, want) in enumerate(zip(phones, wanted, strict=False)):
        if not same_phone(want, phone.label):
            return count
    return min(len(phones), len(wanted))
