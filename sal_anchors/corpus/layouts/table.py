"""One table of named columns (CSV, TSV or JSON lines) that lists the audio."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from sal_anchors.corpus.columns import Source, entries_of, header_of
from sal_anchors.corpus.entry import Entry
from sal_anchors.corpus.layout import Layout
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.rows import SourceRow, json_rows, numbered_lines, table_header, table_rows
from sal_anchors.corpus.split import split_within
from sal_anchors.corpus.tree import Tree
from sal_anchors.errors import CorpusError

SUFFIXES = (".csv", ".tsv", ".jsonl", ".jsonl.gz")
_CSV_DELIMITERS = ",;\t|"
_ROWS_SEEN = 20


def rows_of(path: Path) -> Iterator[SourceRow]:
    """The rows of a CSV, TSV or JSON lines file, by its suffix."""
    delimiter = _delimiter(path)
    if delimiter is None:
        return json_rows(path)
    return table_rows(path, delimiter=delimiter, quoted=delimiter != "\t")


def _delimiter(path: Path) -> str | None:
    """A tab in a TSV file; in CSV, what its first row holds most of; None for JSON lines."""
    match path.suffix.lower():
        case ".tsv":
            return "\t"
        case ".csv":
            first = next((line for _, line in numbered_lines(path)), "")
            return max(_CSV_DELIMITERS, key=first.count)
    return None


def first_columns(path: Path) -> frozenset[str]:
    """The headers of a table, or the keys of the first objects; empty if it has none."""
    try:
        delimiter = _delimiter(path)
        if delimiter is not None:
            names: Iterable[str] = table_header(path, delimiter=delimiter)
        else:
            names = {name for row in islice(json_rows(path), _ROWS_SEEN) for name in row.values}
    except CorpusError:
        return frozenset()
    return frozenset(name.strip().lower() for name in names)


def is_common_voice(path: Path) -> bool:
    """Whether a table is one of Common Voice."""
    columns = first_columns(path)
    return path.suffix == ".tsv" and {"client_id", "path", "sentence"} <= columns


def tables_in(tree: Tree) -> list[str]:
    """Names of the tables in a folder that have a column of audio files and are not those of
    another layout."""
    return [
        name
        for name in tree.top(*SUFFIXES)
        if header_of("audio", columns := first_columns(tree.path(name)), {})
        and "audio_filepath" not in columns
        and not is_common_voice(tree.path(name))
    ]


def one_or_split(names: list[str]) -> bool:
    """Whether files form one corpus: a single one, or each named by a split of its own."""
    splits = [split_within(name) for name in names]
    return len(names) == 1 or (bool(names) and None not in splits)


def _matches(tree: Tree) -> bool:
    return one_or_split(tables_in(tree))


def _entries(tree: Tree, options: CorpusOptions) -> Iterator[Entry]:
    names = tables_in(tree) or [*tree.top(*SUFFIXES)]
    if not one_or_split(names):
        found = ", ".join(names) or "none"
        raise CorpusError(
            f"one table is needed, or several named by their splits; it has {found}",
            where=tree.root,
            hint="Name the table itself instead of its folder",
        )
    for name in names:
        path = tree.path(name)
        split = split_within(name) if len(names) > 1 else None
        source = Source(path, options.audio_root or path.parent, split)
        yield from entries_of(rows_of(path), source, options.columns)


LAYOUT = Layout(
    "table",
    "one CSV, TSV or JSON lines file with a column of audio files",
    _matches,
    _entries,
)
