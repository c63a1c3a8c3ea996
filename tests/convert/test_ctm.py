"""CTM: words only; what it cannot hold is counted. lhotse reads it independently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lhotse.supervision import SupervisionSegment, SupervisionSet

from sal_anchors.align import Interval
from sal_anchors.convert import Account, ConvertError, ConvertOptions, convert
from sal_anchors.manifest import Manifest, Row


def test_words_come_back_and_the_recipe_finds_the_same_keywords(
    rich_manifest: Manifest, round_trip: Callable[..., tuple[Account, Manifest]]
) -> None:
    account, back = round_trip("words.ctm", "ctm")
    read = {row.id: row for row in back.rows() if row.usable}
    usable = [row for row in rich_manifest.rows() if row.id in read]
    assert len(usable) == 5
    assert account.lost["events"] == account.lost["phones"] == ""
    assert account.left_out == {
        "an id with white space": 1,
        "failed, without words": 1,
        "skipped, without words": 1,
    }
    for row in usable:
        assert [(w.label, w.start, w.end) for w in read[row.id].words] == [
            (w.label, w.start, w.end) for w in row.words
        ]
        assert [(e.kind, e.time) for e in read[row.id].events] == [
            (e.kind, e.time) for e in row.events
        ]


def test_lhotse_reads_the_words(rich_manifest: Manifest, tmp_path: Path) -> None:
    convert(rich_manifest.path, tmp_path / "words.ctm")
    rows = [row for row in rich_manifest.rows() if row.usable and " " not in row.id]
    segments = SupervisionSet.from_segments(
        SupervisionSegment(row.id, row.id, 0.0, row.duration, channel=1) for row in rows
    )
    aligned = segments.with_alignment_from_ctm(tmp_path / "words.ctm")
    by_id = {segment.id: segment for segment in aligned}
    for row in rows:
        words = by_id[row.id].alignment["word"]
        assert [w.symbol for w in words] == [w.label for w in row.words]
        assert [w.start for w in words] == pytest.approx([w.start for w in row.words], abs=1e-3)


def test_a_word_with_a_space_leaves_its_row_out(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    spaced = (Interval("twenty one", 0.25, 0.5),)
    rows = [make_row("a"), replace(make_row("b"), words=spaced)]
    write_rows(tmp_path / "in.anchors", rows)
    account = convert(tmp_path / "in.anchors", tmp_path / "words.ctm")
    assert account.left_out == {"a word with white space": 1}
    assert (tmp_path / "words.ctm").read_text().split()[0] == "a"


@pytest.mark.parametrize("line", ["a 1 0.5", "a 1 x 0.5 hey", "a 1 0.1 0.5 hey 1.5"])
def test_a_line_that_is_none_is_refused_with_its_place(
    tmp_path: Path, prompts: Path, line: str
) -> None:
    path = tmp_path / "words.ctm"
    path.write_text(f"a 1 0.1 0.2 hey\n{line}\n")
    with pytest.raises(ConvertError, match=r"words\.ctm, row 2"):
        convert(path, tmp_path / "out.anchors", options=ConvertOptions(audio=prompts))
