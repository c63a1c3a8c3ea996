"""Whole recorded corpora through the engine; through the real `mfa` too where it is on PATH."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.mfa import MfaAligner, MfaOptions
from sal_anchors.corpus import Utterance
from sal_anchors.textgrid import read_textgrid

Aligned = dict[str, Alignment | Failure]

BAD = {
    "spk1/emptylab": Reason.EMPTY_TRANSCRIPT,
    "spk1/flacfile": None,
    "spk1/noise": Reason.NO_PATH,
    "spk1/nolab": Reason.MISSING_TRANSCRIPT,
    "spk1/ok_conf-getconfno": None,
    "spk1/ok_number-not-answering": None,
    "spk1/ok_pls-hold-while-try": None,
    "spk1/ok_queue-periodic-announce": None,
    "spk1/ok_vm-isonphone": None,
    "spk1/oov_all": Reason.OOV,
    "spk1/oov_one": Reason.OOV,
    "spk1/punctlab": Reason.EMPTY_TRANSCRIPT,
    "spk1/short100ms": Reason.NO_PATH,
    "spk1/short150ms": Reason.NO_PATH,
    "spk1/short20ms": Reason.TOO_SHORT,
    "spk1/short5ms": Reason.TOO_SHORT,
    "spk1/silent": Reason.SILENT,
    "spk1/spacelab": Reason.EMPTY_TRANSCRIPT,
    "spk1/sr44k_float": None,
    "spk1/stereo": None,
    "spk1/toolongtext": Reason.NO_PATH,
    "spk1/wrongtext": Reason.NO_PATH,
    "spk1/zerosamples": Reason.EMPTY_AUDIO,
    "spk2/ok_dir-welcome": None,
    "spk2/ok_pbx-invalid": None,
    "spk2/ok_vm-goodbye": None,
}
"""Files of run-bad that mean the same to the engine as they meant to MFA, and how they end; None
for aligned."""


def utterance(corpus: Path, name: str) -> Utterance:
    audio = next(p for s in (".wav", ".flac") if (p := corpus / f"{name}{s}").exists())
    lab = corpus / f"{name}.lab"
    text = lab.read_text(encoding="utf-8").strip() if lab.exists() else None
    return Utterance(id=name, audio=audio, transcript=text, speaker=name.split("/")[0])


@pytest.fixture(params=["replayed", "real"])
def align(request, replay, shared_data, tmp_path, monkeypatch) -> Callable[..., Aligned]:
    """``align(run, names)``: a recorded corpus through the engine."""
    recorded = shared_data("mfa")
    if request.param == "real" and shutil.which("mfa") is None:
        pytest.skip("needs the real mfa on PATH; see docs/mfa.md")

    def run(name: str, stems: list[str]) -> Aligned:
        if request.param == "replayed":
            replay(recorded / name, *stems)
        options = MfaOptions(
            acoustic_model=str(recorded / "model.zip"), dictionary=str(recorded / "dictionary.txt")
        )
        workdir = tmp_path / "workdir"
        workdir.mkdir()
        given = [utterance(recorded / name / "corpus", stem) for stem in stems]
        lexicon = Lexicon(guess=False)
        results = list(MfaAligner(options).align_corpus(given, lexicon, workdir, 1))
        assert [result.utterance for result in results] == given
        return {result.utterance.id: result for result in results}

    run.exact = request.param == "replayed"
    return run


def test_every_word_of_a_good_run_is_where_mfa_put_it(align, shared_data):
    run = shared_data("mfa") / "run-ok"
    stems = sorted(
        p.relative_to(run / "corpus").with_suffix("").as_posix() for p in run.rglob("*.lab")
    )
    assert len(stems) == 39
    for stem, result in align("run-ok", stems).items():
        assert isinstance(result, Alignment), result
        recorded = read_textgrid(run / "output" / f"{stem}.TextGrid").tier("words").labelled
        assert [w.label for w in result.words] == [m.label for m in recorded]
        # The recorded run saw 551 files of this speaker, which moves its adaptation a little.
        tolerance = 1 / 16_000 if align.exact else 0.05
        for word, mark in zip(result.words, recorded, strict=True):
            assert abs(word.start - mark.start) <= tolerance
            assert abs(word.end - mark.end) <= tolerance
        assert result.score is not None and result.phones


def test_every_trouble_ends_with_its_reason(align):
    results = align("run-bad", list(BAD))
    reasons = {
        id_: result.reason if isinstance(result, Failure) else None
        for id_, result in results.items()
    }
    assert reasons == BAD


def test_transcripts_much_shorter_than_their_audio_are_aligned_and_left_to_be_judged(align):
    (result,) = align("run-bad", ["spk1/wrongtext_long"]).values()
    assert isinstance(result, Alignment)
    assert [word.label for word in result.words] == ["goodbye"]
