"""The files of a corpus folder, listed once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sal_anchors.audio import SUFFIXES
from sal_anchors.errors import CorpusError

TRANSCRIPT_SUFFIXES = (".txt", ".lab")
TEXTGRID_SUFFIX = ".textgrid"


@dataclass(frozen=True, slots=True)
class Tree:
    """A corpus folder.

    Attributes:
        root: the folder, as the user named it.
        audio: names of audio files, relative to ``root``, with forward slashes, sorted.
        others: likewise all other files.
    """

    root: Path
    audio: tuple[str, ...]
    others: tuple[str, ...]

    def path(self, name: str) -> Path:
        """The file of a name."""
        return self.root / name

    def top(self, *suffixes: str) -> tuple[str, ...]:
        """Other files directly in the folder whose names end so."""
        return tuple(
            name for name in self.others if "/" not in name and name.lower().endswith(suffixes)
        )

    def has_folder(self, *names: str) -> bool:
        """Whether any of these folders holds a file."""
        prefixes = tuple(f"{name}/" for name in names)
        return any(name.startswith(prefixes) for name in (*self.audio, *self.others))


def scan(root: Path) -> Tree:
    """List a folder at any depth; hidden files and folders are left alone. A table may be named
    instead of its folder: then it is the only file.

    Raises:
        CorpusError: the folder is absent, or a file name is not UTF-8.
    """
    if root.is_file():
        return Tree(root.parent, (), (root.name,))
    if not root.is_dir():
        raise CorpusError(
            "no such folder", where=root, hint="Name the folder that holds audio and transcripts"
        )
    audio: list[str] = []
    others: list[str] = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        inner = Path(folder).relative_to(root)
        for name in names:
            if not name.startswith("."):
                _require_unicode(folder, name)
                is_audio = os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122
                (audio if is_audio else others).append((inner / name).as_posix())
    return Tree(root, tuple(sorted(audio)), tuple(sorted(others)))


def require_audio(tree: Tree) -> None:
    """Raise CorpusError if a folder that should hold audio holds none."""
    if not tree.audio:
        raise CorpusError(
            "no .flac or .wav file in it, at any depth, nor one of "
            f"{', '.join(sorted(SUFFIXES - {'.flac', '.wav'}))}, nor a table that lists audio",
            where=tree.root,
            hint="Put each recording beside its transcript: NAME.wav and NAME.txt",
        )


def _require_unicode(folder: str, name: str) -> None:
    """Refuse names that no manifest can hold: bytes of an older encoding, as unzip leaves them."""
    try:
        f"{folder}/{name}".encode()
    except UnicodeEncodeError:
        raise CorpusError(
            f"the file name {os.fsencode(name)!r} is not UTF-8",
            where=os.fsencode(folder).decode(errors="replace"),
            hint="Rename it, for all files such as: convmv -f latin1 -t utf8 -r --notest FOLDER",
        ) from None


def stem_of(name: str) -> str:
    """A name without its suffix: ``a/v1.2.wav`` is ``a/v1.2``."""
    return os.path.splitext(name)[0]  # noqa: PTH122


def folders_of(name: str) -> list[str]:
    """The folders of a name, the outermost first."""
    return name.split("/")[:-1]
