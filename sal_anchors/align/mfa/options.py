"""What a user decides about the Montreal Forced Aligner."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from sal_anchors.errors import EngineError

Mode = Literal["align", "train", "adapt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaOptions:
    """How the Montreal Forced Aligner is called.

    Attributes:
        command: the program and its first arguments, such as ``("conda", "run", "-n", "aligner",
            "mfa")``; empty to take the environment variable ``SAL_ANCHORS_MFA``, else ``mfa``
            on PATH.
        mode: ``align`` with a given acoustic model; ``train`` one on this corpus and align with
            it; ``adapt`` a given one to this corpus and align with the result.
        acoustic_model: name of a pretrained model, or its archive; not used by ``train``.
        dictionary: name of a pretrained dictionary, or a file of ``word PHONE PHONE ...`` lines.
        g2p_model: name or archive of a model for words outside the dictionary; None for none.
        output_model: where ``train`` and ``adapt`` leave their acoustic model, a ``.zip``;
            None to leave it nowhere.
        progress_timeout: seconds without a sign of progress (output, or a file written) after
            which the run is ended, > 0.
        temporary_root: an existing folder for MFA's large working files; None for the
            run's own.
        language: BCP 47 primary tag of the model and dictionary.
    """

    dictionary: str
    command: tuple[str, ...] = ()
    mode: Mode = "align"
    acoustic_model: str | None = None
    g2p_model: str | None = None
    output_model: Path | None = None
    progress_timeout: float = 1800.0
    temporary_root: Path | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        if problem := self._contradiction():
            raise EngineError(f"mfa: {problem}")

    def _contradiction(self) -> str:
        if self.mode not in get_args(Mode):
            return f"unknown mode {self.mode!r}, expected one of {', '.join(get_args(Mode))}"
        if self.mode == "train" and self.acoustic_model is not None:
            return "mode train makes its own acoustic model; leave it out, or use mode adapt"
        if self.mode != "train" and self.acoustic_model is None:
            return f"mode {self.mode} needs an acoustic model: a name such as english_us_arpa"
        if self.mode == "align" and self.output_model is not None:
            return "mode align makes no acoustic model; leave its output path out"
        if self.mode == "adapt" and self.g2p_model is not None:
            return "mode adapt takes no G2P model; leave it out, or add the words to the lexicon"
        if self.output_model is not None and self.output_model.suffix != ".zip":
            return f"the model's output path must end in .zip, got {str(self.output_model)!r}"
        if not self.progress_timeout > 0:
            return f"the limit without progress must be > 0 s, got {self.progress_timeout}"
        return ""


def split_command(line: str) -> tuple[str, ...]:
    """A command line as its arguments, as a POSIX shell would split it; no shell is run.

    Raises:
        EngineError: its quotes are not closed, or it is empty.
    """
    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise EngineError(f"mfa: the command {line!r} cannot be split ({error})") from None
    if not words:
        raise EngineError("mfa: the command is empty", hint="Give it as: conda run -n aligner mfa")
    return words
