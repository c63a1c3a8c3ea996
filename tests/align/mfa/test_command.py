"""Finding mfa, judging its version, and one message for each thing wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sal_anchors.align.mfa import MfaOptions, mfa_check, split_command
from sal_anchors.align.mfa.command import ask_kalpy, ask_version, find_command
from sal_anchors.align.mfa.models import resolve
from sal_anchors.errors import EngineError


def executable(folder: Path, body: str, name: str = "mfa") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


BROKEN = """
import sys
sys.stderr.write("Traceback (most recent call last):\\n  File 'multispeaker.py', line 19\\n"
    "ImportError: cannot import name 'G2PCompiler' from 'kalpy.fstext.lexicon'\\n")
sys.exit(1)
"""


def test_a_command_line_is_split_as_a_shell_would():
    assert split_command("conda run -n 'my env' mfa") == ("conda", "run", "-n", "my env", "mfa")


@pytest.mark.parametrize("line", ["", "  ", "conda run 'mfa"])
def test_a_command_line_that_cannot_be_split_is_an_error(line: str):
    with pytest.raises(EngineError, match="command"):
        split_command(line)


def test_the_given_command_wins_then_the_environment_then_the_path(tmp_path: Path):
    mfa, other = executable(tmp_path, ""), executable(tmp_path, "", "other")
    path = {"PATH": str(tmp_path)}
    named = {**path, "SAL_ANCHORS_MFA": "other --x"}
    assert find_command((), path) == (str(mfa),)
    assert find_command((), named) == (str(other), "--x")
    assert find_command(("mfa", "y"), named) == (str(mfa), "y")


def test_a_missing_mfa_is_explained_in_one_message(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SAL_ANCHORS_MFA", raising=False)
    check = mfa_check()
    assert not check.ready and not check.required
    assert "not found" in check.advice and "conda env create -f environment.yml" in check.advice


def test_a_broken_mfa_is_explained_by_its_last_line_and_what_mends_it(tmp_path: Path):
    check = mfa_check((str(executable(tmp_path, BROKEN)),))
    assert not check.ready
    assert "broken" in check.advice and "G2PCompiler" in check.advice
    assert "'kalpy>=0.10'" in check.advice
    assert "\n" not in check.advice


@pytest.mark.parametrize("version", ["2.2.17", "1.0.1"])
def test_an_old_mfa_is_told_from_a_good_one(tmp_path: Path, version: str):
    check = mfa_check((str(executable(tmp_path, f"print('{version}')")),))
    assert not check.ready
    assert f"{version} is too old, version 3 is needed" in check.advice


def test_mfa_4_is_refused_since_its_command_line_changed(tmp_path: Path):
    with pytest.raises(EngineError, match=r"4\.0\.0 is newer"):
        ask_version((str(executable(tmp_path, "print('4.0.0')")),))


def test_a_program_that_is_not_mfa_is_told_from_one(tmp_path: Path):
    with pytest.raises(EngineError, match="printed no version but 'hello'"):
        ask_version((str(executable(tmp_path, "print('hello')")),))


@pytest.mark.parametrize("version", ["3.4.3", "3.0.0rc1", "3.3.9.dev1"])
def test_each_version_3_will_do(tmp_path: Path, version: str):
    check = mfa_check((str(executable(tmp_path, f"print('a warning'); print('{version}')")),))
    assert check.ready and check.version.startswith(version[:3])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mode": "sing"}, "unknown mode"),
        ({"mode": "train", "acoustic_model": "x"}, "makes its own"),
        ({"mode": "adapt"}, "needs an acoustic model"),
        ({}, "needs an acoustic model"),
        ({"acoustic_model": "x", "output_model": Path("m.zip")}, "makes no acoustic model"),
        ({"mode": "train", "output_model": Path("m")}, "end in .zip"),
        ({"mode": "adapt", "acoustic_model": "x", "g2p_model": "y"}, "takes no G2P model"),
        ({"acoustic_model": "x", "progress_timeout": 0.0}, "must be > 0"),
    ],
)
def test_options_that_contradict_each_other_are_refused(fields, said: str):
    with pytest.raises(EngineError, match=said):
        MfaOptions(dictionary="english_us_arpa", **fields)


@pytest.mark.parametrize("given", ["-x", "--clean", "no/such/model.zip", "no/such/model", ""])
def test_a_model_that_is_no_name_and_no_file_is_refused(given: str):
    with pytest.raises(EngineError):
        resolve(given, "acoustic", {})


def test_a_pretrained_model_is_found_by_name_under_the_root(tmp_path: Path):
    model = tmp_path / "pretrained_models" / "g2p" / "english_us_arpa.zip"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"x")
    environment = {"MFA_ROOT_DIR": str(tmp_path)}
    assert resolve("english_us_arpa", "g2p", environment).path == model.resolve()
    assert resolve("english_uk", "g2p", environment).path is None


def test_kalpys_version_is_asked_of_the_python_beside_mfa(tmp_path: Path):
    mfa = executable(tmp_path, "")
    assert ask_kalpy((str(mfa),)) == ""
    executable(tmp_path, "print('0.10.5')", "python")
    assert ask_kalpy((str(mfa),)) == "0.10.5"
    assert ask_kalpy((str(tmp_path / "wrapper"),)) == ""
