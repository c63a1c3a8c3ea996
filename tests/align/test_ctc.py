"""The engine ctc: paths through planted outputs, and a real small model of tones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.ctc import CtcAligner, check_ctc
from sal_anchors.align.ctc.model import Vocabulary
from sal_anchors.align.ctc.segment import segment
from sal_anchors.corpus import Utterance
from sal_anchors.errors import EngineError

needs_ctc = pytest.mark.skipif(
    not check_ctc().ready, reason="the ctc engine is not installed: pip install 'sal-anchors[ctc]'"
)
RATE = 16_000
STEP = 320
LETTER = 0.12
TOKENS = {"<pad>": 0, "|": 1, "A": 2, "B": 3, "C": 4, "D": 5}
HERTZ = {"a": 400, "b": 800, "c": 1600, "d": 3200}


def _planted(frames: int, at: dict[int, int], classes: int = 6) -> np.ndarray:
    """Log-probabilities with a token at some frames and blank at all others."""
    scores = np.full((frames, classes), -9.0, np.float32)
    scores[np.arange(frames), [at.get(frame, 0) for frame in range(frames)]] = 0.0
    return np.log(np.exp(scores) / np.exp(scores).sum(1, keepdims=True)).astype(np.float32)


@needs_ctc
def test_words_span_from_their_first_to_their_last_peak() -> None:
    output = _planted(60, {5: 2, 6: 2, 12: 3, 20: 1, 30: 4, 31: 4, 32: 4})
    found = segment(output, [[2, 3], [4]], blank=0, separator=1)
    assert found is not None
    spans, score = found
    assert [(span.first, span.stop) for span in spans] == [(5, 13), (30, 33)]
    assert score == pytest.approx(float(output.max(axis=1)[1:].sum() / 60), abs=1e-4)


@needs_ctc
def test_a_model_without_a_token_between_words_is_followed_too() -> None:
    found = segment(_planted(40, {5: 2, 20: 3}), [[2], [3]], blank=0, separator=None)
    assert found is not None
    assert [(span.first, span.stop) for span in found[0]] == [(5, 6), (20, 21)]


@needs_ctc
def test_more_letters_than_frames_have_no_path() -> None:
    assert segment(_planted(5, {}), [[2, 3, 4, 5, 2]], blank=0, separator=1) is None


@needs_ctc
@given(
    seed=st.integers(0, 10_000),
    words=st.lists(st.lists(st.integers(2, 5), min_size=1, max_size=4), min_size=1, max_size=5),
    frames=st.integers(30, 120),
)
def test_spans_are_in_order_and_inside_whatever_the_output(
    seed: int, words: list[list[int]], frames: int
) -> None:
    scores = np.random.default_rng(seed).normal(0, 3, (frames, 6))
    output = (scores - np.log(np.exp(scores).sum(1, keepdims=True))).astype(np.float32)
    found = segment(output, words, blank=0, separator=1)
    assert found is not None
    edges = [edge for span in found[0] for edge in (span.first, span.stop)]
    assert edges == sorted(edges)
    assert all(0 < span.first < span.stop <= frames and span.score <= 0 for span in found[0])
    assert len(found[0]) == len(words)


def test_letters_are_found_in_either_case_without_accents_and_apostrophes() -> None:
    vocabulary = Vocabulary(TOKENS, 0)
    assert vocabulary.separator == 1
    assert vocabulary.tokens("bad") == (3, 2, 5)
    assert vocabulary.tokens("d'\u00e1b") == (5, 2, 3)
    assert vocabulary.tokens("bed") is None
    assert vocabulary.tokens("'") is None
    assert Vocabulary({**TOKENS, "a": 6, "b": 7}, 0).tokens("ab") == (6, 7)


def _clip(words: list[str], rng: np.random.Generator) -> tuple[np.ndarray, list[float]]:
    """Words of tones, a tone a letter, and the seconds at which each word begins."""
    parts = [np.zeros(round(rng.uniform(0.1, 0.4) * RATE))]
    starts = []
    for word in words:
        starts.append(sum(map(len, parts)) / RATE)
        ticks = np.arange(round(LETTER * RATE)) / RATE
        parts += [0.3 * np.sin(2 * np.pi * HERTZ[letter] * ticks) for letter in word]
        parts.append(np.zeros(round(rng.uniform(0.15, 0.25) * RATE)))
    samples = np.concatenate(parts)
    return (samples + 0.001 * rng.standard_normal(len(samples))).astype(np.float32), starts


def _words(rng: np.random.Generator) -> list[str]:
    return ["".join(rng.choice(list("abcd"), 2, replace=False)) for _ in range(3)]


def _labelled(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """1.5 s of tones, normalised, and the token of each of its 74 frames."""
    words = _words(rng)
    samples, starts = _clip(words, rng)
    samples = np.pad(samples, (0, 24_000))[:24_000]
    labels = np.zeros(74, np.int64)
    for word, start in zip(words, starts, strict=True):
        for place, letter in enumerate(word):
            first = round((start + place * LETTER) * RATE / STEP)
            labels[first : first + 6] = TOKENS[letter.upper()]
    for end, start in zip((s + 2 * LETTER for s in starts), starts[1:], strict=False):
        middle = round((end + start) / 2 * RATE / STEP)
        labels[middle : middle + 2] = TOKENS["|"]
    return (samples - samples.mean()) / samples.std(), labels


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny wav2vec2 model that has learnt which tone is which letter."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = Wav2Vec2Config(
        vocab_size=len(TOKENS),
        pad_token_id=0,
        hidden_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(16, 16, 16),
        conv_kernel=(80, 8, 4),
        conv_stride=(20, 8, 2),
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
        mask_time_prob=0.0,
        layerdrop=0.0,
        hidden_dropout=0.0,
        attention_dropout=0.0,
        feat_proj_dropout=0.0,
        final_dropout=0.0,
    )
    model = Wav2Vec2ForCTC(config).train()
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    rng = np.random.default_rng(0)
    for _ in range(150):
        samples, labels = zip(*(_labelled(rng) for _ in range(4)), strict=True)
        logits = model(torch.from_numpy(np.stack(samples))).logits.transpose(1, 2)
        wanted = torch.from_numpy(np.stack(labels))[:, : logits.shape[2]]
        loss = torch.nn.functional.cross_entropy(logits, wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    torch.set_num_threads(threads)
    folder = tmp_path_factory.mktemp("models") / "tones"
    model.save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(TOKENS), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Utterance, list[float]]]:
    """Six clips that the model has not seen, with the starts of their words."""
    folder = tmp_path_factory.mktemp("clips")
    rng = np.random.default_rng(99)
    made = []
    for number in range(6):
        words = _words(rng)
        samples, starts = _clip(words, rng)
        audio = folder / f"{number}.wav"
        soundfile.write(audio, samples, RATE)
        made.append((Utterance(id=f"{number}", audio=audio, transcript=" ".join(words)), starts))
    return made


@pytest.fixture(scope="module")
def aligned(tones: Path, clips: list[Any], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    aligner = CtcAligner(str(tones), language="xx")
    workdir = tmp_path_factory.mktemp("work")
    return list(aligner.align_corpus((u for u, _ in clips), Lexicon(), workdir, 1))


@needs_ctc
def test_words_are_found_where_they_are_said(clips: list[Any], aligned: list[Any]) -> None:
    errors = []
    for (utterance, starts), result in zip(clips, aligned, strict=True):
        assert isinstance(result, Alignment), result
        assert result.utterance == utterance
        assert " ".join(word.label for word in result.words) == utterance.transcript
        for word, start in zip(result.words, starts, strict=True):
            errors += [abs(word.start - start), abs(word.end - (start + 2 * LETTER))]
    assert np.quantile(errors, 0.9) < 0.06


@needs_ctc
def test_words_are_in_order_half_open_and_inside_the_audio(aligned: list[Any]) -> None:
    for result in aligned:
        seconds = soundfile.info(result.utterance.audio).duration
        edges = [edge for word in result.words for edge in (word.start, word.end)]
        assert edges == sorted(edges)
        assert all(0 <= word.start < word.end <= seconds for word in result.words)
        assert result.phones == ()


@needs_ctc
def test_each_unfit_utterance_fails_with_its_own_reason(
    tones: Path, clips: list[Any], tmp_path: Path
) -> None:
    audio = clips[0][0].audio
    soundfile.write(tmp_path / "zeros.wav", np.zeros(RATE), RATE)
    cases = [
        (audio, "abba ez", Reason.OOV),
        (audio, "...", Reason.EMPTY_TRANSCRIPT),
        (audio, "abcd " * 60, Reason.NO_PATH),
        (tmp_path / "zeros.wav", "ab", Reason.SILENT),
        (tmp_path / "none.wav", "ab", Reason.MISSING_AUDIO),
    ]
    utterances = [Utterance(id="u", audio=path, transcript=text) for path, text, _ in cases]
    results = list(CtcAligner(str(tones)).align_corpus(utterances, Lexicon(), tmp_path, 1))
    assert [r.reason for r in results if isinstance(r, Failure)] == [case[2] for case in cases]
    for result in results:
        assert str(result.utterance.audio) in result.message


@needs_ctc
def test_its_edges_are_declared_coarser_than_five_frames(tones: Path) -> None:
    aligner = CtcAligner(str(tones))
    edges = aligner.capabilities.edges
    assert aligner.capabilities.frame_step == STEP / RATE
    assert min(edges.start, edges.end) >= 0.1
    assert aligner.provenance.model.startswith("tones ")


@pytest.fixture
def broken(tones: Path, tmp_path: Path) -> Iterator[Path]:
    import shutil

    yield Path(shutil.copytree(tones, tmp_path / "broken"))


@needs_ctc
@pytest.mark.parametrize("name", ["config.json", "vocab.json", "model.safetensors"])
def test_a_folder_without_a_part_of_the_model_is_refused(broken: Path, name: str) -> None:
    (broken / name).unlink()
    with pytest.raises(EngineError, match=f"{name} is missing"):
        CtcAligner(str(broken))


@needs_ctc
def test_pickled_weights_are_refused(broken: Path) -> None:
    (broken / "model.safetensors").rename(broken / "pytorch_model.bin")
    with pytest.raises(EngineError, match="a pickle, which can run any code"):
        CtcAligner(str(broken))


@needs_ctc
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("vocab.json", '{"eng": {"a": 1}}', "several languages"),
        ("vocab.json", '{"a": 77}', "does not belong to the model"),
        ("vocab.json", "[]", "cannot be read as a CTC model"),
        ("vocab.json", '{"a"', "cannot be read as a CTC model"),
        ("config.json", '{"model_type": "bert"}', "cannot be read as a CTC model"),
        ("config.json", "{", "cannot be read as a CTC model"),
        ("model.safetensors", "junk", "cannot be read as a CTC model"),
    ],
)
def test_a_damaged_model_is_one_error_that_names_it(
    broken: Path, name: str, content: str, expected: str
) -> None:
    (broken / name).write_text(content, encoding="utf-8")
    with pytest.raises(EngineError, match=expected) as caught:
        CtcAligner(str(broken))
    assert str(broken) in str(caught.value)


@needs_ctc
def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no such folder"):
        CtcAligner(str(tmp_path / "none"))
