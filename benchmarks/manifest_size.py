"""What labels and weights cost on disk: bytes an hour of audio, column by column.

    python benchmarks/manifest_size.py MANIFEST...

prints for each manifest folder the compressed size of its labels, of its weights and of all other
columns, of the index for random access, and what labels and weights would take under other
encodings. Manifests of the development sets are made by ``sal-anchors align``.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sal_anchors.manifest import Manifest
from sal_anchors.manifest.encoding import writer_options

LABELS, WEIGHTS = "labels.list.element", "weights.list.element"
SPLIT = "BYTE_STREAM_SPLIT"
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "dictionaries": {"use_dictionary": [LABELS, WEIGHTS]},
    "plain": {"use_dictionary": False},
    "delta labels, byte-stream-split weights": {
        "use_dictionary": False,
        "column_encoding": {LABELS: "DELTA_BINARY_PACKED", WEIGHTS: SPLIT},
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifests", type=Path, nargs="+")
    print(
        "| manifest | hours | labels KB/h | weights KB/h | both | other columns | index |", end=""
    )
    print(" both, other encodings |\n|---|---|---|---|---|---|---|---|")
    for path in parser.parse_args().manifests:
        print(row_of(Manifest.open(path)), flush=True)


def row_of(manifest: Manifest) -> str:
    """A manifest as a row of the table."""
    parts = [manifest.path / part.file for part in manifest.header.parts]
    hours = manifest.header.audio_seconds / 3_600
    sizes = sum((column_sizes(path) for path in parts), Counter[str]())
    labels, weights = sizes[LABELS], sizes[WEIGHTS]
    index = (manifest.path / manifest.header.index).stat().st_size
    groups = {path: pq.read_metadata(path).row_group(0).num_rows for path in parts}
    others = []
    for name, options in OTHERS.items():
        again = sum((_rewritten(path, groups[path], options) for path in parts), Counter[str]())
        others.append(f"{name} {(again[LABELS] + again[WEIGHTS]) / hours / 1e3:.1f}")
    kilobytes = (labels, weights, labels + weights, sizes.total() - labels - weights, index)
    cells = " | ".join(f"{size / hours / 1e3:.1f}" for size in kilobytes)
    return f"| {manifest.path.name} | {hours:.3f} | {cells} | {'; '.join(others)} |"


def column_sizes(source: Path | io.BytesIO) -> Counter[str]:
    """Compressed bytes of each Parquet column."""
    metadata = pq.read_metadata(source)
    sizes: Counter[str] = Counter()
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            column = metadata.row_group(group).column(number)
            sizes[column.path_in_schema] += column.total_compressed_size
    return sizes


def _rewritten(path: Path, rows: int, options: Mapping[str, Any]) -> Counter[str]:
    table: pa.Table = pq.read_table(path, columns=["labels", "weights"])
    target = io.BytesIO()
    level = {key: writer_options()[key] for key in ("compression", "compression_level")}
    pq.write_table(table, target, row_group_size=rows, **level, **options)
    return column_sizes(io.BytesIO(target.getvalue()))


if __name__ == "__main__":
    main()
