"""From one format to another, a row at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from sal_anchors.convert.context import write_context
from sal_anchors.convert.format import Account, ConvertError, ConvertOptions, Format, Source
from sal_anchors.convert.formats import format_named, source_format, target_format
from sal_anchors.convert.place import MARKER, beside, placed, require_free
from sal_anchors.manifest.row import Row

_EMPTY = Row(id="", status="", audio="", split="")  # type: ignore[arg-type]
_COLUMNS = tuple(field.name for field in fields(Row))
_DEFAULTS = {name: getattr(_EMPTY, name) for name in _COLUMNS}


def convert(
    source: Path,
    out: Path,
    *,
    from_: str = "",
    to: str = "",
    options: ConvertOptions | None = None,
    on_row: Callable[[Row], None] = lambda row: None,
) -> Account:
    """Write what ``source`` holds to ``out`` in another format.

    Rows pass one at a time; of times made by people the names of recordings and files are held,
    and of CSV, TSV and CTM, whose lines come in any order, all.

    Args:
        source: a manifest, or a file or folder of another format.
        out: the file or folder to write; it appears when it is whole.
        from_: the format of ``source``; empty to tell it by its names.
        to: the format of ``out``; likewise.
        options: where audio and recipe are, and what marks mean, if the source does not tell.
        on_row: called with each row taken, for progress.

    Returns:
        The counts, and what the format cannot hold.

    Raises:
        ConvertError: a format is not known, the source is damaged, or ``out`` holds something.
        SalAnchorsError: as the formats' readers and writers raise.
    """
    options = options or ConvertOptions()
    reading = format_named(from_, reads=True) if from_ else source_format(source)
    writing = format_named(to, reads=False) if to else target_format(out)
    if not source.exists():
        raise ConvertError("no such file or folder", where=source, hint="Check the path")
    if source.resolve() == out.resolve() or out.resolve() in source.resolve().parents:
        raise ConvertError("the output would replace its source", where=out, hint="Name another")
    _require_free(out, writing, force=options.force)
    account = Account(source=reading.name, target=writing.name, out=out)
    assert reading.read is not None  # noqa: S101 -- format_named and source_format see to it
    opened = reading.read(source, out, options, account)
    _write(opened, out, writing, account, on_row)
    return account


def _require_free(out: Path, writing: Format, *, force: bool) -> None:
    if not writing.places_itself:
        require_free(out, folder=writing.folder, force=force)
    elif out.is_dir() and any(out.glob("*.json")) and not force:
        raise ConvertError("is there already", where=out, hint="Replace it with --force")


def _write(
    opened: Source,
    out: Path,
    writing: Format,
    account: Account,
    on_row: Callable[[Row], None],
) -> None:
    assert writing.write is not None  # noqa: S101
    rows = _watched(opened.rows, writing, account, on_row)
    if writing.places_itself:
        writing.write(rows, out, opened.context, account)
        return
    with placed(out, folder=writing.folder) as new:
        writing.write(rows, new, opened.context, account)
        home = out if writing.folder else out.parent
        told = new / MARKER if writing.folder else new.with_name(MARKER)
        write_context(told, opened.context, format_=writing.name, home=home)
        if not writing.folder:
            told.replace(beside(out))


def _watched(
    rows: Iterable[Row], writing: Format, account: Account, on_row: Callable[[Row], None]
) -> Iterator[Row]:
    """The rows, counted, with what of them the format cannot hold."""
    unseen = {name: writing.holds.get(name) for name in _COLUMNS if writing.holds.get(name) != ""}
    for row in rows:
        account.rows += 1
        account.statuses[row.status] += 1
        account.events.update((event.kind.value, event.label) for event in row.events)
        for name in [name for name in unseen if _has(row, name)]:
            account.lost[name] = unseen.pop(name) or ""
        on_row(row)
        yield row


def _has(row: Row, name: str) -> bool:
    value: Any = getattr(row, name)
    if name in ("labels", "weights"):
        return len(value) > 0
    return bool(value != _DEFAULTS[name])
