"""The files of a source, by the id that their names give."""

from __future__ import annotations

from pathlib import Path

from sal_anchors.convert.format import ConvertError


def files_in(source: Path, suffix: str) -> dict[str, Path]:
    """Files below a folder whose names end in ``suffix``, whatever its case, by their path in it
    without the suffix; or the one file. Hidden ones are left alone.

    Raises:
        ConvertError: there is none.
    """
    if source.is_file():
        return {source.name[: -len(suffix)]: source}
    found: dict[str, Path] = {}
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if name.lower().endswith(suffix.lower()) and not name.startswith(".") and "/." not in name:
            found[name[: -len(suffix)]] = path
    if not found:
        raise ConvertError(
            f"no {suffix} file in it, at any depth"
            if source.exists()
            else "no such file or folder",
            where=source,
            hint="Name the folder of the annotations, or another format with --from",
        )
    return found
