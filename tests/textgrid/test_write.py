"""Writing TextGrids: read back by this reader and by the textgrid and praatio packages."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from praatio import textgrid as praat

from sal_anchors.textgrid import Mark, Tier, read_textgrid, write_tiers
from sal_anchors.textgrid.write import layered

LABELS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: text == text.strip()
)
SAMPLES = st.integers(0, 16_000 * 5)


@given(st.lists(st.tuples(SAMPLES, LABELS), max_size=12), LABELS)
def test_points_and_their_tier_s_name_come_back_as_written(tmp_path_factory, points, name):
    path = tmp_path_factory.mktemp("grid") / "a.TextGrid"
    marks = [Mark(label, sample / 16_000, sample / 16_000) for sample, label in points]
    tiers = layered(name, marks, points=True)
    write_tiers(path, tiers, 5.0)
    grid = read_textgrid(path, audio_seconds=5.0)
    read = [(m.label, m.start) for tier in grid.tiers for m in tier.marks]
    assert sorted(read) == sorted((mark.label, mark.start) for mark in marks)
    assert [tier.name for tier in grid.tiers] == [tier.name for tier in tiers]


@given(st.lists(st.tuples(SAMPLES, st.integers(1, 16_000), LABELS), max_size=10))
def test_intervals_that_overlap_are_laid_in_several_tiers_and_come_back(tmp_path_factory, spans):
    path = tmp_path_factory.mktemp("grid") / "a.TextGrid"
    marks = [Mark(label, s / 16_000, (s + n) / 16_000) for s, n, label in spans]
    write_tiers(path, layered("words", marks, points=False), 6.0)
    grid = read_textgrid(path)
    read = [(m.label, m.start, m.end) for tier in grid.tiers for m in tier.labelled]
    assert sorted(read) == sorted((m.label, m.start, m.end) for m in marks)


def test_the_last_mark_moves_the_end_and_gaps_are_filled(tmp_path: Path):
    tier = Tier("words", False, 0.0, 0.0, (Mark("hey", 0.5, 1.0),))
    grid = read_textgrid(write_tiers(tmp_path / "x/y.TextGrid", [tier], 0.75))
    assert [(m.start, m.end) for m in grid.tier("words").marks] == [(0.0, 0.5), (0.5, 1.0)]
    assert grid.end == 1.0


def test_praatio_reads_points_and_intervals_as_written(tmp_path: Path):
    points = Tier("keyword_end", True, 0.0, 0.0, (Mark('say "hey"', 0.0625, 0.0625),))
    words = Tier("words", False, 0.0, 0.0, (Mark("hey", 0.5, 1.0),))
    path = write_tiers(tmp_path / "a.TextGrid", [words, points], 2.0)
    grid = praat.openTextgrid(str(path), includeEmptyIntervals=False)
    assert [tuple(entry) for entry in grid.getTier("words").entries] == [(0.5, 1.0, "hey")]
    assert [entry.time for entry in grid.getTier("keyword_end").entries] == [0.0625]
