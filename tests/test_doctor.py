"""What doctor finds on this machine and on one where things are missing or broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sal_anchors.align.engines import ENGINES
from sal_anchors.doctor import Check, Examination, examine


@pytest.fixture(scope="module")
def found() -> Examination:
    return examine()


def test_the_default_way_is_ready_here(found: Examination) -> None:
    assert found.ready
    versions = {check.name: check.version for check in found.checks}
    assert versions["pocketsphinx"].startswith("5.")
    assert versions["torch"]


def test_every_engine_is_listed_by_the_name_it_is_asked_for_by(found: Examination) -> None:
    assert [check.name for check in found.engines] == list(ENGINES)


def test_every_part_is_ready_with_a_version_or_says_what_to_do(found: Examination) -> None:
    for check in found.checks:
        assert check.version if check.ready else check.advice


def test_formats_and_device_are_told(found: Examination) -> None:
    assert {"WAV", "FLAC"} <= set(found.audio_formats)
    assert found.device.split()[0] in ("cpu", "cuda", "mps")


def test_it_is_plain_json(found: Examination) -> None:
    values = json.loads(json.dumps(found.to_dict()))
    assert values["ready"] is True
    assert values["engines"][0]["name"] == "pocketsphinx"


def test_a_missing_required_part_is_not_ready_an_optional_one_does_not_count() -> None:
    missing = Check("x", False, "", "install x")
    optional = Check("x", False, "", "install x", required=False)
    assert not Examination((missing,), (), (), (), "").ready
    assert Examination((optional,), (), (), (), "").ready


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo 2.2.17", "2.2.17 is too old"),
        ("echo 4.0.0", "newer than"),
        ("echo broken >&2; exit 1", "is broken"),
        ("echo hello", "no version"),
    ],
)
def test_an_mfa_that_cannot_be_used_has_a_message_of_its_own(
    tmp_path: Path, script: str, expected: str
) -> None:
    program = tmp_path / "mfa"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    check = next(c for c in examine((str(program),)).engines if c.name == "mfa")
    assert not check.ready
    assert expected in check.advice


def test_a_machine_without_mfa_and_ffmpeg_is_still_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SAL_ANCHORS_MFA", raising=False)
    found = examine()
    absent = {check.name: check.advice for check in found.checks if not check.ready}
    assert "not found" in absent["mfa"]
    assert "not needed" in absent["ffmpeg"]
    assert found.ready


def test_a_default_engine_that_fails_is_told_and_required(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no model")

    monkeypatch.setattr("sal_anchors.align.pocketsphinx.PocketsphinxAligner.align_corpus", fail)
    found = examine()
    assert not found.ready
    assert "no model" in found.engines[0].advice
