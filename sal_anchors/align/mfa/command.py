"""Finding the Montreal Forced Aligner, asking its version, and the command lines it takes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sal_anchors.align.mfa.options import MfaOptions, split_command
from sal_anchors.errors import EngineError
from sal_anchors.installation import Check

ENVIRONMENT_VARIABLE = "SAL_ANCHORS_MFA"
ROOT_VARIABLE = "MFA_ROOT_DIR"
INSTALL = "Install it in an environment of its own: conda env create -f environment.yml"
CHECK_NAME = "montreal-forced-aligner"

_SECONDS_TO_ANSWER = 120
_VERSION = re.compile(r"^(\d+)\.(\d+)(?:\.\w+)*", re.MULTILINE)
_SUPPORTED_MAJOR = 3
_KALPY = """
from importlib.metadata import distributions
names = {"kalpy", "kalpy-kaldi", "kalpy_kaldi"}
print(next((d.version for d in distributions() if d.metadata["Name"] in names), ""))
"""


def find_command(
    given: tuple[str, ...], environment: Mapping[str, str] = os.environ
) -> tuple[str, ...]:
    """The command to call, its program as a full path.

    Raises:
        EngineError: there is none.
    """
    named = environment.get(ENVIRONMENT_VARIABLE, "")
    command = given or (split_command(named) if named.strip() else ("mfa",))
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        raise EngineError(
            f"the Montreal Forced Aligner is not found: no program {command[0]!r} on PATH",
            hint=f"{INSTALL}; then name it: --mfa-command 'conda run -n aligner mfa', "
            f"or {ENVIRONMENT_VARIABLE}",
        )
    return (program, *command[1:])


def ask_version(command: tuple[str, ...]) -> str:
    """The version that ``mfa version`` prints, checked to be one that is spoken here.

    Raises:
        EngineError: it does not run, does not answer, is older than 3, or newer than 3.x.
    """
    called = shlex.join((*command, "version"))
    try:
        answer = subprocess.run(  # noqa: S603
            [*command, "version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS_TO_ANSWER,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"{called!r} gave no answer in {_SECONDS_TO_ANSWER} s") from None
    except OSError as error:
        raise EngineError(f"{called!r} does not start ({error.strerror})", hint=INSTALL) from None
    if answer.returncode != 0:
        raise EngineError(*_broken(called, answer.returncode, answer.stderr))
    version = _VERSION.search(answer.stdout)
    if version is None:
        raise EngineError(
            f"{called!r} printed no version but {answer.stdout.strip()[:80]!r}",
            hint=f"Is it the Montreal Forced Aligner? {INSTALL}",
        )
    _require_supported(version[0], int(version[1]))
    return version[0]


def _broken(called: str, status: int, stderr: str) -> tuple[str]:
    """What a traceback's last line means, with what mends it."""
    last = (stderr.strip().splitlines() or ["no message"])[-1].strip()
    mend = (
        "its kalpy does not fit: conda install -n aligner -c conda-forge "
        "'montreal-forced-aligner>=3.4' 'kalpy>=0.10'"
        if "kalpy" in stderr
        else INSTALL
    )
    return (f"{called!r} is broken: it ends with status {status} ({last}). {mend}",)


def _require_supported(version: str, major: int) -> None:
    if major < _SUPPORTED_MAJOR:
        raise EngineError(
            f"Montreal Forced Aligner {version} is too old, version 3 is needed",
            hint="conda install -n aligner -c conda-forge 'montreal-forced-aligner=3.4'",
        )
    if major > _SUPPORTED_MAJOR:
        raise EngineError(
            f"Montreal Forced Aligner {version} is newer than this package knows; its command "
            "line has changed",
            hint="conda install -n aligner -c conda-forge 'montreal-forced-aligner=3.4'",
        )


def ask_kalpy(command: tuple[str, ...]) -> str:
    """The version of kalpy beside this mfa, empty if it cannot be told.

    Asked of the Python in the same environment: ``python`` in place of ``mfa``.
    """
    program = Path(command[-1])
    if program.name != "mfa":
        return ""
    python = str(program.with_name("python")) if len(command) == 1 else "python"
    try:
        answer = subprocess.run(  # noqa: S603
            [*command[:-1], python, "-c", _KALPY],
            capture_output=True,
            text=True,
            timeout=_SECONDS_TO_ANSWER,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    found = _VERSION.search(answer.stdout)
    return found[0] if found and answer.returncode == 0 else ""


def mfa_check(given: tuple[str, ...] = ()) -> Check:
    """Whether MFA can be used now, and if not, why and what to do, in one message."""
    try:
        version = ask_version(find_command(given))
    except EngineError as error:
        return Check(CHECK_NAME, False, "", str(error), required=False)
    return Check(CHECK_NAME, True, version, required=False)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run reads and writes; no path begins with another's name.

    Attributes:
        corpus: speaker folders of audio and transcripts.
        output: where TextGrids appear.
        temporary: MFA's working files.
        model: where train and adapt write the acoustic model.
    """

    corpus: Path
    output: Path
    temporary: Path
    model: Path


def arguments(
    options: MfaOptions,
    places: Places,
    *,
    dictionary: str,
    acoustic_model: str | None,
    g2p_model: str | None,
    jobs: int,
) -> list[str]:
    """The arguments of MFA 3.x after the command itself.

    ``--clean`` and ``--overwrite`` since old results are otherwise kept; sqlite in place of
    a database server. MFA takes unknown flags without a word, so nothing else is tried.
    """
    corpus, model = str(places.corpus), str(places.model)
    positional = {
        "align": [corpus, dictionary, acoustic_model or "", str(places.output)],
        "train": [corpus, dictionary, model],
        "adapt": [corpus, dictionary, acoustic_model or "", model],
    }[options.mode]
    flags = [] if options.mode == "align" else ["--output_directory", str(places.output)]
    if g2p_model is not None:
        flags += ["--g2p_model_path", g2p_model]
    flags += ["--clean", "--overwrite", "--quiet", "--no_use_postgres"]
    flags += ["--temporary_directory", str(places.temporary), "-j", str(jobs)]
    return [options.mode, *positional, *flags, "--output_format", "long_textgrid"]
