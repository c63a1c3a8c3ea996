"""webdataset: tar shards of audio with its targets, ``SPLIT-NNNNNN.tar``.

A sample is ``KEY.flac`` or ``KEY.wav``, ``KEY.json`` (all columns but those a frame),
``KEY.labels.npy`` (int16) and ``KEY.weights.npy`` (float32). ``KEY`` is the id with all but
letters, digits, ``_`` and ``-`` written ``%XX``, so that no name leaves the folder it is
unpacked to.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import soundfile

from sal_anchors.audio import AudioError, content_hash, probe_recording
from sal_anchors.convert.context import read_context
from sal_anchors.convert.format import (
    Account,
    Context,
    ConvertError,
    ConvertOptions,
    Format,
    Source,
)
from sal_anchors.convert.names import key_fault, key_of
from sal_anchors.convert.rendered import stored_rows
from sal_anchors.convert.values import from_values, json_line, to_values
from sal_anchors.lazy_audio import open_recording
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import SCHEMA
from sal_anchors.timebase import FrameGrid

_VERBATIM = (".flac", ".wav")
_SHARD_BYTES = 1 << 29
_LONGEST_MEMBER = 1 << 32
_LONGEST_JSON = 1 << 29
_BLOCK = 1 << 20


class _Shards:
    """The shards of a split, one open at a time."""

    def __init__(self, folder: Path, split: str):
        self._folder = folder
        self._split = split
        self._number = 0
        self._size = 0
        self._tar: tarfile.TarFile | None = None

    def __enter__(self) -> _Shards:
        return self

    def __exit__(self, *error: object) -> None:
        if self._tar is not None:
            self._tar.close()

    def add(self, key: str, members: Mapping[str, IO[bytes]]) -> None:
        """Add a sample: its members by their suffixes."""
        if self._tar is None or self._size >= _SHARD_BYTES:
            self.__exit__()
            name = f"{self._split}-{self._number:06d}.tar"
            self._tar = tarfile.open(  # noqa: SIM115 -- it stays open between samples
                self._folder / name, "w", format=tarfile.PAX_FORMAT
            )
            self._number += 1
            self._size = 0
        for suffix, content in members.items():
            info = tarfile.TarInfo(f"{key}{suffix}")
            info.size = content.seek(0, io.SEEK_END)
            content.seek(0)
            self._tar.addfile(info, content)
            self._size += info.size


def _write(rows: Iterable[Row], folder: Path, context: Context, account: Account) -> None:
    with ExitStack() as stack:
        shards: dict[str, _Shards] = {}
        for row, values in to_values(rows):
            if why := key_fault(row.id) or ("" if row.usable else f"{row.status}, without targets"):
                account.leave_out(why)
                continue
            try:
                suffix, audio = _audio(row, context.audio_root)
            except AudioError as error:
                account.leave_out(f"its audio cannot be read ({error.reason})")
                continue
            except _ChangedError:
                account.leave_out("its audio changed since it was aligned")
                continue
            if row.split not in shards:
                shards[row.split] = stack.enter_context(_Shards(folder, row.split))
            with audio:
                members = {
                    suffix: audio,
                    ".json": io.BytesIO(json_line(values).encode()),
                    ".labels.npy": _npy(row.labels),
                    ".weights.npy": _npy(row.weights),
                }
                shards[row.split].add(key_of(row.id), members)


class _ChangedError(Exception):
    """The audio is another than when it was aligned."""


def _npy(array: np.ndarray[Any, Any]) -> io.BytesIO:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file


def _audio(row: Row, root: Path) -> tuple[str, IO[bytes]]:
    """The file itself if it is flac or wav and the whole of it is the utterance; else the
    utterance as 24-bit flac, mono, at the file's rate."""
    path = root / row.audio
    info = probe_recording(path)
    if row.content_hash and content_hash(path) != row.content_hash:
        raise _ChangedError
    whole = row.start == 0 and info.num_samples == row.num_samples and info.channels == 1
    if whole and path.suffix.lower() in _VERBATIM:
        return path.suffix.lower(), path.open("rb")
    grid = FrameGrid(sample_rate=info.sample_rate)
    recording = open_recording(
        path, grid, start=row.start, duration=row.duration, channel=row.channel
    )
    encoded = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller closes it
    with soundfile.SoundFile(
        encoded, "w", info.sample_rate, 1, subtype="PCM_24", format="FLAC"
    ) as sink:
        for first in range(0, len(recording.samples), _BLOCK):
            sink.write(recording.samples[first : first + _BLOCK])
    return ".flac", encoded


@dataclass(frozen=True, slots=True)
class _Sample:
    """The members of a sample by their suffixes, audio as it lies on the disk."""

    where: str
    members: dict[str, bytes]


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    shards = [path] if path.is_file() else sorted(path.glob("*.tar"))
    if not shards:
        raise ConvertError("no .tar file in it", where=path, hint="Name the folder of the shards")
    if options.audio is not None:
        rows = (_row(sample) for sample in _samples(shards))
        return stored_rows(rows, path, options)
    folder = out.with_name(f"{out.name.removesuffix('.anchors')}.audio")
    if folder.exists():
        raise ConvertError(
            "is there already; the audio in the shards would go there",
            where=folder,
            hint="Remove it, or name the folder that holds the audio with --audio",
        )
    known = read_context(path, audio=folder)
    told = replace(options, audio=folder, recipe=options.recipe)
    if known is None and options.recipe is None:
        raise ConvertError(
            "nothing here says how labels and weights were made",
            where=path,
            hint="Give --recipe FILE",
        )
    return stored_rows(_unpacked(shards, folder), path, told)


def _unpacked(shards: list[Path], folder: Path) -> Iterator[Row]:
    """Rows whose audio is written to ``folder``, which appears when all are there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.writing-", dir=folder.parent))
    try:
        for sample in _samples(shards):
            row = _row(sample)
            suffix = next((s for s in _VERBATIM if s in sample.members), None)
            if suffix is None or (fault := key_fault(row.id)):
                problem = "no .flac or .wav in the sample" if suffix is None else fault
                raise ConvertError(str(problem), where=sample.where, hint="Give --audio FOLDER")
            content = sample.members[suffix]
            name = f"{key_of(row.id)}{suffix}"
            with (staging / name).open("xb") as file:
                file.write(content)
            digest = hashlib.sha256(content).hexdigest()
            yield replace(row, audio=name, start=0.0, channel=None, content_hash=digest, streams=())
        staging.rename(folder)
    except FileExistsError:
        raise ConvertError("two samples of one id", where=folder) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _samples(shards: Iterable[Path]) -> Iterator[_Sample]:
    """Samples of shards: neighbouring files whose names are alike up to the first dot."""
    for shard in shards:
        try:
            with tarfile.open(shard, "r|") as tar:
                yield from _grouped(tar, shard)
        except (tarfile.TarError, EOFError, OSError) as error:
            raise ConvertError(
                f"not a tar file, or damaged ({error})", where=shard, hint="Copy it again"
            ) from None


def _grouped(tar: tarfile.TarFile, shard: Path) -> Iterator[_Sample]:
    key, members = "", dict[str, bytes]()
    for info in tar:
        if not info.isfile():
            continue
        folder, slash, name = info.name.rpartition("/")
        stem, dot, suffix = name.partition(".")
        if members and folder + slash + stem != key:
            yield _Sample(f"{shard}, sample {key!r}", members)
            members = {}
        key = folder + slash + stem
        limit = _LONGEST_JSON if suffix == "json" else _LONGEST_MEMBER
        if info.size > limit:
            raise ConvertError(
                f"{info.name[:200]!r} has {info.size} bytes, at most {limit} are read", where=shard
            )
        content = tar.extractfile(info)
        members[dot + suffix.lower()] = content.read() if content else b""
    if members:
        yield _Sample(f"{shard}, sample {key!r}", members)


def _row(sample: _Sample) -> Row:
    try:
        values = json.loads(sample.members[".json"])
        if not isinstance(values, dict):
            raise ValueError("its .json is no object")
        frames = {
            name: np.load(io.BytesIO(sample.members[f".{name}.npy"]), allow_pickle=False)
            for name in ("labels", "weights")
        }
    except (KeyError, ValueError, EOFError, RecursionError) as error:
        raise ConvertError(
            f"not a sample with .json, .labels.npy and .weights.npy ({error})",
            where=sample.where,
            hint="Give shards that sal-anchors convert wrote",
        ) from None
    return from_values({**values, **frames}, where=sample.where)


FORMAT = Format(
    name="webdataset",
    about="tar shards of audio with its labels and weights",
    folder=True,
    holds={
        **dict.fromkeys(SCHEMA.names, ""),
        "id": "order of rows across splits",
        "streams": "their readings, which are not packed",
    },
    write=_write,
    read=_read,
)
