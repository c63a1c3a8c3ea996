"""Where a manifest's audio may lie: a manifest can come from anywhere, its reader's files do not.

Audio is read from below the audio root only, links followed. The root itself is followed to where
the header says only if manifest and audio have a folder in common (other than the file system's
root): so both can be moved together, and a header cannot point into the system. All else the user
allows: by naming the audio root, or folders in the environment variable ``SAL_ANCHORS_AUDIO``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from sal_anchors.errors import ManifestError

VARIABLE = "SAL_ANCHORS_AUDIO"


@dataclass(frozen=True, slots=True)
class AudioPlaces:
    """The folders that a manifest's audio may be read from.

    Attributes:
        manifest: the manifest's folder.
        root: that rows' paths start from.
        named: whether the user named the root; else the header did.
        allowed: other folders that the user trusts.
    """

    manifest: Path
    root: Path
    named: bool
    allowed: tuple[Path, ...] = ()

    def file(self, audio: str, *, id_: str) -> Path:
        """The file of a row, of its audio or of a stream beside it.

        Args:
            audio: the row's path.
            id_: the row's id, for the message.

        Raises:
            ManifestError: it is absolute, leaves the audio root by ``..`` or by a link, or the
                header's audio root has nothing in common with the manifest's folder.
        """
        self.require_root()
        relative = PurePosixPath(audio)
        if (
            relative.is_absolute()
            or PureWindowsPath(audio).drive
            or ".." in relative.parts
            or "\0" in audio
        ):
            raise ManifestError(
                f"the audio path {audio!r} of {id_!r} leaves the audio root {self.root}",
                where=self.manifest,
                hint="Align again with a corpus folder that holds all of its audio",
            )
        path = self.root / relative
        real = _real(path)
        if not self._holds(real):
            raise ManifestError(
                f"the audio path {audio!r} of {id_!r} is a link that leads out of the audio root "
                f"{self.root}, to {real}",
                where=self.manifest,
                hint=f"If you trust it, allow its folder: {VARIABLE}={real.parent}",
            )
        return path

    def _holds(self, real: Path) -> bool:
        return any(real.is_relative_to(_real(folder)) for folder in (self.root, *self.allowed))

    def require_root(self) -> None:
        """Raise ManifestError if the header's audio root has nothing in common with the
        manifest's folder, and the user has not allowed it."""
        if self.named:
            return
        real, home = _real(self.root), _real(self.manifest)
        if any(real.is_relative_to(_real(folder)) for folder in self.allowed):
            return
        shared = Path(os.path.commonpath((real, home)))
        if shared == Path(shared.anchor):
            raise ManifestError(
                f"its header says that the audio is in {self.root}, which has no folder in common "
                "with the manifest",
                where=self.manifest,
                hint=f"If you trust it, name it yourself: --audio-root {self.root}, or once for "
                f"all: {VARIABLE}={self.root}",
            )


def places_of(
    folder: Path, declared: str, *, audio_root: Path | None, allowed: Sequence[Path]
) -> AudioPlaces:
    """The places of an opened manifest.

    Args:
        folder: of the manifest.
        declared: audio root of its header.
        audio_root: that the user named, or None.
        allowed: folders that the caller trusts, beside those of ``SAL_ANCHORS_AUDIO``.

    Raises:
        ManifestError: the declared root is an absolute path, and the user named none.
    """
    trusted = (*allowed, *_from_environment())
    if audio_root is not None:
        return AudioPlaces(folder, audio_root, True, trusted)
    relative = PurePosixPath(declared)
    if relative.is_absolute() or PureWindowsPath(declared).drive or "\0" in declared:
        raise ManifestError(
            f"its audio root {declared!r} is an absolute path",
            where=folder,
            hint="If you trust it, name that folder yourself with --audio-root",
        )
    root = Path(os.path.normpath(folder.resolve() / relative))
    return AudioPlaces(folder, root, False, trusted)


def _from_environment() -> tuple[Path, ...]:
    return tuple(Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
