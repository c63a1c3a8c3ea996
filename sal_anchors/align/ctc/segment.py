"""Words on the frames of a CTC model's output, by ctc-segmentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """A word on frames ``[first, stop)``.

    Attributes:
        first: frame at which its first token begins.
        stop: frame behind the last one at which its last token is likelier than blank.
        score: mean log-probability a frame of the path through it, <= 0.
    """

    first: int
    stop: int
    score: float


def segment(
    log_probs: Floats, words: Sequence[Sequence[int]], *, blank: int, separator: int | None
) -> tuple[tuple[Span, ...], float] | None:
    """The likeliest way through all frames that passes the words' tokens in order.

    Frames between tokens are blank or repeat the token before them. ctc-segmentation enters the
    first token at frame 1 at the earliest, and asks for no blank between two equal tokens.

    Args:
        log_probs: float32 (T, V), natural logarithms.
        words: token ids of each word, none empty, at least one word.
        blank: id of the blank token.
        separator: id of the token between words; None if the model has none.

    Returns:
        The words' spans, in order and not overlapping, and the mean log-probability a frame of
        the whole path. None if there are not enough frames, or no path is found.
    """
    tokens, firsts = _joined(words, separator)
    frames = len(log_probs)
    if frames <= len(tokens):
        return None
    found = _entries(log_probs, tokens, blank)
    if found is None:
        return None
    entries, chosen = found
    stops = [
        _stop(log_probs, token, blank, entry, following)
        for token, (entry, following) in zip(tokens, pairwise([*entries, frames]), strict=True)
    ]
    spans = tuple(
        Span(entries[first], stops[last], float(chosen[entries[first] : stops[last]].mean()))
        for first, last in firsts
    )
    return spans, float(chosen.mean())


def _joined(
    words: Sequence[Sequence[int]], separator: int | None
) -> tuple[list[int], list[tuple[int, int]]]:
    """All tokens in a row, and the places of each word's first and last."""
    tokens: list[int] = []
    places: list[tuple[int, int]] = []
    for word in words:
        if tokens and separator is not None:
            tokens.append(separator)
        places.append((len(tokens), len(tokens) + len(word) - 1))
        tokens += word
    return tokens, places


def _entries(
    log_probs: Floats, tokens: list[int], blank: int
) -> tuple[list[int], NDArray[np.float64]] | None:
    """The frame at which each token is entered, and the log-probability of each frame's state."""
    import ctc_segmentation

    frames, classes = log_probs.shape
    settings = ctc_segmentation.CtcSegmentationParameters(
        blank=blank,
        char_list=[str(index) for index in range(classes)],
        index_duration=1.0,
        min_window_size=frames,
        max_window_size=frames,
        backtrack_from_max_t=True,
    )
    settings.preamble_transition_cost_zero = False
    begin = -1
    column = np.array([begin, *tokens], dtype=np.int64).reshape(-1, 1)
    try:
        times, chosen, _ = ctc_segmentation.ctc_segmentation(settings, log_probs, column)
    except (AssertionError, IndexError):
        return None
    entries = [round(float(time)) for time in times[1:]]
    if any(later <= earlier for earlier, later in pairwise([0, *entries])):
        return None
    return entries, chosen


def _stop(log_probs: Floats, token: int, blank: int, entry: int, following: int) -> int:
    """The frame behind the unbroken run from ``entry`` on in which a token beats blank."""
    stay = log_probs[entry + 1 : following]
    quieter = np.flatnonzero(stay[:, token] < stay[:, blank])
    return entry + 1 + (int(quieter[0]) if len(quieter) else len(stay))
