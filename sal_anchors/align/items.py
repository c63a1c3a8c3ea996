"""Every item of a corpus through an engine: one result an item, in the items' order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.aligner import Aligner
from sal_anchors.align.alignment import Alignment
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.normalise import normalise
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import EngineError


class AlignedItems:
    """Results of the engine and failures of the corpus, one an item; an iterable.

    Utterances in a language that the engine does not know become failures. Those whose transcript
    states that nobody speaks (:attr:`sal_anchors.align.normalise.Normalised.says_nothing`) are
    alignments without words that no engine needs to make.

    Attributes:
        entered: items taken from the corpus so far.

    Raises:
        EngineError: the engine did not return one result an utterance, in order.
    """

    def __init__(
        self,
        items: Iterable[Utterance | Failure],
        aligner: Aligner,
        lexicon: Lexicon,
        workdir: Path,
        jobs: int,
    ):
        self.entered = 0
        self._capabilities = aligner.capabilities
        self._waiting: deque[Utterance | Alignment | Failure] = deque()
        self._results = aligner.align_corpus(self._alignable(items), lexicon, workdir, jobs)

    def __iter__(self) -> Iterator[Alignment | Failure]:
        for result in self._results:
            yield from self._known_first()
            expected = self._waiting.popleft() if self._waiting else None
            if expected is not result.utterance and expected != result.utterance:
                raise EngineError(
                    f"the engine returned {result.utterance.id!r} where {expected!r} was due",
                    hint="This is a fault of the engine's adapter; please report it",
                )
            yield result
        yield from self._known_first()
        if self._waiting:
            raise EngineError(
                f"the engine returned nothing for {len(self._waiting)} utterances, "
                f"first {self._waiting[0]}",
                hint="This is a fault of the engine's adapter; please report it",
            )

    def _alignable(self, items: Iterable[Utterance | Failure]) -> Iterator[Utterance]:
        for item in items:
            self.entered += 1
            fit = self._fit(item)
            self._waiting.append(fit)
            if isinstance(fit, Utterance):
                yield fit

    def _fit(self, item: Utterance | Failure) -> Utterance | Alignment | Failure:
        if isinstance(item, Failure):
            return item
        known = self._capabilities.languages
        if known and item.language.split("-")[0].lower() not in known:
            message = (
                f"{item.audio}: it is in {item.language!r}, the engine knows "
                f"{', '.join(sorted(known))}; align it by itself with --language and another "
                "--engine"
            )
            return Failure(item, Reason.OTHER_LANGUAGE, message)
        return self._without_words(item) or item

    def _without_words(self, item: Utterance) -> Alignment | None:
        if not self._capabilities.needs_transcript or not item.transcript:
            return None
        said = normalise(item.transcript, item.language)
        return Alignment(item, (), (), None, said.changes) if said.says_nothing else None

    def _known_first(self) -> Iterator[Alignment | Failure]:
        while self._waiting and not isinstance(self._waiting[0], Utterance):
            yield self._waiting[0]
            self._waiting.popleft()
