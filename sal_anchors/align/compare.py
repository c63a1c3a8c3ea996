"""Two engines on one corpus: the first one's results, and where the second disagrees."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import tee
from pathlib import Path
from typing import cast

from sal_anchors.accounting import Failure
from sal_anchors.align.aligner import Aligner, Capabilities, EdgeErrors, Scope
from sal_anchors.align.alignment import Alignment, Interval, Provenance
from sal_anchors.align.confirm import contradictions
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import EngineError

MAX_DIFFERENCE = 0.1
"""Seconds between two engines' edges of a word beyond which fine engines disagree."""

_Results = Generator[Alignment | Failure, None, None]


class CompareAligner:
    """An :class:`~sal_anchors.align.Aligner` that runs two engines and keeps the first's results.

    A word whose start or end the second engine places more than ``limit`` seconds elsewhere gets
    a finding ``engines_disagree``; its value is the larger of the two differences. A word that the
    second engine does not have gets one with its own length, and an utterance that the second
    engine fails on gets one without label over all its words. Where the first engine fails, its
    failure stands and the second is not asked in its place.

    A second engine that finds stretches of speech, not words, confirms the words' edges or does
    not; see :func:`sal_anchors.align.confirm.contradictions`. It cannot be the first.

    Args:
        first: its results are kept.
        second: its results are compared and dropped.
    """

    def __init__(self, first: Aligner, second: Aligner):
        self._first = first
        self._second = second

    @property
    def limit(self) -> float:
        """Seconds: 0.1, or more where the engines' own errors add up to more."""
        return max(MAX_DIFFERENCE, sum(map(_coarseness, (self._first, self._second))))

    @property
    def capabilities(self) -> Capabilities:
        """Those of the first engine, in the languages that both know."""
        first, second = self._first.capabilities, self._second.capabilities
        order = list(Scope)
        return replace(
            first,
            languages=_common(first.languages, second.languages),
            scope=max(first.scope, second.scope, key=order.index),
        )

    @property
    def provenance(self) -> Provenance:
        """That of the first engine, with the second's among its settings."""
        first, second = self._first.provenance, self._second.provenance
        added = (
            ("compared_with", f"{second.engine} {second.version}"),
            ("compared_with.limit", f"{self.limit:.3f}"),
            ("compared_with.model", second.model),
            *((f"compared_with.{name}", value) for name, value in second.settings),
        )
        return replace(first, settings=(*first.settings, *added))

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Align all utterances twice; see :class:`sal_anchors.align.Aligner`.

        Raises:
            EngineError: the engines do not return results of the same utterances.
        """
        to_first, to_second = tee(utterances)
        kept = self._first.align_corpus(to_first, lexicon, workdir, jobs)
        other = self._second.align_corpus(to_second, lexicon, workdir, jobs)
        with closing(cast("_Results", kept)), closing(cast("_Results", other)):
            for first, second in zip(kept, other, strict=True):
                if first.utterance != second.utterance:
                    raise EngineError(
                        f"two engines returned {first.utterance.id!r} and {second.utterance.id!r}",
                        hint="This is a fault of an engine's adapter; please report it",
                    )
                yield self._compared(first, second)

    def _compared(
        self, first: Alignment | Failure, second: Alignment | Failure
    ) -> Alignment | Failure:
        if isinstance(first, Failure):
            return first
        if isinstance(second, Alignment) and not self._second.capabilities.needs_transcript:
            found = contradictions(first.words, second.words)
        elif isinstance(second, Failure):
            start, end = first.words[0].start, first.words[-1].end
            found = [Finding(FindingCode.ENGINES_DISAGREE, "", start, end, end - start)]
        else:
            shift = self._second.capabilities.edges.bias - self._first.capabilities.edges.bias
            found = disagreements(first.words, second.words, limit=self.limit, shift=shift)
        return replace(first, findings=(*first.findings, *found))


def disagreements(
    first: tuple[Interval, ...], second: tuple[Interval, ...], *, limit: float, shift: float = 0.0
) -> list[Finding]:
    """A finding for each word of ``first`` that ``second`` does not have, or has elsewhere.

    Args:
        first: words in time order.
        second: likewise.
        limit: seconds that an edge may differ by.
        shift: seconds by which the second engine's edges are later where both are right.
    """
    mine, theirs = ([word.label for word in words] for words in (first, second))
    matched = {
        block.a + offset: second[block.b + offset]
        for block in SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
        for offset in range(block.size)
    }
    found = []
    for index, word in enumerate(first):
        other = matched.get(index)
        value = word.end - word.start if other is None else difference(word, other, shift)
        if other is None or value > limit:
            code = FindingCode.ENGINES_DISAGREE
            found.append(Finding(code, word.label, word.start, word.end, value))
    return found


def difference(first: Interval, second: Interval, shift: float = 0.0) -> float:
    """The larger difference of two words' edges, seconds, ``second`` taken ``shift`` earlier."""
    return max(
        abs(first.start - (second.start - shift)),
        abs(first.end - (second.end - shift)),
    )


def _common(first: frozenset[str], second: frozenset[str]) -> frozenset[str]:
    """Languages that both know; an engine that names none knows all."""
    return first & second if first and second else first | second


def _coarseness(aligner: Aligner) -> float:
    edges: EdgeErrors = aligner.capabilities.edges
    return max(edges.start, edges.end)
