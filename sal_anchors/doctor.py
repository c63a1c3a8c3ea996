"""What is installed, which engines can run, and what to do about those that cannot."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import numpy as np

_LIBRARIES = ("torch", "kaldi-native-fbank", "pyarrow", "soundfile", "soxr", "textgrid")
_SECONDS_TO_ANSWER = 60


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the installation.

    Attributes:
        name: engine or library.
        ready: whether it can be used now.
        version: empty if absent.
        advice: what to do; empty if nothing is to be done.
        required: whether the default way from corpus to detector needs it.
    """

    name: str
    ready: bool
    version: str
    advice: str = ""
    required: bool = True


def examine() -> list[Check]:
    """Try every part for real: the default engine aligns a second of noise, libraries import."""
    return [
        Check("python", True, platform.python_version()),
        _pocketsphinx(),
        *map(_library, _LIBRARIES),
        _mfa(),
    ]


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


def _pocketsphinx() -> Check:
    def align_noise() -> None:
        from sal_anchors.align.pocketsphinx import new_decoder

        noise = np.random.default_rng(0).normal(0, 100, 16_000).astype("<i2")
        decoder = new_decoder()
        decoder.set_align_text("yes")
        decoder.start_utt()
        decoder.process_raw(noise.tobytes(), full_utt=True)
        decoder.end_utt()

    return _attempt("pocketsphinx", align_noise)


def _mfa() -> Check:
    """The Montreal Forced Aligner is found and asked, so that a broken install shows here."""
    name = "montreal-forced-aligner"
    command = shutil.which("mfa")
    if command is None:
        advice = "not needed: pocketsphinx aligns English. This version does not use it yet"
        return Check(name, False, "", advice, required=False)
    try:
        answer = subprocess.run(  # noqa: S603
            [command, "version"],
            capture_output=True,
            text=True,
            timeout=_SECONDS_TO_ANSWER,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Check(name, False, "", f"{command} does not run: {error}", required=False)
    return Check(name, True, answer.stdout.strip(), "This version does not use it yet", False)
