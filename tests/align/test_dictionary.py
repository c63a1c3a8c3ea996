"""The dictionary of the default engine."""

from __future__ import annotations

import pytest

from sal_anchors.align.dictionary import dictionary_pronunciations, in_dictionary


@pytest.mark.parametrize(
    ("word", "pronunciations"),
    [
        ("computer", ("K AH M P Y UW T ER",)),
        ("tomato", ("T AH M EY T OW", "T AH M AA T OW")),
        ("don't", ("D OW N T", "D OW N")),
        ("livekit", ()),
        ("comp.ter", ()),
        ("", ()),
    ],
)
def test_it_tells_every_pronunciation_of_a_word_and_of_no_other(
    word: str, pronunciations: tuple[str, ...]
) -> None:
    assert dictionary_pronunciations(word) == pronunciations


@pytest.mark.parametrize(("word", "known"), [("computer", True), ("livekit", False)])
def test_it_knows_its_words(word: str, known: bool) -> None:
    assert in_dictionary(word) is known
