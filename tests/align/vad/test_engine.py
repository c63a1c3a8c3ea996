"""The vad engine on real speech: edges, silence, hours, and the way to a manifest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason, Status
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.compare import CompareAligner
from sal_anchors.align.engines import EngineOptions, choose
from sal_anchors.align.finding import FindingCode
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.vad import SPEECH, VadAligner, check_vad
from sal_anchors.anchors.recipe import keyword_recipe, onset_recipe
from sal_anchors.annotate import build_manifest
from sal_anchors.corpus import Utterance, read_corpus
from sal_anchors.errors import EngineError, RecipeError
from sal_anchors.events.edges import refine_words
from sal_anchors.manifest import Manifest
from sal_anchors.timebase import FrameGrid

pytestmark = pytest.mark.skipif(
    not check_vad().ready, reason="silero-vad is not installed: pip install 'sal-anchors[vad]'"
)
RATE = 16_000


def _align(*utterances: Utterance, jobs: int = 1) -> list[Alignment | Failure]:
    return list(VadAligner().align_corpus(utterances, Lexicon(), Path(), jobs))


def _stretches(result: Alignment | Failure) -> list[tuple[float, float]]:
    assert isinstance(result, Alignment)
    return [(word.start, word.end) for word in result.words]


def _write(path: Path, samples: np.ndarray, rate: int = RATE) -> Utterance:
    soundfile.write(path, samples, rate)
    return Utterance(id=path.stem, audio=path)


def _errors(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Refined minus hand-made, ms, of the first onset and the last offset of each recording."""
    lines = (folder / "utterances.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    found = _align(*(Utterance(id=row["id"], audio=folder / row["audio"]) for row in rows))
    onsets, offsets = [], []
    for row, result in zip(rows, found, strict=True):
        assert isinstance(result, Alignment) and result.words
        samples, _ = soundfile.read(result.utterance.audio, dtype="float32")
        words = refine_words(result.words, (), samples, FrameGrid(), known=False)
        spoken = [word for word in row["words"] if any(map(str.isalnum, word[2]))]
        onsets.append(words[0].start - spoken[0][0])
        offsets.append(words[-1].end - spoken[-1][1])
    return 1000 * np.array(onsets), 1000 * np.array(offsets)


@pytest.mark.parametrize("name", ["timit-dev", "emu-ae"])
def test_edges_are_near_hand_made_ones(name: str, shared_data: Callable[[str], Path]) -> None:
    onsets, offsets = np.abs(_errors(shared_data(name)))
    assert np.median(onsets) <= 10 and np.quantile(onsets, 0.9) <= 30
    assert np.median(offsets) <= 40 and np.quantile(offsets, 0.9) <= 100


def test_synthesised_speech_is_found_with_its_pauses(exact_clips: list[dict[str, Any]]) -> None:
    clips = exact_clips[::5]
    results = _align(*(Utterance(id=clip["id"], audio=clip["audio"]) for clip in clips))
    for clip, result in zip(clips, results, strict=True):
        found = _stretches(result)
        assert abs(found[0][0] - clip["words"][0][0]) < 0.15
        assert abs(found[-1][1] - clip["words"][-1][1]) < 0.15


def test_a_recording_without_speech_has_no_words_and_is_no_failure(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, 3 * RATE)
    for result in _align(
        _write(tmp_path / "zeros.wav", np.zeros(3 * RATE)), _write(tmp_path / "noise.wav", noise)
    ):
        assert isinstance(result, Alignment)
        assert result.words == () and result.score is None


def test_what_is_no_audio_is_told(tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("no audio")
    empty = _write(tmp_path / "empty.wav", np.zeros(0))
    found = _align(Utterance(id="text", audio=text), empty)
    assert [one.reason for one in found if isinstance(one, Failure)] == [
        Reason.NOT_AUDIO,
        Reason.EMPTY_AUDIO,
    ]


def test_the_transcript_and_the_number_of_processes_play_no_part(prompts: Path) -> None:
    paths = sorted(prompts.glob("*.flac"))[:4]
    untold = [Utterance(id=path.stem, audio=path) for path in paths]
    told = [replace(one, transcript="quite wrong", language="xx") for one in untold]
    alone = [_stretches(one) for one in _align(*untold)]
    assert all(alone) and alone == [_stretches(one) for one in _align(*told, jobs=2)]


def test_gain_and_source_rate_move_outer_edges_by_milliseconds_only(
    prompts: Path, tmp_path: Path
) -> None:
    samples, _ = soundfile.read(prompts / "agent-pass.flac", dtype="float32")
    whole = _write(tmp_path / "whole.wav", samples)
    quiet = _write(tmp_path / "quiet.flac", samples * 10 ** (-20 / 20))
    doubled = _write(tmp_path / "doubled.wav", np.repeat(samples, 2), 2 * RATE)
    first, *others = map(_stretches, _align(whole, quiet, doubled))
    for other in others:
        assert other[0][0] == pytest.approx(first[0][0], abs=0.02)
        assert other[-1][1] == pytest.approx(first[-1][1], abs=0.02)


def test_a_recording_longer_than_is_held_in_memory_is_as_its_parts(
    prompts: Path, tmp_path: Path
) -> None:
    samples, _ = soundfile.read(prompts / "agent-pass.flac", dtype="float32")
    gap = np.random.default_rng(0).normal(0, 1e-4, RATE).astype(np.float32)
    part = np.concatenate((gap, samples, gap))
    times = round(330 * RATE / len(part)) + 1
    long = _write(tmp_path / "long.wav", np.tile(part, times))
    (alone,) = map(_stretches, _align(_write(tmp_path / "part.wav", part)))
    (found,) = map(_stretches, _align(long))
    first, last = alone[0][0], alone[-1][1]
    for begins in np.arange(times) * len(part) / RATE:
        inside = [one for one in found if begins <= one[0] < begins + len(part) / RATE]
        assert inside[0][0] - begins == pytest.approx(first, abs=0.02)
        assert inside[-1][1] - begins == pytest.approx(last, abs=0.02)


def _corpus(prompts: Path, folder: Path) -> Path:
    """Two recordings of speech and one of noise, without a word of what is said."""
    folder.mkdir()
    for name in ("agent-pass", "agent-user"):
        samples, _ = soundfile.read(prompts / f"{name}.flac")
        soundfile.write(folder / f"{name}.wav", samples, RATE)
    soundfile.write(folder / "noise.wav", np.random.default_rng(0).normal(0, 0.01, RATE), RATE)
    return folder


def test_a_folder_of_audio_alone_becomes_a_manifest_of_speech(
    prompts: Path, tmp_path: Path
) -> None:
    corpus = read_corpus(_corpus(prompts, tmp_path / "untold"))
    out = tmp_path / "out.anchors"
    tally = build_manifest(
        corpus.items,
        out,
        audio_root=corpus.audio_root,
        recipe=onset_recipe(),
        aligner=VadAligner(),
        lexicon=Lexicon(),
    )
    assert tally.statuses == {Status.OK: 3}
    rows = {row.id: row for row in Manifest.open(out).rows()}
    assert rows["noise"].events == () and not rows["noise"].labels.any()
    spoken = rows["agent-pass"]
    assert {word.label for word in spoken.words} == {SPEECH} and not spoken.findings
    assert all(0.5 < (word.confidence or 0) <= 1 for word in spoken.words)
    assert spoken.events[0].time == spoken.words[0].start
    assert 0 < spoken.events[-1].uncertainty < 0.2


def test_keywords_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"'please' needs words.*pocketsphinx,vad"):
        build_manifest(
            [],
            tmp_path / "out.anchors",
            audio_root=tmp_path,
            recipe=keyword_recipe(("please",)),
            aligner=VadAligner(),
            lexicon=Lexicon(),
        )
    assert not list(tmp_path.iterdir())


def test_it_confirms_words_and_finds_what_a_transcript_leaves_out(
    prompts: Path, tmp_path: Path
) -> None:
    audio = prompts / "agent-pass.flac"
    text = audio.with_suffix(".txt").read_text("utf-8").strip()
    right = Utterance(id="right", audio=audio, transcript=text)
    short = replace(right, id="short", transcript=" ".join(text.split()[:4]))
    aligner = CompareAligner(PocketsphinxAligner(), VadAligner())
    kept, cut = aligner.align_corpus([right, short], Lexicon(), tmp_path, 1)
    assert isinstance(kept, Alignment) and isinstance(cut, Alignment)
    assert kept.findings == () and len(kept.words) == len(text.split())
    assert FindingCode.SPEECH_WITHOUT_WORD in {finding.code for finding in cut.findings}
    assert aligner.capabilities.languages == {"en"}


def test_it_is_chosen_by_name_for_any_language_and_never_before_words() -> None:
    assert choose("vad", "xx", EngineOptions()).aligner.provenance.engine == "vad"
    chosen = choose("pocketsphinx,vad", "en", EngineOptions())
    settings = dict(chosen.aligner.provenance.settings)
    assert settings["compared_with"].startswith("vad silero-vad ")
    with pytest.raises(EngineError, match="--engine pocketsphinx,vad"):
        choose("vad,pocketsphinx", "en", EngineOptions())
