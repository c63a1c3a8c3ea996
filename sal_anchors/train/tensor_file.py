"""Named tensors and a JSON header in one safetensors file, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from sal_anchors.atomic import replacing
from sal_anchors.errors import CheckpointError

KEY = "sal_anchors"


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file to a temporary name beside it, then rename.

    Raises:
        CheckpointError: if it cannot be written; what was at ``path`` stays.
    """
    try:
        with replacing(path) as partial, partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CheckpointError(
            f"cannot be written ({error.strerror})",
            where=path,
            hint="What was there before is as it was. Make room and go on with --resume, or name "
            "another folder with --out",
        ) from None


def write_tensors(path: Path, tensors: Mapping[str, Tensor], header: str) -> None:
    """Write tensors and the text of a JSON object.

    Raises:
        CheckpointError: see :func:`write_bytes`.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_bytes(path, safetensors.torch.save(plain, metadata={KEY: header}))


def read_tensors(
    path: Path, *, version: int, what: str, writer: str
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header and the tensors of a file that :func:`write_tensors` wrote.

    Args:
        path: the file.
        version: that the header's ``format_version`` must have.
        what: the file is, for messages.
        writer: command that writes such a file, for messages.

    Raises:
        CheckpointError: if it is damaged, of somebody else, or of another format version.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = _header(file.metadata() or {}, path, version, what, writer)
            return header, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError) as error:
        raise damaged(path, f"not a readable safetensors file ({error})") from None


def damaged(path: Path, problem: str) -> CheckpointError:
    """The error of a file that is not what it should be."""
    return CheckpointError(problem, where=path, hint="Copy it again from its source, or train anew")


def _header(
    metadata: dict[str, str], path: Path, version: int, what: str, writer: str
) -> dict[str, Any]:
    if KEY not in metadata:
        raise CheckpointError(
            f"a safetensors file without the {KEY!r} header",
            where=path,
            hint=f"Give a {what} that {writer} wrote",
        )
    try:
        values: dict[str, Any] = json.loads(metadata[KEY])
        found = values["format_version"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise damaged(path, "its header is not the JSON it should be") from None
    if found != version:
        raise CheckpointError(
            f"{what} format {found!r}, this sal-anchors reads format {version}",
            where=path,
            hint="Train again, or use the sal-anchors version that wrote it "
            f"({values.get('tool_version', 'unknown')})",
        )
    return values
