"""The list: filters, search, orders, counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sal_anchors_cli.inspector import list_screen
from sal_anchors_cli.inspector.lines import line
from sal_anchors_cli.inspector.row_list import RowList

from sal_anchors.manifest import Manifest
from sal_anchors.review import Session


def ids(on: Any) -> list[str]:
    chosen = on.list.rows.chosen
    return [on.app.source.raw(int(n)).id for n in chosen.rows]


def keys(text: str) -> list[str]:
    names = {" ": "space", ":": "colon", "<": "less_than_sign", "-": "minus", ".": "full_stop"}
    return [names.get(char, char) for char in text]


async def filtered(on: Any, text: str) -> None:
    before = on.list.rows.chosen
    await on.press("slash")
    on.app.screen.query_one("#query").value = ""
    await on.press(*keys(text), "enter")
    await on.until(lambda: on.list.rows.chosen is not before)


def test_the_list_shows_all_with_counts_at_once(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        assert "12 of 12 utterances   12 unreviewed" in on.text
        assert "agent-pass" in on.text and "vm-press" in on.text

    drive(speech, scenario)


def test_filters_and_words_narrow_the_list_and_the_counts(drive: Any, speech: Manifest) -> None:
    wanted = [r.id for r in speech.rows() if "try" in (r.transcript or "")]

    async def scenario(on: Any) -> None:
        await filtered(on, "label:please try")
        assert ids(on) == wanted
        assert f"{len(wanted)} of 12 utterances" in on.text
        await filtered(on, "split:dev")
        assert ids(on) == [r.id for r in speech.rows("dev")]

    drive(speech, scenario)


def test_a_filter_that_is_none_is_told_and_the_list_stays(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.press("slash", *keys("colour:red"), "enter")
        await on.shows("colour:red is no condition")
        assert len(ids(on)) == 12

    drive(speech, scenario, size=(120, 40))


def test_picking_a_filter_from_the_counts(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.press("f")
        await on.shows("split:train")
        assert "low_score" in on.text
        await on.press("down", "enter")
        await on.until(lambda: len(ids(on)) < 12)
        assert ids(on) == [r.id for r in speech.rows("train")]

    drive(speech, scenario)


def test_sorting_and_the_worst_first(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.press("s")
        await on.shows("longest first")
        await on.press(*["down"] * 5, "enter")
        await on.shows("by sec")
        longest = sorted(speech.rows(), key=lambda r: -r.duration)
        assert ids(on) == [r.id for r in longest]
        await on.press("w")
        await on.shows("by worst")
        assert ids(on)[0] == "agent-pass"
        await on.press("w")
        await on.until(lambda: ids(on) == [r.id for r in speech.rows()])

    drive(speech, scenario)


def test_listing_events_and_opening_one(drive: Any, speech: Manifest) -> None:
    total = sum(len(r.events) for r in speech.rows())

    async def scenario(on: Any) -> None:
        await on.press("e")
        await on.shows(f"{total} events of 12")
        await filtered(on, "label:please")
        await on.shows("KE please")
        assert len(ids(on)) == 6
        await on.press("down", "enter")
        await on.until(lambda: on.app.screen is not on.list)
        assert on.utterance.selected.event.label == "please"

    drive(speech, scenario)


def test_worst_and_filter_from_the_start(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.shows("6 of 12 utterances")
        assert "by worst" in on.text

    drive(speech, scenario, worst=True, query="label:please")


def test_counts_and_signs_follow_decisions(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open("sorry")
        await on.press("b", "escape")
        await on.shows("11 unreviewed   1 bad")
        assert any(told.lstrip().startswith("✘ sorry") for told in on.text.splitlines())
        await filtered(on, "state:bad")
        assert ids(on) == ["sorry"]

    drive(speech, scenario)


def test_what_was_reviewed_before_is_known_from_the_start(drive: Any, speech: Manifest) -> None:
    session = Session(speech, "bob")
    session.accept_all(speech.row("sorry"))

    async def scenario(on: Any) -> None:
        assert "11 unreviewed   1 reviewed" in on.text

    drive(speech, scenario)


def test_what_others_decide_meanwhile_is_counted_and_shown(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        bob = Session(speech, "bob")
        bob.accept_all(speech.row("sorry"))
        on.app._look()
        await on.shows("11 unreviewed   1 reviewed")
        assert any(told.lstrip().startswith("✔ sorry") for told in on.text.splitlines())
        await filtered(on, "state:reviewed")
        assert ids(on) == ["sorry"]
        await on.open("sorry")
        bob.mark_bad(speech.row("sorry"), True)
        on.app._look()
        assert on.utterance.item.review.state == "bad"

    drive(speech, scenario)


def test_what_is_decided_while_filters_are_read_is_counted(
    drive: Any, speech: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_screen, "_FIRST_SECONDS", 0.5)

    async def scenario(on: Any) -> None:
        assert not on.list.settled
        await on.press("enter", "A", "escape")
        await on.until(lambda: on.list.settled)
        await on.shows("11 unreviewed   1 reviewed")

    drive(speech, scenario, settled=False)


def test_all_counts_are_visible_in_80_columns(
    drive: Any, write_rows: Any, make_row: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "many.anchors"
    write_rows(folder, [make_row(f"u{n:04d}") for n in range(1000)])
    manifest = Manifest.open(folder)
    session = Session(manifest, "ann")
    session.accept_all(manifest.at(0))
    session.note(manifest.at(1), "?")
    session.mark_bad(manifest.at(2), True)

    async def scenario(on: Any) -> None:
        await on.press("w")
        await on.shows("1,000 of 1,000 utterances  · 997  ◐ 1  ✔ 1  ✘ 1  by worst")

    drive(manifest, scenario)


def test_many_values_are_cut_to_the_most_frequent_of_each_field(
    drive: Any, write_rows: Any, make_row: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "many.anchors"
    speakers = [f"s{n}" for n in range(400)] + ["often"] * 2
    write_rows(folder, [make_row(f"u{n}", speaker=s) for n, s in enumerate(speakers)])

    async def scenario(on: Any) -> None:
        await on.press("f")
        await on.shows("Show only")
        told = [t for _, t in on.app.screen._choices if t.startswith("speaker:")]
        assert len(told) == 200
        assert told[0].split() == ["speaker:often", "2"]
        assert any(t.startswith("kind:keyword_end") for _, t in on.app.screen._choices)
        await on.press("backspace")
        await on.until(lambda: on.app.screen is on.list)

    drive(Manifest.open(folder), scenario)


def test_conflicts_are_listed_and_lead_to_their_utterance(drive: Any, speech: Manifest) -> None:
    row = speech.row("please-try-again")
    ann, bob = Session(speech, "ann"), Session(speech, "bob")
    item = ann.review(row).review.events[0]
    ann.move(row.id, item, 0.2)
    bob.move(row.id, item, 0.3)

    async def scenario(on: Any) -> None:
        await on.press("c")
        await on.shows("1 conflicts")
        await on.press("enter")
        await on.until(lambda: ids(on) == ["please-try-again"])

    drive(speech, scenario)


def test_without_conflicts_it_says_so(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.press("c")
        await on.shows("No conflicts")

    drive(speech, scenario)


def test_the_mouse_selects_and_opens(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.pilot.click(RowList, offset=(10, 3))
        assert on.list.rows.cursor == 3
        await on.pilot.click(RowList, offset=(10, 4), times=2)
        await on.until(lambda: on.app.screen is not on.list)
        assert on.utterance.number == 4

    drive(speech, scenario)


def test_help_dark_light_and_quit(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.press("question_mark")
        await on.shows("accept the anchor")
        await on.press("escape")
        dark = on.app.palette
        await on.press("d")
        assert on.app.palette is not dark
        await on.press("q")
        await on.until(lambda: not on.app.is_running)

    drive(speech, scenario)


def test_lines_have_the_width_of_the_list_whatever_they_tell(speech: Manifest) -> None:
    from dataclasses import replace

    from rich.cells import cell_len

    session = Session(speech, "ann")
    row = replace(speech.row("sorry"), transcript="対不起\tsorry\x1b[31m" * 20)
    for width in (80, 81, 200):
        for place in (None, 0):
            told = line(session.review(row), width, place=place)
            assert cell_len(told) == width
            assert told.isprintable()


def test_the_cursor_goes_over_pages_and_to_both_ends(
    drive: Any, write_rows: Any, make_row: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "many.anchors"
    write_rows(folder, [make_row(f"u{n:04d}") for n in range(500)])

    async def scenario(on: Any) -> None:
        await on.press("end")
        await on.shows("u0499")
        await on.press("home", "pagedown", "pagedown", "up")
        assert on.list.rows.cursor == 2 * (on.list.rows.size.height - 1) - 1
        await on.shows(f"u{on.list.rows.cursor:04d}")

    drive(Manifest.open(folder), scenario)


def test_findings_of_a_check_are_picked_and_told(
    drive: Any, speech: Manifest, tmp_path: Path
) -> None:
    id_ = speech.at(2).id
    finding = {"code": "audio_changed", "message": "it was changed", "id": id_, "time": 0.25}
    head = {"format": "sal-anchors check", "schema_version": 1, "rows": len(speech)}
    file = tmp_path / "found.json"
    file.write_text(json.dumps(head | {"findings": [finding]}), encoding="utf-8")

    async def scenario(on: Any) -> None:
        await on.shows("1 of 12 utterances")
        await on.press("f")
        await on.shows("code:audio_changed")
        await on.press("escape")
        await on.open(id_)
        assert "audio_changed at 0.250 s: it was changed" in on.text

    drive(speech, scenario, findings=file, query="code:audio_changed", size=(120, 60))
