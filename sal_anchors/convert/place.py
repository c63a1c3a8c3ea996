"""Where an output goes: written under another name, then renamed; never over somebody's work."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sal_anchors.convert.format import ConvertError

MARKER = "sal-anchors.json"
"""Every folder that a conversion writes holds this file; no other folder is replaced."""


def beside(out: Path) -> Path:
    """The file that tells what holds for all rows of an output that is one file."""
    return out.with_name(f"{out.name}.{MARKER}")


def require_free(out: Path, *, folder: bool, force: bool) -> None:
    """Refuse an output path that holds something.

    Raises:
        ConvertError: it does, and ``force`` was not given, or it is not a conversion's.
    """
    if not out.exists() and not out.is_symlink():
        return
    if out.is_dir() and not any(out.iterdir()):
        if not folder:
            raise ConvertError("is a folder", where=out, hint="Name a file")
        return
    if folder != out.is_dir():
        problem = "is a folder, a file is to be written" if out.is_dir() else "is a file"
        raise ConvertError(problem, where=out, hint="Give another name")
    if folder and not (out / MARKER).is_file():
        raise ConvertError(
            "the folder holds something that no conversion wrote", where=out, hint="Name a new one"
        )
    if not force:
        raise ConvertError("is there already", where=out, hint="Replace it with --force")


@contextmanager
def placed(out: Path, *, folder: bool) -> Iterator[Path]:
    """A path to write to, in a hidden folder beside ``out``; on leaving it becomes ``out``, and
    on an error nothing does."""
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name[:100]}.writing-", dir=out.parent))
    new = staging / "new"
    try:
        if folder:
            new.mkdir()
        yield new
        if folder and out.exists():
            out.rename(staging / "old")
        new.replace(out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
