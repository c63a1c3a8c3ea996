"""Hugging Face datasets, saved to disk: a split each for train, dev and test.

The columns are the manifest's, but that ``audio`` is an absolute path, to be cast to ``Audio``;
``audio_file`` is the path under the audio root, and ``index`` the place in the manifest.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from sal_anchors.convert.format import (
    Account,
    Context,
    ConvertError,
    ConvertOptions,
    Format,
    Source,
    require_extra,
)
from sal_anchors.convert.rendered import stored_rows
from sal_anchors.convert.values import from_values
from sal_anchors.manifest.columns import to_batch
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.schema import PER_FRAME, SCHEMA

_ROWS_AT_ONCE = 32
_ROWS_A_BATCH = 256
_FRAMES_A_BATCH = 1 << 20
_EXTRA = (("audio_file", pa.string()), ("index", pa.int64()))


def _write(rows: Iterable[Row], folder: Path, context: Context, account: Account) -> None:
    require_extra("datasets", "datasets")
    import datasets

    work = folder.with_name("arrow")
    work.mkdir()
    with _quietly(), ExitStack() as stack:
        writers: dict[str, Any] = {}
        for split, group in _groups(rows):
            if split not in writers:
                writers[split] = stack.enter_context(_writer(work / f"{split}.arrow"))
            writers[split].write_table(_table(group, context))
        for writer in writers.values():
            writer.finalize()
        if not writers:
            raise ConvertError("no rows", hint="A dataset needs at least one")
        splits = {
            name: datasets.Dataset.from_file(str(work / f"{name}.arrow"))
            for name in sorted(writers, key=lambda name: ("train", "dev", "test").index(name))
        }
        datasets.DatasetDict(splits).save_to_disk(str(folder))


def _schema() -> pa.Schema:
    schema = SCHEMA
    for name, type_ in _EXTRA:
        schema = schema.append(pa.field(name, type_))
    return schema


def _writer(path: Path) -> Any:
    import datasets
    from datasets.arrow_writer import ArrowWriter

    features = datasets.Features.from_arrow_schema(_schema())
    return ArrowWriter(path=str(path), features=features, writer_batch_size=_ROWS_A_BATCH)


def _groups(rows: Iterable[Row]) -> Iterator[tuple[str, list[tuple[int, Row]]]]:
    """Splits and rows of each that are written together, with their places; few batches keep
    the library's tables small."""
    waiting: defaultdict[str, list[tuple[int, Row]]] = defaultdict(list)
    frames: Counter[str] = Counter()
    for index, row in enumerate(rows):
        waiting[row.split].append((index, row))
        frames[row.split] += row.num_frames
        if len(waiting[row.split]) == _ROWS_A_BATCH or frames[row.split] >= _FRAMES_A_BATCH:
            frames[row.split] = 0
            yield row.split, waiting.pop(row.split)
    yield from waiting.items()


def _table(group: Sequence[tuple[int, Row]], context: Context) -> pa.Table:
    table = pa.Table.from_batches([to_batch([row for _, row in group])])
    audio = [row.audio for _, row in group]
    whole = [str((context.audio_root / name).absolute()) for name in audio]
    place = table.schema.get_field_index("audio")
    table = table.set_column(place, "audio", pa.array(whole))
    table = table.append_column("audio_file", pa.array(audio))
    return table.append_column("index", pa.array([i for i, _ in group], type=pa.int64()))


def _read(path: Path, out: Path, options: ConvertOptions, account: Account) -> Source:
    require_extra("datasets", "datasets")
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise ConvertError(f"not a dataset that was saved to disk ({error})", where=path) from None
    parts = list(loaded.values()) if isinstance(loaded, dict) else [loaded]
    in_order = heapq.merge(*(_rows(part, path) for part in parts), key=lambda pair: pair[0])
    return stored_rows((row for _, row in in_order), path, options)


def _rows(dataset: Any, path: Path) -> Iterator[tuple[int, Row]]:
    number = 0
    for table in dataset.with_format("arrow").iter(batch_size=_ROWS_AT_ONCE):
        frames = {name: table[name] for name in PER_FRAME if name in table.column_names}
        plain = table.drop_columns(list(frames)).to_pylist()
        for offset, values in enumerate(plain):
            arrays = {
                name: column[offset].values.to_numpy(zero_copy_only=False)
                for name, column in frames.items()
            }
            audio = values.get("audio_file") or values.get("audio")
            where = f"{path}, row {number}"
            row = from_values({**values, **arrays, "audio": audio}, where=where)
            index = values.get("index")
            yield index if isinstance(index, int) else number, row
            number += 1


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the library's progress bars."""
    import datasets

    silent = datasets.utils.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if not silent:
            datasets.enable_progress_bars()


FORMAT = Format(
    name="huggingface",
    about="Hugging Face dataset saved to disk, with the audio's path",
    folder=True,
    extra="datasets",
    holds=dict.fromkeys(SCHEMA.names, ""),
    write=_write,
    read=_read,
)
