"""Where an output goes: written under another name, then renamed; never over somebody's work."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from filelock import FileLock, Timeout

from sal_anchors.convert.format import ConvertError

MARKER = "sal-anchors.json"
"""Every folder that a conversion writes holds this file; no other folder is replaced."""

_LOCK, _OLD = ".lock", "old"


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
    on an error nothing does. Such folders of killed runs are removed."""
    out.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{out.name[:100]}.writing-"
    _remove_stale(out, prefix)
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=out.parent))
    new, lock = staging / "new", FileLock(staging / _LOCK)
    try:
        lock.acquire(blocking=False)
        if folder:
            new.mkdir()
        yield new
        if folder and out.exists():
            out.rename(staging / _OLD)
        new.replace(out)
    finally:
        lock.release()
        shutil.rmtree(staging, ignore_errors=True)


def _remove_stale(out: Path, prefix: str) -> None:
    """Remove what runs left that no longer hold their lock, as they were killed; an old output
    that one had moved there goes back first."""
    for left in out.parent.glob(f"{escape(prefix)}*/"):
        try:
            with FileLock(left / _LOCK).acquire(blocking=False):
                if (left / _OLD).exists() and not out.exists():
                    (left / _OLD).rename(out)
                shutil.rmtree(left, ignore_errors=True)
        except (Timeout, OSError):
            continue
