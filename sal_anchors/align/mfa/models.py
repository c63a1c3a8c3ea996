"""Models and dictionaries by name or by file, and what identifies them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sal_anchors.align.mfa.command import ROOT_VARIABLE
from sal_anchors.errors import EngineError

Kind = Literal["acoustic", "dictionary", "g2p"]

_SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "acoustic": (".zip", ".am"),
    "dictionary": (".dict", ".txt", ".yaml", ".yml"),
    "g2p": (".zip", ".g2p"),
}
_DEFAULT_ROOT = "~/Documents/MFA"


@dataclass(frozen=True, slots=True)
class Model:
    """A model or dictionary that MFA is to use.

    Attributes:
        name: as the user gave it, a file without its folders.
        path: its file; None if only MFA, in its own environment, may know it by name.
    """

    name: str
    path: Path | None

    @property
    def argument(self) -> str:
        """What MFA is given for it."""
        return str(self.path) if self.path else self.name

    def identity(self) -> str:
        """Its name and the SHA-256 of its file, where there is one."""
        if self.path is None:
            return self.name
        with self.path.open("rb") as file:
            return f"{self.name} sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def resolve(given: str, kind: Kind, environment: Mapping[str, str] = os.environ) -> Model:
    """The model that a name or path stands for.

    A pretrained model's name wins over a file, as in MFA; its file is looked for in
    ``$MFA_ROOT_DIR/pretrained_models``, else in MFA's default folder.

    Raises:
        EngineError: a path that is not there or has a suffix that MFA refuses, or a name that
            could be taken for a flag.
    """
    suffixes = _SUFFIXES[kind]
    root = Path(environment.get(ROOT_VARIABLE, _DEFAULT_ROOT)).expanduser()
    if not given or given.startswith("-"):
        raise EngineError(f"mfa: {given!r} is no name or file of {_article(kind)}")
    is_name = Path(given).name == given and Path(given).suffix not in suffixes
    if is_name:
        for suffix in suffixes:
            path = root / "pretrained_models" / kind / f"{given}{suffix}"
            if path.is_file():
                return Model(given, path.resolve())
        return Model(given, None)
    path = Path(given)
    if path.suffix not in suffixes:
        raise EngineError(
            f"{_article(kind)} is a file in {', '.join(suffixes)}, got {path.suffix or 'none'!r}",
            where=path,
            hint="MFA goes by the suffix; rename or convert it",
        )
    if not path.is_file():
        raise EngineError(f"no such file of {_article(kind)}", where=path, hint="Check the path")
    return Model(path.name, path.resolve())


def _article(kind: Kind) -> str:
    return {
        "acoustic": "an acoustic model",
        "dictionary": "a dictionary",
        "g2p": "a G2P model",
    }[kind]
