from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from sal_anchors.align.alignment import Interval
from sal_anchors.manifest import Manifest, write_manifest


def test_a_settled_row_keeps_its_events_and_forgets_its_words(tones: Manifest) -> None:
    found = next(row for row in tones.rows(usable=True) if row.events)
    row = replace(found, words=(Interval("up", 0.1, 0.2),))
    settled = row.settled()
    assert (settled.words, settled.engine_words, settled.phones) == ((), (), ())
    assert (settled.id, settled.events, settled.anchors) == (row.id, row.events, row.anchors)
    np.testing.assert_array_equal(settled.labels, row.labels)


def test_a_manifest_of_some_rows_has_their_counts_and_all_else_of_its_source(
    tones: Manifest, tmp_path: Path
) -> None:
    path = tmp_path / "dev.anchors"
    rows = list(tones.rows("dev"))
    write_manifest(path, iter(rows), partial(tones.header.derived, audio_root="elsewhere"))
    written = Manifest.open(path, audio_root=tones.audio_root)
    assert [row.id for row in written.rows()] == [row.id for row in rows]
    assert written.header.counts["total"] == len(rows) < len(tones)
    assert written.header.audio_root == "elsewhere"
    assert (written.recipe, written.grid) == (tones.recipe, tones.grid)
