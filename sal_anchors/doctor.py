"""What is installed, which engines can run, and what to do about those that cannot."""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sal_anchors.errors import SalAnchorsError
from sal_anchors.installation import Check

__all__ = ["Check", "Examination", "check_pocketsphinx", "examine"]

_LIBRARIES = ("torch", "kaldi-native-fbank", "pyarrow", "soundfile", "soxr", "textgrid")
_SECONDS_TO_ANSWER = 60
_NOT_NEEDED = "not needed unless other formats than those of libsndfile are to be read"


@dataclass(frozen=True, slots=True)
class Examination:
    """The state of the installation.

    Attributes:
        engines: in the order of :data:`sal_anchors.align.engines.ENGINES`.
        libraries: python and what the package cannot do without.
        tools: programs that it can do without.
        audio_formats: what the installed libsndfile reads, such as ``FLAC``.
        device: where torch would train: ``cpu``, or ``cuda`` or ``mps`` with its name.
    """

    engines: tuple[Check, ...]
    libraries: tuple[Check, ...]
    tools: tuple[Check, ...]
    audio_formats: tuple[str, ...]
    device: str

    @property
    def ready(self) -> bool:
        """Whether the default engine and the trainer can run."""
        return all(check.ready for check in self.checks if check.required)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All parts."""
        return (*self.engines, *self.libraries, *self.tools)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"ready": self.ready, **asdict(self)}


def examine(mfa_command: tuple[str, ...] = ()) -> Examination:
    """Try every part for real: the default engine aligns, libraries load, programs answer.

    Args:
        mfa_command: how the Montreal Forced Aligner is called; empty for ``SAL_ANCHORS_MFA`` or
            ``mfa`` on PATH.
    """
    from sal_anchors.align.engines import ENGINES, EngineOptions

    options = EngineOptions(mfa_command=mfa_command)
    engines = (replace(engine.check(options), name=name) for name, engine in ENGINES.items())
    python = Check("python", True, platform.python_version())
    libraries = (python, *map(_library, _LIBRARIES))
    return Examination(tuple(engines), libraries, (_ffmpeg(),), _audio_formats(), _device())


def check_pocketsphinx() -> Check:
    """Whether the default engine answers, by aligning a second of noise with it."""
    return _attempt("pocketsphinx", _align_noise)


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _attempt(name: str, trial: Callable[[], object]) -> Check:
    found = _installed(name)
    try:
        trial()
    except Exception as error:
        advice = f"pip install --force-reinstall {name} (it fails with: {error})"
        return Check(name, False, found, advice)
    return Check(name, True, found)


def _library(name: str) -> Check:
    return _attempt(name, lambda: import_module(name.replace("-", "_")))


def _align_noise() -> None:
    import numpy as np
    import soundfile

    from sal_anchors.accounting import Failure, Reason
    from sal_anchors.align import Lexicon
    from sal_anchors.align.pocketsphinx import PocketsphinxAligner
    from sal_anchors.corpus import Utterance

    with tempfile.TemporaryDirectory(prefix="sal-anchors-") as folder:
        audio = Path(folder) / "noise.wav"
        soundfile.write(audio, np.random.default_rng(0).normal(0, 0.003, 16_000), 16_000)
        utterance = Utterance(id="noise", audio=audio, transcript="yes")
        (result,) = PocketsphinxAligner().align_corpus([utterance], Lexicon(), Path(folder), 1)
    if isinstance(result, Failure) and result.reason is Reason.ENGINE_ERROR:
        raise SalAnchorsError(result.message)


def _ffmpeg() -> Check:
    command = shutil.which("ffmpeg")
    if command is None:
        return Check("ffmpeg", False, "", f"not found; {_NOT_NEEDED}", required=False)
    try:
        answer = subprocess.run(  # noqa: S603
            [command, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS_TO_ANSWER,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        advice = f"{command} does not run ({error}); {_NOT_NEEDED}"
        return Check("ffmpeg", False, "", advice, required=False)
    words = answer.stdout.split()
    return Check("ffmpeg", True, words[2] if len(words) > 2 else "", required=False)


def _audio_formats() -> tuple[str, ...]:
    try:
        import soundfile
    except (ImportError, OSError):
        return ()
    return tuple(sorted(soundfile.available_formats()))


def _device() -> str:
    try:
        import torch
    except (ImportError, OSError):
        return ""
    if torch.cuda.is_available():
        return f"cuda ({torch.cuda.get_device_name()})"
    return "mps" if torch.backends.mps.is_available() else "cpu"
