"""Two engines: the first one's words, and a finding wherever the second one disagrees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Capabilities, Interval, Lexicon, Provenance
from sal_anchors.align.aligner import EdgeErrors, Scope
from sal_anchors.align.compare import CompareAligner, disagreements
from sal_anchors.align.finding import FindingCode
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.viter import ViterAligner, check_viter
from sal_anchors.corpus import Utterance, read_sidecar_corpus
from sal_anchors.errors import EngineError

WORDS = (Interval("one", 0.0, 0.5), Interval("two", 0.5, 1.0), Interval("one", 1.2, 1.5))
POCKETSPHINX = EdgeErrors()
UTTERANCE = Utterance(id="a", audio=Path("a.wav"), transcript="one two one")


@dataclass
class Told:
    """An engine that says what it is told to."""

    results: list[Alignment | Failure]
    name: str = "told"
    edges: EdgeErrors = POCKETSPHINX
    scope: Scope = Scope.UTTERANCE
    languages: frozenset[str] = frozenset({"en"})

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            self.languages, 16_000, 0.01, False, None, 60.0, scope=self.scope, edges=self.edges
        )

    @property
    def provenance(self) -> Provenance:
        return Provenance(self.name, "1", "none", (("a", "b"),))

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        assert all(utterances)
        yield from self.results


def _moved(words: tuple[Interval, ...], *, start: float = 0.0, end: float = 0.0) -> Alignment:
    moved = tuple(replace(w, start=w.start + start, end=w.end + end) for w in words)
    return Alignment(UTTERANCE, moved, (), None)


def _compare(first: Told, second: Told, tmp_path: Path) -> Alignment | Failure:
    aligner = CompareAligner(first, second)
    (result,) = aligner.align_corpus([UTTERANCE], Lexicon(), tmp_path, 1)
    return result


def test_the_first_engine_s_words_are_kept_and_far_words_found(tmp_path: Path) -> None:
    first, second = _moved(WORDS), _moved(WORDS[:1])
    second = replace(second, words=(*second.words, *_moved(WORDS[1:], start=0.05, end=0.15).words))
    result = _compare(Told([first]), Told([second]), tmp_path)
    assert isinstance(result, Alignment)
    assert result.words == WORDS
    assert [(f.label, f.start, f.end) for f in result.findings] == [
        ("two", 0.5, 1.0),
        ("one", 1.2, 1.5),
    ]
    assert [f.value for f in result.findings] == pytest.approx([0.15, 0.15])


def test_a_known_bias_of_an_engine_is_no_disagreement(tmp_path: Path) -> None:
    late = Told([_moved(WORDS, start=0.12, end=0.12)], edges=EdgeErrors(bias=0.12))
    result = _compare(Told([_moved(WORDS)], edges=EdgeErrors(bias=0.0)), late, tmp_path)
    assert isinstance(result, Alignment)
    assert result.findings == ()


def test_a_coarse_engine_is_given_the_room_of_its_own_error(tmp_path: Path) -> None:
    coarse = EdgeErrors(start=0.1, end=0.1)
    aligner = CompareAligner(Told([]), Told([], edges=coarse))
    assert aligner.limit == pytest.approx(0.14)
    assert CompareAligner(Told([]), Told([])).limit == 0.1


def test_words_that_the_second_engine_does_not_have_are_found() -> None:
    found = disagreements(WORDS, (WORDS[0], WORDS[2]), limit=0.1)
    assert [(f.label, f.value) for f in found] == [("two", 0.5)]


def test_a_failure_of_the_second_engine_is_a_finding_about_the_utterance(tmp_path: Path) -> None:
    failure = Failure(UTTERANCE, Reason.NO_PATH, "a.wav: none")
    result = _compare(Told([_moved(WORDS)]), Told([failure]), tmp_path)
    assert isinstance(result, Alignment)
    (finding,) = result.findings
    assert (finding.code, finding.label) == (FindingCode.ENGINES_DISAGREE, "")
    assert (finding.start, finding.end, finding.value) == (0.0, 1.5, 1.5)


def test_a_failure_of_the_first_engine_stands(tmp_path: Path) -> None:
    failure = Failure(UTTERANCE, Reason.NO_PATH, "a.wav: none")
    assert _compare(Told([failure]), Told([_moved(WORDS)]), tmp_path) is failure


def test_results_of_different_utterances_are_an_error(tmp_path: Path) -> None:
    other = replace(_moved(WORDS), utterance=replace(UTTERANCE, id="b"))
    with pytest.raises(EngineError, match="returned 'a' and 'b'"):
        _compare(Told([_moved(WORDS)]), Told([other]), tmp_path)


def test_the_second_engine_stands_in_the_provenance_and_its_scope_counts() -> None:
    first = Told([], languages=frozenset({"en", "de"}))
    aligner = CompareAligner(first, Told([], name="other", scope=Scope.CORPUS))
    assert aligner.provenance.engine == "told"
    assert ("compared_with", "other 1") in aligner.provenance.settings
    assert ("compared_with.a", "b") in aligner.provenance.settings
    assert aligner.capabilities.scope is Scope.CORPUS
    assert aligner.capabilities.languages == {"en"}


@given(shifts=st.lists(st.floats(-0.3, 0.3), min_size=1, max_size=6), limit=st.floats(0.01, 0.25))
def test_exactly_the_words_beyond_the_limit_are_found(shifts: list[float], limit: float) -> None:
    first = tuple(Interval(f"w{i}", float(i), i + 0.5) for i in range(len(shifts)))
    second = tuple(
        replace(word, start=word.start + shift) for word, shift in zip(first, shifts, strict=True)
    )
    found = {finding.label for finding in disagreements(first, second, limit=limit)}
    beyond = {a.label for a, b in zip(first, second, strict=True) if abs(b.start - a.start) > limit}
    assert found == beyond


@pytest.mark.skipif(
    not check_viter().ready, reason="viter is not installed: pip install 'sal-anchors[viter]'"
)
def test_two_real_engines_run_side_by_side(prompts: Path, tmp_path: Path) -> None:
    utterances = [u for u in read_sidecar_corpus(prompts) if isinstance(u, Utterance)][:6]
    wrong = replace(utterances[0], id="wrong", transcript="completely unrelated words " * 4)
    aligner = CompareAligner(PocketsphinxAligner(), ViterAligner(last_stage="mono"))
    results = list(aligner.align_corpus([*utterances, wrong], Lexicon(), tmp_path, 1))
    assert [result.utterance for result in results] == [*utterances, wrong]
    last = results[-1]
    assert isinstance(last, Failure) or last.findings
    alone = list(PocketsphinxAligner().align_corpus(utterances[:2], Lexicon(), tmp_path, 1))
    for mine, single in zip(results, alone, strict=False):
        assert isinstance(mine, Alignment)
        assert isinstance(single, Alignment)
        assert mine.words == single.words
