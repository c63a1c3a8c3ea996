"""TextGrids: read back with the textgrid package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import textgrid

from sal_anchors.align import Interval
from sal_anchors.manifest import Manifest, Row
from sal_anchors.manifest.textgrid import write_textgrid


def _labelled(tier: textgrid.IntervalTier) -> list[tuple[float, float, str]]:
    return [(i.minTime, i.maxTime, i.mark) for i in tier if i.mark]


def test_written_files_hold_the_words_phones_and_anchors_of_their_rows(
    speech_manifest: Manifest,
) -> None:
    for row in speech_manifest.rows():
        path = speech_manifest.path / "alignments" / f"{row.id}.TextGrid"
        words, phones, anchors = textgrid.TextGrid.fromFile(str(path))
        assert (words.name, phones.name, anchors.name) == ("words", "phones", "anchors")
        for tier, intervals in ((words, row.words), (phones, row.phones)):
            expected = [(round(i.start, 5), round(i.end, 5), i.label) for i in intervals]
            assert _labelled(tier) == expected
            assert tier.maxTime == pytest.approx(row.duration, abs=1e-5)
        assert [point.time for point in anchors] == [round(a.time, 5) for a in row.anchors]
        assert [p.mark for p in anchors] == [f"{a.kind}: {a.label}" for a in row.anchors]


def test_anchors_of_one_instant_share_a_point(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    (anchor,) = make_row().anchors
    row = make_row(anchors=(anchor, replace(anchor, label="say please")))
    path = write_textgrid(row, tmp_path)
    (point,) = textgrid.TextGrid.fromFile(str(path))[2]
    assert (point.time, point.mark) == (0.5, "keyword_end: please; keyword_end: say please")


def test_a_row_without_an_alignment_has_no_file(
    tmp_path: Path, make_row: Callable[..., Row]
) -> None:
    assert write_textgrid(make_row(words=()), tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_an_id_with_folders_is_a_file_in_folders(
    tmp_path: Path, make_row: Callable[..., Row]
) -> None:
    assert write_textgrid(make_row("a/b/c"), tmp_path) == tmp_path / "a/b/c.TextGrid"


def test_quotes_and_letters_of_all_scripts_survive(
    tmp_path: Path, make_row: Callable[..., Row]
) -> None:
    row = make_row(words=(Interval('say "çé"', 0.0, 0.5), Interval("здра́вствуйте", 0.5, 0.75)))
    words = textgrid.TextGrid.fromFile(str(write_textgrid(row, tmp_path)))[0]
    assert [mark for *_, mark in _labelled(words)] == ['say "çé"', "здра́вствуйте"]


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_a_word_up_to_the_very_end_fits_though_rates_differ(
    tmp_path: Path, make_row: Callable[..., Row], rate: int
) -> None:
    """Times are on the grid's samples, so the last may lie past the file's own last sample."""
    (anchor,) = make_row().anchors
    for num_samples in range(rate, rate + 40):
        seconds = round(num_samples * 16_000 / rate) / 16_000
        row = make_row(
            sample_rate=rate,
            num_samples=num_samples,
            words=(Interval("please", 0.5, seconds),),
            anchors=(replace(anchor, time=seconds),),
        )
        words, _, anchors = textgrid.TextGrid.fromFile(str(write_textgrid(row, tmp_path)))
        assert _labelled(words) == [(0.5, round(seconds, 5), "please")]
        assert [point.time for point in anchors] == [round(seconds, 5)]
