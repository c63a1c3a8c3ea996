"""An engine that remembers: what was aligned before is found again, the rest is aligned."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.aligner import Aligner, Capabilities, Scope
from sal_anchors.align.alignment import Alignment, Provenance
from sal_anchors.align.cache import ResultStore
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.result_key import ResultKeys, digest
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import EngineError


@dataclass(frozen=True, slots=True)
class _Planned:
    """An utterance, the key of its result, and whether the result is there already."""

    utterance: Utterance
    key: bytes | None
    known: bool


class ResumingAligner:
    """An :class:`~sal_anchors.align.Aligner` that keeps the results of another in a store.

    Each result is kept as soon as the engine gives it, but for ``engine_error``, which another
    attempt may not meet. It is found again by its key (:mod:`sal_anchors.align.result_key`)
    alone. Where results depend on more than their utterance (:class:`Scope`), those of a speaker,
    or of the corpus, are found again together or not at all.

    Args:
        aligner: the engine; not started if everything is found.
        store: open; None to remember nothing.
        retry_failed: align again what failed before.

    Attributes:
        resumed: results found so far.
    """

    def __init__(self, aligner: Aligner, store: ResultStore | None, *, retry_failed: bool = False):
        self._aligner = aligner
        self._store = store
        self._retry_failed = retry_failed
        self.resumed = 0

    @property
    def capabilities(self) -> Capabilities:
        """Those of the engine."""
        return self._aligner.capabilities

    @cached_property
    def provenance(self) -> Provenance:
        """That of the engine, asked for once."""
        return self._aligner.provenance

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Results in the given order; see :class:`~sal_anchors.align.Aligner`.

        Known results that wait behind one the engine is at work on wait in the store.
        """
        plan = self._plan(utterances, lexicon)
        for item in plan:
            if not item.known:
                plan = chain([item], plan)
                break
            yield self._recall(item)
        else:
            return
        waiting: deque[_Planned] = deque()

        def unknown() -> Iterator[Utterance]:
            for item in plan:
                waiting.append(item)
                if not item.known:
                    yield item.utterance

        for result in self._aligner.align_corpus(unknown(), lexicon, workdir, jobs):
            yield from self._known_first(waiting)
            if waiting and waiting[0].utterance == result.utterance:
                self._keep(waiting.popleft().key, result)
            yield result
        yield from self._known_first(waiting)

    def forget_unused(self) -> None:
        """Drop from the store what this engine was not asked for; call it after a whole run."""
        if self._store is not None:
            self._store.drop_unused()

    def _plan(self, utterances: Iterable[Utterance], lexicon: Lexicon) -> Iterator[_Planned]:
        scope = self.capabilities.scope
        if self._store is None or scope is Scope.FILES:
            return (_Planned(utterance, None, False) for utterance in utterances)
        keys = ResultKeys(self, lexicon)
        if scope is Scope.UTTERANCE:
            keyed = ((utterance, keys.key(utterance)) for utterance in utterances)
            return (_Planned(u, key, self._find(key, u) is not None) for u, key in keyed)
        return iter(self._plan_groups(utterances, keys, by_speaker=scope is Scope.SPEAKER))

    def _plan_groups(
        self, utterances: Iterable[Utterance], keys: ResultKeys, *, by_speaker: bool
    ) -> list[_Planned]:
        plan = [_Planned(utterance, keys.key(utterance), False) for utterance in utterances]
        groups: defaultdict[str | None, list[int]] = defaultdict(list)
        for index, item in enumerate(plan):
            if item.key is not None:
                groups[item.utterance.speaker if by_speaker else None].append(index)
        for members in groups.values():
            group = digest(
                [
                    [(plan[index].key or b"").hex(), plan[index].utterance.speaker]
                    for index in members
                ]
            )
            for place, index in enumerate(members):
                plan[index] = replace(plan[index], key=digest([group.hex(), place]))
            found = (self._find(plan[index].key, plan[index].utterance) for index in members)
            if all(result is not None for result in found):
                for index in members:
                    plan[index] = replace(plan[index], known=True)
        return plan

    def _find(self, key: bytes | None, utterance: Utterance) -> Alignment | Failure | None:
        found = self._store.get(key, utterance) if self._store is not None and key else None
        return None if self._retry_failed and isinstance(found, Failure) else found

    def _recall(self, item: _Planned) -> Alignment | Failure:
        found = self._find(item.key, item.utterance)
        if found is None:
            raise EngineError(
                f"the result kept for {item.utterance.id!r} is gone",
                hint="Something else wrote to the manifest's folder; run again",
            )
        self.resumed += 1
        return found

    def _known_first(self, waiting: deque[_Planned]) -> Iterator[Alignment | Failure]:
        while waiting and waiting[0].known:
            yield self._recall(waiting.popleft())

    def _keep(self, key: bytes | None, result: Alignment | Failure) -> None:
        transient = isinstance(result, Failure) and result.reason is Reason.ENGINE_ERROR
        if self._store is not None and key and not transient:
            self._store.put(key, result)
