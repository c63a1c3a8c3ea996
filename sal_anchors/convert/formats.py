"""The formats, and which one a path is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sal_anchors.convert import (
    audacity,
    ctm,
    huggingface,
    jsonl,
    lhotse,
    manifest,
    nemo,
    table,
    textgrid,
    webdataset,
)
from sal_anchors.convert.context import format_in
from sal_anchors.convert.format import ConvertError, Format
from sal_anchors.convert.lines import json_objects
from sal_anchors.manifest.header import HEADER_NAME

FORMATS: Mapping[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (
        manifest,
        jsonl,
        textgrid,
        audacity,
        ctm,
        table,
        lhotse,
        nemo,
        huggingface,
        webdataset,
    )
}
_BY_SUFFIX = {
    ".anchors": "manifest",
    ".jsonl": "jsonl",
    ".json": "nemo",
    ".ctm": "ctm",
    ".csv": "table",
    ".tsv": "table",
    ".textgrid": "textgrid",
    ".tar": "webdataset",
}
_IN_FOLDER = (
    (HEADER_NAME, "manifest"),
    ("dataset_dict.json", "huggingface"),
    ("dataset_info.json", "huggingface"),
    ("*.tar", "webdataset"),
    ("**/*.TextGrid", "textgrid"),
    ("**/*.textgrid", "textgrid"),
)


def format_named(name: str, *, reads: bool) -> Format:
    """The format of a name.

    Raises:
        ConvertError: there is none, or it can only be read, or only be written.
    """
    able = [f.name for f in FORMATS.values() if (f.read if reads else f.write)]
    if name not in able:
        problem = f"no format {name!r} to convert {'from' if reads else 'to'}"
        raise ConvertError(f"{problem}; there are {', '.join(able)}", hint="Name one of them")
    return FORMATS[name]


def source_format(path: Path) -> Format:
    """The format that a source has.

    Raises:
        ConvertError: it is absent, or nothing about it tells.
    """
    if not path.exists():
        raise ConvertError("no such file or folder", where=path, hint="Check the path")
    name = format_in(path) or (_in_folder(path) if path.is_dir() else _of_file(path))
    if name not in FORMATS:
        raise ConvertError(
            "nothing tells which format this is",
            where=path,
            hint=f"Name it: --from {'|'.join(n for n, f in FORMATS.items() if f.read)}",
        )
    return FORMATS[name]


def target_format(path: Path) -> Format:
    """The format that an output's name tells.

    Raises:
        ConvertError: it does not.
    """
    name = _BY_SUFFIX.get(path.suffix.lower(), "")
    if path.name.startswith("cuts") and path.name.endswith((".jsonl", ".jsonl.gz")):
        name = "lhotse"
    found = FORMATS.get(name)
    if found is None or found.write is None or (found.folder and name != "manifest"):
        raise ConvertError(
            f"the name {path.name!r} does not tell the format",
            hint=f"Name it: --to {'|'.join(n for n, f in FORMATS.items() if f.write)}",
        )
    return found


def _in_folder(folder: Path) -> str:
    for pattern, name in _IN_FOLDER:
        if next(folder.glob(pattern), None) is not None:
            return name
    return ""


def _of_file(path: Path) -> str:
    """By its name, and for JSON lines by the keys of the first row."""
    name = path.name.lower().removesuffix(".gz")
    if not name.endswith((".json", ".jsonl")):
        return _BY_SUFFIX.get(path.suffix.lower(), "")
    _, first = next(json_objects(path), ("", {}))
    if "audio_filepath" in first:
        return "nemo"
    return "lhotse" if "supervisions" in first or "recording" in first else "jsonl"
