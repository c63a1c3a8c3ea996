"""Which engine a name stands for, and what ``auto`` takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sal_anchors.align.compare import CompareAligner
from sal_anchors.align.ctc import check_ctc
from sal_anchors.align.engines import ENGINES, EngineOptions, choose
from sal_anchors.align.imported import ImportOptions
from sal_anchors.align.mfa import MfaOptions
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.viter import ViterAligner, check_viter
from sal_anchors.errors import EngineError

NOTHING = EngineOptions()
needs_viter = pytest.mark.skipif(
    not check_viter().ready, reason="viter is not installed: pip install 'sal-anchors[viter]'"
)


def _mfa_script(folder: Path, version: str = "3.4.3") -> tuple[str, ...]:
    """A program that answers as ``mfa version`` does."""
    program = folder / "mfa"
    program.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    program.chmod(0o755)
    return (str(program),)


@pytest.fixture(autouse=True)
def _no_mfa_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SAL_ANCHORS_MFA", raising=False)
    monkeypatch.setenv("MFA_ROOT_DIR", str(tmp_path / "no-mfa"))


@pytest.mark.parametrize("language", ["en", "en-GB", "EN"])
def test_auto_takes_the_default_engine_for_english(language: str) -> None:
    chosen = choose("auto", language, NOTHING)
    assert isinstance(chosen.aligner, PocketsphinxAligner)
    assert chosen.why.startswith("pocketsphinx: English")


def test_options_of_the_default_engine_are_passed_on() -> None:
    chosen = choose("pocketsphinx", "en", EngineOptions(phones=False))
    assert not chosen.aligner.capabilities.phones


def test_auto_takes_given_alignments_before_any_engine(tmp_path: Path) -> None:
    chosen = choose("auto", "en", EngineOptions(imported=ImportOptions(source=tmp_path)))
    assert chosen.aligner.provenance.engine == "import"


@needs_viter
def test_auto_takes_viter_for_another_language_with_pronunciations() -> None:
    chosen = choose("auto", "fi", EngineOptions(has_lexicon=True))
    assert isinstance(chosen.aligner, ViterAligner)
    assert "pronunciations are given" in chosen.why


def test_auto_takes_mfa_first_if_it_answers_and_a_model_is_named(tmp_path: Path) -> None:
    command = _mfa_script(tmp_path)
    mfa = MfaOptions(dictionary="x", acoustic_model="x", command=command, language="fi")
    chosen = choose("auto", "fi", EngineOptions(mfa=mfa, has_lexicon=True))
    assert chosen.why == "mfa 3.4.3: model x"


def test_auto_finds_the_pretrained_mfa_model_of_a_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, suffix in (("acoustic", ".zip"), ("dictionary", ".dict")):
        folder = tmp_path / "root" / "pretrained_models" / kind
        folder.mkdir(parents=True)
        (folder / f"german_mfa{suffix}").touch()
    monkeypatch.setenv("MFA_ROOT_DIR", str(tmp_path / "root"))
    chosen = choose("auto", "de-AT", EngineOptions(mfa_command=_mfa_script(tmp_path)))
    assert chosen.why == "mfa 3.4.3: model german_mfa"


@needs_viter
def test_auto_passes_over_an_mfa_that_is_too_old(tmp_path: Path) -> None:
    command = _mfa_script(tmp_path, "2.2.17")
    mfa = MfaOptions(dictionary="x", acoustic_model="x", command=command, language="fi")
    chosen = choose("auto", "fi", EngineOptions(mfa=mfa, has_lexicon=True))
    assert isinstance(chosen.aligner, ViterAligner)
    with pytest.raises(EngineError, match=r"2\.2\.17 is too old"):
        choose("auto", "fi", EngineOptions(mfa=mfa))


def test_auto_without_any_way_says_what_to_give_and_install() -> None:
    with pytest.raises(EngineError) as caught:
        choose("auto", "fi", NOTHING)
    for word in ("'fi'", "--lexicon", "--model", "MFA", "doctor"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("kaldi", "en", "no engine 'kaldi'.*pocketsphinx"),
        ("pocketsphinx", "de", "knows en, the corpus is in 'de'"),
        ("ctc", "en", "no model is given" if check_ctc().ready else "no model|not installed"),
        ("mfa", "en", "which dictionary and model"),
        ("import", "en", "no alignments are given"),
        ("pocketsphinx,pocketsphinx", "en", "two different ones"),
        ("auto,pocketsphinx", "en", "both are pocketsphinx"),
        ("pocketsphinx,viter,mfa", "en", "two different ones"),
        ("", "en", "no engine ''"),
    ],
)
def test_what_cannot_be_is_one_error(name: str, language: str, expected: str) -> None:
    with pytest.raises(EngineError, match=expected):
        choose(name, language, NOTHING)


@needs_viter
def test_viter_without_pronunciations_for_another_language_is_refused() -> None:
    with pytest.raises(EngineError, match="no pronunciations of its own for 'de'"):
        choose("viter", "de", NOTHING)


@needs_viter
def test_two_names_compare_the_second_with_the_first() -> None:
    chosen = choose("pocketsphinx, viter", "en", NOTHING)
    assert isinstance(chosen.aligner, CompareAligner)
    assert chosen.aligner.provenance.engine == "pocketsphinx"
    assert chosen.why.endswith("compared with viter")


def test_every_engine_can_be_asked_and_answers_or_says_what_to_do() -> None:
    for name, engine in ENGINES.items():
        check = engine.check(replace(NOTHING))
        assert name == engine.name
        assert check.ready == bool(check.version) or check.advice
        assert check.ready or check.advice
        assert check.required == (name == "pocketsphinx")
