"""The words of the default engine's own dictionary."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from sal_anchors.align.spell import spellings


@lru_cache(maxsize=1)
def dictionary_words() -> frozenset[str]:
    """The words that pocketsphinx's English dictionary pronounces, in lower case."""
    with _path().open(encoding="utf-8") as lines:
        return frozenset(line.split(maxsplit=1)[0] for line in lines)


@lru_cache(maxsize=1024)
def dictionary_pronunciations(word: str) -> tuple[str, ...]:
    """How that dictionary pronounces a word: phones separated by spaces; empty if it has not got
    the word."""
    entry = re.compile(rf"{re.escape(word)}(?:\(\d+\))?\s+(.+)")
    with _path().open(encoding="utf-8") as lines:
        near = (line for line in lines if line.startswith(word))
        return tuple(found[1].strip() for line in near if (found := entry.fullmatch(line.strip())))


def in_dictionary(word: str) -> bool:
    """Whether the dictionary has a word, with its accents or without."""
    return any(form in dictionary_words() for form in spellings(word))


def _path() -> Path:
    import pocketsphinx

    return Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
