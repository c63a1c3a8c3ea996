"""Where pronunciations come from, with the real engine on real speech, up to the manifest."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.alignment import Change, Pronunciation, PronunciationSource
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.annotate import build_manifest
from sal_anchors.corpus import Utterance, read_sidecar_corpus
from sal_anchors.manifest import Manifest

AlignOne = Callable[..., Alignment]


@pytest.fixture
def align_one(tmp_path: Path) -> AlignOne:
    """``align_one(audio, transcript, lexicon)`` with the default engine."""

    def align(audio: Path, transcript: str, lexicon: Lexicon | None = None) -> Alignment:
        utterance = Utterance(id="a", audio=audio, transcript=transcript)
        engine = PocketsphinxAligner()
        (result,) = engine.align_corpus([utterance], lexicon or Lexicon(), tmp_path, 1)
        assert isinstance(result, Alignment), result
        return result

    return align


def _times(alignment: Alignment) -> list[tuple[float, float]]:
    return [(word.start, word.end) for word in alignment.words]


def test_a_guessed_word_is_where_the_dictionary_finds_it(
    prompts: Path, align_one: AlignOne
) -> None:
    audio = prompts / "please-try-again.flac"
    known = align_one(audio, "please try again")
    guessed = align_one(audio, "Pleez try again!")
    assert known.pronunciations == ()
    assert guessed.pronunciations == (Pronunciation("pleez", "P L IY Z", PronunciationSource.G2P),)
    assert _times(guessed) == _times(known)


def test_what_the_user_says_wins_over_the_guess_and_the_dictionary(
    prompts: Path, align_one: AlignOne
) -> None:
    lexicon = Lexicon().with_pronunciations(["pleez=P L IY Z", "try=T R AY"])
    found = align_one(prompts / "please-try-again.flac", "pleez try again", lexicon)
    assert found.pronunciations == (
        Pronunciation("pleez", "P L IY Z", PronunciationSource.USER),
        Pronunciation("try", "T R AY", PronunciationSource.USER),
    )


def test_a_figure_is_aligned_as_its_word(prompts: Path, align_one: AlignOne) -> None:
    audio = prompts / "vm-advopts.flac"
    written, figure = (align_one(audio, f"Press {n} for advanced options") for n in ("three", "3"))
    assert [word.label for word in figure.words][:2] == ["press", "three"]
    assert _times(figure) == _times(written)
    assert figure.changes == (Change("3", "three"),)
    assert figure.pronunciations == ()


def test_accents_do_not_hide_a_word_of_the_dictionary(prompts: Path, align_one: AlignOne) -> None:
    found = align_one(prompts / "please-try-again.flac", "pl\u00e9ase try again")
    assert found.words[0].label == "pl\u00e9ase"
    assert found.pronunciations == ()


def test_sources_and_changes_are_in_the_manifest_and_figures_are_keywords(
    tmp_path: Path, copy_prompts: Callable[..., Path]
) -> None:
    corpus = copy_prompts(tmp_path / "corpus", "please-try-again", "vm-advopts")
    (corpus / "please-try-again.txt").write_text("pleez try again")
    (corpus / "vm-advopts.txt").write_text("Press 3 for advanced options [noise]")
    build_manifest(
        read_sidecar_corpus(corpus),
        tmp_path / "x.anchors",
        audio_root=corpus,
        recipe=keyword_recipe(("press 3", "pleez")),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
    )
    rows = {row.id: row for row in Manifest.open(tmp_path / "x.anchors").rows()}
    assert rows["please-try-again"].pronunciations == (
        Pronunciation("pleez", "P L IY Z", PronunciationSource.G2P),
    )
    assert rows["vm-advopts"].changes == (Change("3", "three"), Change("[noise]", ""))
    ends = {event.label for row in rows.values() for event in row.events}
    assert {"press three", "pleez"} <= ends


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence with words that no dictionary has, synthesised."""
    flite = shutil.which("flite")
    if flite is None:
        pytest.skip("flite is not on the machine (Debian package flite)")
    path = tmp_path_factory.mktemp("flite") / "a.wav"
    text = "please call the P B X of live kit at three o'clock"
    subprocess.run([flite, "-voice", "slt", "-t", text, "-o", path], check=True)
    return path


def test_acronyms_are_spelled_and_other_unknown_words_guessed(
    spoken: Path, align_one: AlignOne
) -> None:
    found = align_one(spoken, "Please call the PBX of LiveKit at 3 o'clock.")
    assert [word.label for word in found.words] == (
        ["please", "call", "the", "pbx", "of", "livekit", "at", "three", "o'clock"]
    )
    assert found.pronunciations == (
        Pronunciation("pbx", "P IY B IY EH K S", PronunciationSource.SPELLED),
        Pronunciation("livekit", "L IH V IH K IH T", PronunciationSource.G2P),
    )
    apart = align_one(spoken, "please call the P B X of live kit at three o'clock")
    assert found.words[3].start == pytest.approx(apart.words[3].start, abs=0.02)
    assert found.words[3].end == pytest.approx(apart.words[5].end, abs=0.02)
    assert found.words[5].start == pytest.approx(apart.words[7].start, abs=0.05)
    assert found.words[5].end == pytest.approx(apart.words[8].end, abs=0.05)


def test_a_given_pronunciation_wins_over_the_guess(spoken: Path, align_one: AlignOne) -> None:
    lexicon = Lexicon().with_pronunciations(["livekit=L AY V K IH T"])
    found = align_one(spoken, "Please call the PBX of LiveKit at 3 o'clock.", lexicon)
    assert found.pronunciations[1] == (
        Pronunciation("livekit", "L AY V K IH T", PronunciationSource.USER)
    )
    guessed = align_one(spoken, "Please call the PBX of LiveKit at 3 o'clock.")
    score, by_guess = found.words[5].score, guessed.words[5].score
    assert score is not None and by_guess is not None and score > by_guess
