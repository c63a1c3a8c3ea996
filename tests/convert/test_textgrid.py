"""TextGrids: what people draw in Praat becomes events, and rows become what Praat shows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from praatio import textgrid as praat

from sal_anchors.accounting import Reason, Status
from sal_anchors.convert import Account, ConvertError, ConvertOptions, convert
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row
from sal_anchors.textgrid import Mark, Tier, write_tiers

KEYWORD = EventKind.KEYWORD_END


@pytest.fixture
def corpus(tmp_path: Path, prompts: Path) -> Path:
    """Two recordings of 1.6 s and 0.7 s, ``again`` and ``press``."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    shutil.copy(prompts / "vm-pls-try-again.flac", folder / "again.flac")
    shutil.copy(prompts / "vm-press.flac", folder / "press.flac")
    return folder


def draw(folder: Path, name: str, *tiers: Tier, duration: float = 0.7) -> Path:
    return write_tiers(folder / f"{name}.TextGrid", tiers, duration)


def points(name: str, *marks: tuple[str, float]) -> Tier:
    return Tier(name, True, 0.0, 0.0, tuple(Mark(label, t, t) for label, t in marks))


def intervals(name: str, *marks: tuple[str, float, float]) -> Tier:
    return Tier(name, False, 0.0, 0.0, tuple(Mark(*mark) for mark in marks))


def rows_of(folder: Path) -> dict[str, Row]:
    return {row.id: row for row in Manifest.open(folder).rows()}


def _times(events: tuple[Event, ...]) -> list[tuple[str, str, float, float, float]]:
    return [(e.kind.value, e.label, e.time, e.start, e.end) for e in events]


def test_words_phones_and_events_come_back_with_the_same_targets(
    rich_manifest: Manifest, round_trip: Callable[..., tuple[Account, Manifest]]
) -> None:
    account, back = round_trip("grids", "textgrid", audio=rich_manifest.path)
    read = {row.id: row for row in back.rows() if row.usable}
    usable = [row for row in rich_manifest.rows() if row.usable and row.id in read]
    assert len(usable) == 6
    assert account.left_out == {
        "failed, so without marks": 1,
        "skipped, so without marks": 1,
    }
    assert account.lost["transcript"] == ""
    assert "confidences" in account.lost["words"]
    for row in usable:
        assert _times(read[row.id].events) == _times(row.events)
        for one, other in ((row.words, read[row.id].words), (row.phones, read[row.id].phones)):
            assert [(i.label, i.start, i.end) for i in one] == [
                (i.label, i.start, i.end) for i in other
            ]
        assert read[row.id].labels.tolist() == row.labels.tolist()
        assert read[row.id].weights.tolist() == row.weights.tolist()


def test_praatio_reads_what_is_written(rich_manifest: Manifest, tmp_path: Path) -> None:
    convert(rich_manifest.path, tmp_path / "grids", to="textgrid")
    for row in rich_manifest.rows():
        if not row.usable:
            continue
        grid = praat.openTextgrid(
            str(tmp_path / "grids" / f"{row.id}.TextGrid"), includeEmptyIntervals=False
        )
        words = [(e.label, e.start, e.end) for e in grid.getTier("words").entries]
        assert words == [(w.label, pytest.approx(w.start), pytest.approx(w.end)) for w in row.words]
        onsets = [e.time for e in grid.getTier("speech_onset").entries]
        assert onsets == pytest.approx([e.time for e in row.events if e.kind == "speech_onset"])


def test_points_and_intervals_of_tiers_named_by_kind_become_events(
    corpus: Path, tmp_path: Path
) -> None:
    draw(corpus, "press", points("keyword_end", ("Press!", 0.5), ("press", 0.6)))
    draw(
        corpus,
        "again",
        intervals("Speech Onset", ("x", 0.125, 1.25)),
        points("keyword_end", ("please", 0.5)),
        duration=1.6,
    )
    account = convert(corpus, tmp_path / "out.anchors", options=ConvertOptions(audio=corpus))
    rows = rows_of(tmp_path / "out.anchors")
    assert _times(rows["press"].events) == [
        ("keyword_end", "press", 0.5, 0.5, 0.5),
        ("keyword_end", "press", 0.6, 0.6, 0.6),
    ]
    assert _times(rows["again"].events) == [
        ("speech_onset", "x", 0.125, 0.125, 1.25),
        ("keyword_end", "please", 0.5, 0.5, 0.5),
    ]
    assert Manifest.open(tmp_path / "out.anchors").classes == (
        "background", "please", "press", "speech",
    )  # fmt: skip
    frame = rows["press"].anchors[0].frame
    assert rows["press"].labels[frame] == 2
    assert rows["press"].weights[frame] == 5.0
    assert rows["press"].events[0].source == "import:textgrid"
    assert account.statuses == {"ok": 2}


def test_a_point_that_was_moved_in_praat_takes_its_span_along(
    rich_manifest: Manifest, tmp_path: Path
) -> None:
    convert(rich_manifest.path, tmp_path / "grids", to="textgrid")
    row = next(r for r in rich_manifest.rows() if any(e.kind is KEYWORD for e in r.events))
    before = next(e for e in row.events if e.kind is KEYWORD)
    path = tmp_path / "grids" / f"{row.id}.TextGrid"
    grid = praat.openTextgrid(str(path), includeEmptyIntervals=True)
    tier = grid.getTier("keyword_end")
    moved = before.time + 0.03125
    entries = [(moved if t == tier.entries[0].time else t, label) for t, label in tier.entries]
    grid.replaceTier("keyword_end", tier.new(entries=entries))
    grid.save(str(path), format="short_textgrid", includeBlankSpaces=True)
    convert(tmp_path / "grids", tmp_path / "back.anchors")
    after = next(e for e in rows_of(tmp_path / "back.anchors")[row.id].events if e.kind is KEYWORD)
    assert (after.time, after.end, after.start) == (moved, moved, before.start)


def test_tiers_of_any_name_are_read_as_the_user_says(corpus: Path, tmp_path: Path) -> None:
    draw(corpus, "press", points("Wake", ("press", 0.5)), points("notes", ("loud", 0.1)))
    draw(corpus, "again", points("Wake", ("press", 1.0)), duration=1.6)
    options = ConvertOptions(audio=corpus, tiers={"wake": KEYWORD})
    account = convert(corpus, tmp_path / "out.anchors", options=options)
    assert len(rows_of(tmp_path / "out.anchors")["press"].events) == 1
    assert [note for note in account.notes if "'notes'" in note and "--tier" in note]
    convert(corpus, tmp_path / "all.anchors", options=ConvertOptions(audio=corpus, kind=KEYWORD))
    assert len(rows_of(tmp_path / "all.anchors")["press"].events) == 2


def test_a_file_without_a_tier_to_read_says_which_it_has(corpus: Path, tmp_path: Path) -> None:
    draw(corpus, "press", points("wake", ("press", 0.5)))
    draw(corpus, "again", points("keyword_end", ("press", 0.5)), duration=1.6)
    account = convert(corpus, tmp_path / "out.anchors", options=ConvertOptions(audio=corpus))
    row = rows_of(tmp_path / "out.anchors")["press"]
    assert (row.status, row.reason) == (Status.FAILED, Reason.BAD_IMPORT)
    assert "press.TextGrid" in row.message
    assert "('wake')" in row.message
    assert "--tier NAME=KIND" in row.message
    assert account.statuses == {"ok": 1, "failed": 1}


def test_each_recording_and_each_file_has_a_row(corpus: Path, tmp_path: Path) -> None:
    grids = tmp_path / "grids"
    draw(grids, "press", points("keyword_end"))
    draw(grids, "elsewhere", points("keyword_end", ("press", 0.5)))
    out = tmp_path / "out.anchors"
    convert(grids, out, options=ConvertOptions(audio=corpus))
    rows = rows_of(out)
    assert (rows["press"].status, rows["press"].events) == (Status.OK, ())
    assert rows["again"].reason is Reason.NO_IMPORT
    assert "--unmarked" in rows["again"].message
    assert rows["elsewhere"].reason is Reason.MISSING_AUDIO
    assert "elsewhere.TextGrid" in rows["elsewhere"].message
    convert(grids, out, options=ConvertOptions(audio=corpus, unmarked=True, force=True))
    assert rows_of(out)["again"].status is Status.OK


@pytest.mark.parametrize(
    ("tier", "told"),
    [
        (points("keyword_end", ("press", 0.9)), "ends after the recording's 0.723"),
        (intervals("words", ("press", 0.5, 0.9)), "ends after the recording's 0.723"),
    ],
)
def test_times_outside_the_recording_fail_the_row(
    corpus: Path, tmp_path: Path, tier: Tier, told: str
) -> None:
    draw(corpus, "press", points("speech_onset", ("", 0.1)), tier, duration=0.9)
    draw(corpus, "again", points("keyword_end", ("press", 0.5)), duration=1.6)
    convert(corpus, tmp_path / "out.anchors", options=ConvertOptions(audio=corpus))
    row = rows_of(tmp_path / "out.anchors")["press"]
    assert row.reason is Reason.BAD_IMPORT
    assert told in row.message


def test_a_damaged_file_fails_its_row_and_no_other(corpus: Path, tmp_path: Path) -> None:
    path = draw(corpus, "press", points("keyword_end", ("press", 0.5)))
    path.write_text(path.read_text()[:-30])
    draw(corpus, "again", points("keyword_end", ("press", 0.5)), duration=1.6)
    convert(corpus, tmp_path / "out.anchors", options=ConvertOptions(audio=corpus))
    rows = rows_of(tmp_path / "out.anchors")
    assert rows["press"].reason is Reason.BAD_IMPORT
    assert rows["press"].message.startswith(str(path))
    assert rows["again"].status is Status.OK


def test_annotations_alone_ask_for_the_audio_and_for_kinds(corpus: Path, tmp_path: Path) -> None:
    draw(tmp_path / "grids", "press", points("wake", ("press", 0.5)))
    with pytest.raises(ConvertError, match="--audio FOLDER"):
        convert(tmp_path / "grids", tmp_path / "out.anchors")
    with pytest.raises(ConvertError, match="--kind or --tier"):
        options = ConvertOptions(audio=corpus)
        convert(tmp_path / "grids", tmp_path / "out.anchors", options=options)


def test_the_alignments_folder_of_a_manifest_is_read_as_events(
    speech_manifest: Manifest, tmp_path: Path
) -> None:
    options = ConvertOptions(audio=speech_manifest.audio_root, recipe=speech_manifest.recipe)
    out = tmp_path / "out.anchors"
    convert(speech_manifest.path / "alignments", out, options=options)
    read = rows_of(out)
    for row in speech_manifest.rows():
        assert [(e.kind, e.label) for e in read[row.id].events] == [
            (e.kind, e.label) for e in row.events
        ]


def test_events_that_overlap_or_coincide_are_all_kept(
    tmp_path: Path, corpus: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    (event,) = make_row().events
    events = tuple(
        replace(event, label=label, start=start)
        for label, start in (("a please", 0.125), ("please", 0.25), ("say please", 0.0625))
    )
    shutil.copy(corpus / "again.flac", tmp_path / "one.flac")
    write_rows(tmp_path / "in.anchors", [make_row(audio="one.flac", events=events)])
    convert(tmp_path / "in.anchors", tmp_path / "grids", to="textgrid")
    convert(
        tmp_path / "grids", tmp_path / "out.anchors", options=ConvertOptions(audio=corpus.parent)
    )
    assert {e.label: e.start for e in rows_of(tmp_path / "out.anchors")["one"].events} == {
        e.label: e.start for e in events
    }
