"""What holds for all rows, in a small JSON file in or beside each output."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from sal_anchors import __version__
from sal_anchors.align.alignment import Provenance
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.convert.format import Context, ConvertError
from sal_anchors.convert.place import MARKER, beside
from sal_anchors.errors import SalAnchorsError

_FORMAT = "sal-anchors conversion"


def write_context(path: Path, context: Context, *, format_: str, home: Path) -> None:
    """Write ``path``; ``audio_root`` is relative to ``home``, the folder it will lie in."""
    root = os.path.relpath(context.audio_root.resolve(), home.resolve())
    values = {
        "format": _FORMAT,
        "holds": format_,
        "tool_version": __version__,
        "audio_root": Path(root).as_posix(),
        "classes": list(context.recipe.classes),
        "grid": context.recipe.grid.grid().to_dict(),
        "recipe": context.recipe.model_dump(mode="json"),
        "provenance": {
            **asdict(context.provenance),
            "settings": dict(context.provenance.settings),
        },
    }
    text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def context_path(source: Path) -> Path:
    """Where the context of a source would be."""
    return source / MARKER if source.is_dir() else beside(source)


def read_context(source: Path, *, audio: Path | None) -> Context | None:
    """The context of a source that a conversion wrote; None if there is none.

    Args:
        source: the file or folder.
        audio: the audio's folder, if the user names it; else the one that the source names by a
            relative path.

    Raises:
        ConvertError: there is one, but it is damaged, or names an absolute folder.
    """
    path = context_path(source)
    values = _values(path)
    if values is None:
        return None
    try:
        recipe = Recipe.model_validate(values["recipe"])
        provenance = values["provenance"]
        settings = tuple(sorted((str(k), str(v)) for k, v in provenance["settings"].items()))
        engine, version, model = (str(provenance[n]) for n in ("engine", "version", "model"))
        declared = PurePosixPath(values["audio_root"])
    except (KeyError, TypeError, AttributeError, ValidationError, SalAnchorsError) as error:
        raise ConvertError(
            f"damaged ({error})", where=path, hint="Remove it and give --audio and --recipe"
        ) from None
    if audio is None and declared.is_absolute():
        raise ConvertError(
            f"its audio root {str(declared)!r} is an absolute path",
            where=path,
            hint="If you trust it, name that folder yourself with --audio",
        )
    root = audio or Path(os.path.normpath(path.parent.resolve() / declared))
    return Context(recipe, root, Provenance(engine, version, model, settings))


def format_in(source: Path) -> str:
    """The name of the format that a source's context tells; empty if there is none."""
    values = _values(context_path(source))
    return str(values.get("holds", "")) if values else ""


def _values(path: Path) -> dict[str, Any] | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ConvertError(
            f"cannot be read ({error})", where=path, hint="Remove it, or convert again"
        ) from None
    if not isinstance(values, dict) or values.get("format") != _FORMAT:
        raise ConvertError(
            "not what a conversion writes", where=path, hint="Remove it, or convert again"
        )
    return values
