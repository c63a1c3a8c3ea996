"""Audacity labels, as they are written here and as Audacity exports them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.convert import Account, ConvertOptions, convert
from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Manifest, Row


def _rows(folder: Path) -> dict[str, Row]:
    return {row.id: row for row in Manifest.open(folder).rows()}


def test_words_phones_and_events_come_back_with_the_same_targets(
    rich_manifest: Manifest, round_trip: Callable[..., tuple[Account, Manifest]]
) -> None:
    _, back = round_trip("labels", "audacity", audio=rich_manifest.path)
    read = {row.id: row for row in back.rows() if row.usable}
    usable = [row for row in rich_manifest.rows() if row.usable and row.id in read]
    assert len(usable) == 6
    for row in usable:
        other = read[row.id]
        assert [(e.kind, e.label, e.time, e.start, e.end) for e in other.events] == [
            (e.kind, e.label, e.time, e.start, e.end) for e in row.events
        ]
        assert [(w.label, w.start, w.end) for w in other.words] == [
            (w.label, w.start, w.end) for w in row.words
        ]
        assert other.labels.tolist() == row.labels.tolist()


@pytest.fixture
def corpus(tmp_path: Path, prompts: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    shutil.copy(prompts / "vm-press.flac", folder / "press.flac")
    return folder


def _convert(corpus: Path, text: str, **options: object) -> Row:
    (corpus / "press.txt").write_text(text, encoding="utf-8")
    out = corpus.parent / "out.anchors"
    given = ConvertOptions(audio=corpus, force=True, **options)  # type: ignore[arg-type]
    convert(corpus, out, from_="audacity", options=given)
    return _rows(out)["press"]


def test_exported_labels_are_read_with_points_spans_and_frequency_ranges(corpus: Path) -> None:
    text = "0.100000\t0.500000\tpress\n\\\t100.0\t4000.0\n0.600000\t0.600000\tpress\n"
    row = _convert(corpus, text, kind=EventKind.KEYWORD_END)
    assert [(e.label, e.time, e.start) for e in row.events] == [
        ("press", 0.5, 0.1),
        ("press", 0.6, 0.6),
    ]


def test_a_label_may_tell_its_kind(corpus: Path) -> None:
    row = _convert(corpus, "0.1\t0.5\tspeech onset: \n0.5\t0.5\tkeyword_end: press\n")
    assert [(e.kind.value, e.label, e.time) for e in row.events] == [
        ("speech_onset", "speech", 0.1),
        ("keyword_end", "press", 0.5),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0.1\t0.5\tpress\n", "row 1: the label 'press' does not tell its kind"),
        ("0.5\t0.5\tkeyword_end: press\n0,1\t0,5\tx\n", "row 2: not START, END and LABEL"),
        ("0.5\t0.5\tkeyword_end: press\n0.1\t0.5\tkeyword_end:\n", "row 2: an empty label"),
        ("0.5\t0.1\tkeyword_end: press\n", "the end not before the start"),
    ],
)
def test_what_is_wrong_is_told_with_its_row(corpus: Path, text: str, told: str) -> None:
    shutil.copy(corpus / "press.flac", corpus / "other.flac")
    (corpus / "other.txt").write_text("0.5\t0.5\tkeyword_end: press\n")
    row = _convert(corpus, text)
    assert (row.status, row.reason) == (Status.FAILED, Reason.BAD_IMPORT)
    assert told in row.message
    assert str(corpus / "press.txt") in row.message
