"""Where audio lies: every file below one folder, and none outside it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sal_anchors.corpus.entry import Entry


@dataclass(frozen=True, slots=True)
class Places:
    """The folders that audio may lie in.

    Attributes:
        root: the corpus folder, as the user named it.
        audio_root: the folder that holds all audio.
    """

    root: Path
    audio_root: Path

    def place(self, path: Path, *, relative: bool) -> Path | None:
        """A file's path below ``audio_root``; None if it lies elsewhere.

        Links are followed as any program would; ``..`` is resolved by name.

        Args:
            path: the file.
            relative: whether the corpus names it by a relative path: it must then lie below
                ``root`` or ``audio_root``, whichever is the narrower.
        """
        target = os.path.abspath(path)  # noqa: PTH100 -- links stay
        narrow = [self.audio_root]
        if relative and _is_below(str(self.root.absolute()), self.audio_root):
            narrow.append(self.root)
        if not all(_is_below(target, folder) for folder in narrow):
            return None
        return self.audio_root / os.path.relpath(target, self.audio_root)


def _is_below(path: str, folder: Path) -> bool:
    parent = os.path.abspath(folder)  # noqa: PTH100
    return path == parent or path.startswith(parent.rstrip(os.sep) + os.sep)


def places_of(root: Path, named: Path | None, entries: Sequence[Entry]) -> Places:
    """The folder that holds all audio: the one the user named, else the corpus folder, else,
    where a list names absolute paths outside it, what they and the corpus have in common."""
    if named is not None:
        return Places(named, named)
    usable = [entry for entry in entries if entry.problem is None]
    absolute = {os.path.abspath(e.audio.parent) for e in usable if e.absolute}  # noqa: PTH100
    outside = [folder for folder in absolute if not _is_below(folder, root)]
    if not outside:
        return Places(root, root)
    if len(outside) < len(absolute) or not all(entry.absolute for entry in usable):
        outside.append(os.path.abspath(root))  # noqa: PTH100
    return Places(root, Path(os.path.commonpath(outside)))
