"""CSV and TSV of times made by people."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.convert import ConvertError, ConvertOptions, convert
from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Manifest, Row

KEYWORD = EventKind.KEYWORD_END


@pytest.fixture
def corpus(tmp_path: Path, prompts: Path) -> Path:
    folder = tmp_path / "corpus"
    for place in ("a", "b"):
        (folder / place).mkdir(parents=True)
        shutil.copy(prompts / "vm-press.flac", folder / place / "press.flac")
    shutil.copy(prompts / "vm-pls-try-again.flac", folder / "again.flac")
    return folder


def _rows(corpus: Path, text: str, name: str = "times.csv", **options: object) -> dict[str, Row]:
    path = corpus.parent / name
    path.write_text(text, encoding="utf-8")
    out = corpus.parent / "out.anchors"
    given = ConvertOptions(audio=corpus, force=True, **options)  # type: ignore[arg-type]
    convert(path, out, options=given)
    return {row.id: row for row in Manifest.open(out).rows()}


def test_files_are_found_by_id_by_path_and_by_a_name_that_only_one_has(corpus: Path) -> None:
    text = "file,time,label\na/press.flac,0.5,Press\nb/press,0.25,press\nagain.wav,1.0,press\n"
    rows = _rows(corpus, text, kind=KEYWORD)
    assert {i: [e.time for e in r.events] for i, r in rows.items()} == {
        "a/press": [0.5],
        "b/press": [0.25],
        "again": [1.0],
    }
    assert all(np.flatnonzero(row.labels)[0] == row.anchors[0].frame for row in rows.values())


def test_a_name_that_two_files_have_is_told(corpus: Path) -> None:
    rows = _rows(corpus, "id,time,label\npress,0.5,press\n", kind=KEYWORD)
    assert (rows["press"].status, rows["press"].reason) == (Status.SKIPPED, Reason.MISSING_AUDIO)
    assert "a/press, b/press" in rows["press"].message
    assert rows["a/press"].reason is Reason.NO_IMPORT


def test_a_tsv_may_give_spans_and_kinds(corpus: Path) -> None:
    text = (
        "ID\tStart\tEnd\tLabel\tKind\n"
        "again\t0.125\t0.5\tplease\tkeyword_end\n"
        "again\t0.125\t1.25\t\tspeech onset\n"
        "a/press\t\t\t\t\n"
    )
    rows = _rows(corpus, text, "times.tsv", unmarked=True)
    assert [(e.kind.value, e.label, e.time, e.start, e.end) for e in rows["again"].events] == [
        ("speech_onset", "speech", 0.125, 0.125, 1.25),
        ("keyword_end", "please", 0.5, 0.125, 0.5),
    ]
    assert (rows["a/press"].status, rows["a/press"].events) == (Status.OK, ())


def test_a_recipe_says_which_labels_are_classes(corpus: Path) -> None:
    text = "id,time,label\nagain,0.5,please\nagain,1.0,again\n"
    recipe = keyword_recipe(("again",))
    rows = _rows(corpus, text, kind=KEYWORD, recipe=recipe)
    assert [a.class_index for a in rows["again"].anchors] == [0, 1]


def test_a_layout_gives_transcripts_speakers_and_splits(corpus: Path) -> None:
    for path in corpus.rglob("*.flac"):
        path.with_suffix(".txt").write_text("Press, please.\n")
    text = "id,time,label\nagain,0.5,please\n"
    rows = _rows(corpus, text, kind=KEYWORD, layout="sidecar", unmarked=True)
    assert {row.transcript for row in rows.values()} == {"Press, please."}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("again,1x,,please,keyword_end", "time is '1x'"),
        ("again,-1,,please,keyword_end", "time is '-1'"),
        ("again,0.5,0.9,please,keyword_end", "both time and start"),
        ("again,0.5,,please,wake", "the kind 'wake' is none of keyword_start"),
        ("again,0.5,,please,", "does not tell its kind"),
        ("again,0.5,,,keyword_end", "a keyword_end without a label"),
        ("again,99,,please,keyword_end", "ends after the recording's 1.6"),
    ],
)
def test_what_is_wrong_fails_its_recording_and_names_the_row(
    corpus: Path, row: str, told: str
) -> None:
    text = f"file,time,start,label,kind\na/press,0.5,,press,keyword_end\n{row}\n"
    rows = _rows(corpus, text)
    assert rows["again"].reason is Reason.BAD_IMPORT
    assert told in rows["again"].message
    assert "times.csv, row 3" in rows["again"].message
    assert rows["a/press"].status is Status.OK


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file,label\na,b\n", "needed are id"),
        ("time,label\n1,b\n", "needed are id"),
        ("file,time\n,1.0\n", "no recording is named"),
        ("file,time\na,1.0,2\n", "3 columns"),
        ("", "its columns are none"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(corpus: Path, text: str, told: str) -> None:
    with pytest.raises(ConvertError, match=told) as caught:
        _rows(corpus, text, kind=KEYWORD)
    assert "times.csv" in str(caught.value)


def test_names_that_leave_the_folder_name_no_file(corpus: Path) -> None:
    text = "file,time,label\nagain,0.5,press\n../../etc/passwd,0.5,press\n/etc/passwd,0.5,press\n"
    rows = _rows(corpus, text, kind=KEYWORD, unmarked=True)
    assert len(rows) == 5
    assert all(".." not in row.audio and not row.audio.startswith("/") for row in rows.values())
    assert sum(row.reason is Reason.MISSING_AUDIO for row in rows.values()) == 2
