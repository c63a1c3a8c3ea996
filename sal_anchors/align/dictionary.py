"""The words of the default engine's own dictionary."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sal_anchors.align.spell import spellings


@lru_cache(maxsize=1)
def dictionary_words() -> frozenset[str]:
    """The words that pocketsphinx's English dictionary pronounces, in lower case."""
    import pocketsphinx

    path = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    with path.open(encoding="utf-8") as lines:
        return frozenset(line.split(maxsplit=1)[0] for line in lines)


def in_dictionary(word: str) -> bool:
    """Whether the dictionary has a word, with its accents or without."""
    return any(form in dictionary_words() for form in spellings(word))
