"""Every action on an utterance: the journal, the screen, and the replay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import soundfile
from sal_anchors_cli.inspector.key_line import KeyLine
from sal_anchors_cli.inspector.picture_view import PictureView
from sal_anchors_cli.inspector.player import NoDeviceError
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp

from sal_anchors.align.alignment import Interval
from sal_anchors.manifest import Manifest
from sal_anchors.review import Session, State, reviewed
from sal_anchors.review.snap import nearest_edge

ID = "vm-pls-try-again"


def kept(manifest: Manifest) -> list[tuple[str, str, float]]:
    """The events of the utterance that training would get."""
    return [(e.kind.value, e.label, e.time) for e in reviewed(manifest).row(ID).events]


def please(manifest: Manifest) -> float:
    return next(e.time for e in manifest.row(ID).events if e.label == "please")


def test_an_utterance_is_shown_with_all_its_lanes(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        for told in (ID, "please try again", "wave", "mel", "KE please", "SO speech", "class"):
            assert told in on.text
        assert "keyword_end 'please' open" in on.text
        assert "class please  weight 5.000" in on.text
        assert "spc Play ? Help" in on.text, "the last key has room in 80 columns"

    drive(speech, scenario)


def test_accept(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("a")
        assert (on.last.action, on.last.event.label) == ("accept", "please")
        assert "'please' accepted" in on.text
        assert "✔" in on.text

    drive(speech, scenario)
    (event,) = (e for e in reviewed(speech).row(ID).events if e.label == "please")
    assert event.confidence == 1.0


def test_reject(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("x")
        assert on.last.action == "reject"
        assert "'please' rejected" in on.text

    drive(speech, scenario)
    assert [label for _, label, _ in kept(speech)] == ["speech"]
    assert not reviewed(speech).row(ID).labels.any()


@pytest.mark.parametrize(
    ("key", "seconds"),
    [
        ("full_stop", 0.01),
        ("comma", -0.01),
        ("greater_than_sign", 0.001),
        ("less_than_sign", -0.001),
    ],
)
def test_nudging(drive: Any, speech: Manifest, key: str, seconds: float) -> None:
    found = please(speech)

    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press(key)
        assert on.last.action == "move"
        assert on.last.old.time == found
        assert on.last.new.time == pytest.approx(found + seconds, abs=1e-9)
        assert f"{on.last.new.time:.4f} s" in on.text

    drive(speech, scenario)
    assert kept(speech)[1][2] == pytest.approx(found + seconds, abs=1e-9)


def test_moving_to_the_cursor(drive: Any, speech: Manifest) -> None:
    found = please(speech)

    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("right", "right", "right", "m")
        assert on.last.new.time == pytest.approx(found + 3 * on.utterance.axis.step, abs=1e-4)
        assert on.utterance.cursor == on.last.new.time

    drive(speech, scenario)


def test_snapping_to_the_nearest_edge_of_energy(drive: Any, speech: Manifest) -> None:
    samples = speech.recording(speech.row(ID)).samples
    edge = nearest_edge(samples, 16_000, please(speech))
    assert edge is not None

    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("e")
        assert on.last.action == "move"
        assert on.last.new.time == pytest.approx(edge, abs=1e-4)

    drive(speech, scenario)


def test_adding_an_anchor_at_the_cursor(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("end", "i")
        await on.shows("Add at the cursor")
        await on.press("down", "enter")
        await on.until(lambda: on.journal)
        assert (on.last.action, on.last.new.label) == ("add", "please")
        assert on.selected.event.time == on.last.new.time == on.utterance.cursor
        assert "3/3 keyword_end 'please' accepted" in on.text

    drive(speech, scenario)
    assert len(kept(speech)) == 3


def test_changing_the_label_to_one_that_is_typed(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("l")
        await on.shows("another…")
        await on.press("end", "enter")
        await on.shows("Kind and label")
        await on.press(*"keyword", "underscore", *"start", "space", *"again", "enter")
        await on.until(lambda: on.journal)
        assert (on.last.action, on.last.new.kind, on.last.new.label) == (
            *("relabel", "keyword_start", "again"),
        )
        assert "keyword_start 'again' accepted" in on.text

    drive(speech, scenario)
    assert ("keyword_start", "again", please(speech)) in kept(speech)


def test_a_label_that_is_none_is_told_and_nothing_is_kept(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("l", "end", "enter", *"bang", "enter")
        await on.shows("'bang': a kind and a label")
        assert on.journal == ()

    drive(speech, scenario, size=(120, 40))


def test_accepting_all_goes_on_to_the_next(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        number = on.utterance.number
        await on.press("A")
        assert on.last.utterance == ID
        assert len(on.last.new.events) == 2
        assert on.utterance.number == number + 1
        await on.press("escape")
        await on.shows("1 reviewed")
        assert on.list.rows.cursor == number + 1

    drive(speech, scenario)
    assert {e.confidence for e in reviewed(speech).row(ID).events} == {1.0}


def test_marking_an_utterance_bad_and_good_again(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("b")
        assert on.utterance.item.review.state is State.BAD
        assert "bad" in on.text.splitlines()[0]
        await on.press("b")
        assert [d.new.bad for d in on.journal] == [True, False]
        assert on.utterance.item.review.state is not State.BAD

    drive(speech, scenario)
    assert len(kept(speech)) == 2


def test_notes_on_the_anchor_and_on_the_utterance(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("t", *"late", "enter")
        await on.press("T", *"cough", "enter")
        await on.shows("note: cough")
        assert on.selected.note == "late"
        assert [(d.action, d.event is None) for d in on.journal] == [
            *(("note", False), ("note", True)),
        ]

    drive(speech, scenario, size=(120, 30))


def test_undo_and_redo_without_limit_and_from_elsewhere(drive: Any, speech: Manifest) -> None:
    found = please(speech)

    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press(*["full_stop"] * 5, "x")
        await on.press("n")
        await on.press("u")
        await on.shows(f"undone: reject of {ID}")
        await on.press("p", *["u"] * 5)
        assert on.selected.event.time == found
        await on.press("u")
        await on.shows("There is nothing to undo")
        await on.press(*["ctrl+r"] * 6)
        assert on.selected.accepted is False
        await on.press("U")
        await on.shows("There is nothing to redo")
        assert len(on.journal) == 6 + 6 + 6

    drive(speech, scenario, size=(120, 40))


def test_undoing_from_elsewhere_is_counted_and_shown_in_the_list(
    drive: Any, speech: Manifest
) -> None:
    async def scenario(on: Any) -> None:
        await on.open("sorry")
        await on.press("b", "escape")
        await on.shows("11 unreviewed   1 bad")
        await on.open("agent-pass")
        await on.press("u", "escape")
        await on.shows("12 unreviewed")
        assert not any(told.lstrip().startswith("✘") for told in on.text.splitlines())

    drive(speech, scenario)


def test_a_message_stands_in_place_of_the_keys_until_the_next_one(
    drive: Any, speech: Manifest
) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("u")
        assert on.text.splitlines()[-1].strip() == "There is nothing to undo"
        await on.press("right")
        assert "a Accept" in on.text.splitlines()[-1]
        assert "nothing to undo" not in on.text

    drive(speech, scenario)


def test_the_last_line_is_pressed_by_the_mouse(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        keys = on.text.splitlines()[-1]
        await on.pilot.click(KeyLine, offset=(keys.index("Reject"), 0))
        await on.until(lambda: on.journal)
        assert on.last.action == "reject"
        await on.press("ctrl+r")
        await on.pilot.click(KeyLine, offset=(keys.index("Undo"), 0))
        assert "a Accept" in on.text.splitlines()[-1], "a click on a message puts it away"
        await on.pilot.click(KeyLine, offset=(keys.index("Undo"), 0))
        await on.shows("undone: reject")

    drive(speech, scenario)


def test_an_event_stays_the_one_that_was_listed_when_others_are_added(
    drive: Any, speech: Manifest
) -> None:
    async def scenario(on: Any) -> None:
        await on.press("e")
        await on.until(lambda: on.list.rows.chosen.places is not None)
        chosen = on.list.rows.chosen
        ids = [on.app.source.raw(int(n)).id for n in chosen.rows]
        on.list.rows.cursor = index = ids.index(ID) + 1
        await on.press("enter")
        assert on.selected.event.label == "please"
        await on.press("home", "i")
        await on.shows("Add at the cursor")
        await on.press("enter")
        await on.until(lambda: on.journal)
        assert on.selected.event.label == "speech"
        await on.press("n", "p")
        assert on.selected.event.label == "please"
        await on.press("escape")
        (told,) = (on.list.rows._told(n, 80) for n in [index])
        assert "KE please" in told

    drive(speech, scenario)


def test_texts_that_would_act_on_the_terminal_are_shown_as_signs(
    drive: Any, write_rows: Any, make_row: Any, tmp_path: Path
) -> None:
    evil = "a\x1b[31m\x1b]0;title\x07\nb\tc" + "対" * 60
    folder = tmp_path / "evil.anchors"
    row = make_row(f"id{evil}", transcript=evil, speaker=evil, words=(Interval(evil, 0.0, 0.5),))
    write_rows(folder, [row])
    Session(Manifest.open(folder), evil).note(row, evil)

    async def scenario(on: Any) -> None:
        assert on.unprintable == ""
        await on.press("f")
        await on.shows("speaker:a")
        assert on.unprintable == ""
        await on.press("escape", "enter")
        await on.shows("cannot be read")
        assert on.unprintable == ""
        told = [line for line in on.text.splitlines() if "sal-anchors inspect" not in line]
        assert "1/1  partial  ok" in told[0], "a long id leaves room for what matters"
        assert "note: a" in told[1]
        await on.press("l")
        await on.shows("It is")
        assert on.unprintable == ""

    drive(Manifest.open(folder), scenario)


def test_tab_jumps_from_anchor_to_anchor(drive: Any, speech: Manifest) -> None:
    times = [e.time for e in speech.row(ID).events]

    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("home")
        seen = []
        for key in ("tab", "tab", "shift+tab"):
            await on.press(key)
            seen.append(on.utterance.cursor)
        assert seen == [times[0], times[1], times[0]]

    drive(speech, scenario)


def test_zooming_and_scrolling(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        whole = on.utterance.axis
        await on.press("up", "plus", "up")
        near = on.utterance.axis
        assert near.seconds == pytest.approx(whole.seconds * 0.7**3)
        assert near.shows(on.utterance.cursor)
        await on.press("pagedown")
        assert on.utterance.axis.start == pytest.approx(near.start + near.seconds / 2)
        await on.press("down")
        assert on.utterance.axis.seconds > near.seconds
        await on.press("minus", "pageup")
        assert on.utterance.axis.start == pytest.approx(0.0, abs=0.05)
        await on.press("0")
        assert on.utterance.axis == whole

    drive(speech, scenario)


def wheel(view: PictureView, turned: type[MouseEvent], *, shift: bool = False) -> MouseEvent:
    place, still = {"x": 48, "y": 5}, {"delta_x": 0, "delta_y": 0, "button": 0}
    return turned(view, **place, **still, shift=shift, meta=False, ctrl=False)


def test_the_mouse_moves_selects_zooms_and_scrolls(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        view = on.utterance.query_one(PictureView)
        axis = on.utterance.axis
        await on.pilot.click(view, offset=(8 + 40, 5))
        assert on.utterance.cursor == pytest.approx(40.5 * axis.step, abs=1e-4)
        await on.pilot.mouse_down(view, offset=(8 + 10, 5))
        await on.pilot.hover(view, offset=(8 + 30, 5))
        await on.pilot.mouse_up(view, offset=(8 + 30, 5))
        await on.until(lambda: on.utterance.selection)
        assert on.utterance.selection == pytest.approx(
            (10.5 * axis.step, 30.5 * axis.step), abs=1e-4
        )
        await on.press("escape")
        assert on.utterance.selection is None
        view.post_message(wheel(view, MouseScrollUp))
        await on.until(lambda: on.utterance.axis.seconds < axis.seconds)
        assert on.utterance.axis.seconds == pytest.approx(0.7 * axis.seconds)
        view.post_message(wheel(view, MouseScrollDown, shift=True))
        await on.until(lambda: on.utterance.axis.start > 0)
        await on.press("0")
        first = on.utterance.item.review.events[0].event.time
        await on.pilot.click(view, offset=(8 + axis.column(first), 9))
        assert on.selected.event.time == first

    drive(speech, scenario)


class Loudspeaker:
    """Stands for a device: keeps what is played."""

    def __init__(self) -> None:
        self.played: list[float] = []

    def play(self, samples: Any, rate: int) -> None:
        self.played.append(len(samples) / rate)

    def stop(self) -> None:
        pass


def test_playing_what_is_visible_selected_the_keyword_and_around_it(
    drive: Any, speech: Manifest
) -> None:
    row = speech.row(ID)
    event = next(e for e in row.events if e.label == "please")

    async def scenario(on: Any) -> None:
        on.app.player = speaker = Loudspeaker()
        await on.open(ID)
        step = on.utterance.axis.step
        await on.press("space", "k", "left_square_bracket", "right_square_bracket")
        await on.press("shift+right", "shift+right", "space")
        assert speaker.played == pytest.approx(
            [
                row.duration,
                event.end - event.start,
                min(event.time, 1.5),
                min(row.duration - event.time, 1.5),
                2 * step,
            ],
            abs=2e-4,
        )

    drive(speech, scenario)


def test_without_a_device_it_says_so_once_and_writes_a_file(
    drive: Any, speech: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    class Silent(Loudspeaker):
        def play(self, samples: Any, rate: int) -> None:
            raise NoDeviceError("none here")

    async def scenario(on: Any) -> None:
        on.app.player = Silent()
        told: list[str] = []
        notify = on.app.notify
        on.app.notify = lambda message, **more: (told.append(message), notify(message, **more))
        await on.open(ID)
        await on.press("k", "space", "k", "w")
        assert len([t for t in told if "No sound device (none here)" in t]) == 1
        await on.until(lambda: list(tmp_path.glob("*.wav")))

    drive(speech, scenario)
    event = next(e for e in speech.row(ID).events if e.label == "please")
    (path,) = tmp_path.glob("*.wav")
    samples, rate = soundfile.read(path)
    assert (len(samples) / rate, rate) == (pytest.approx(event.end - event.start, abs=2e-4), 16_000)


def test_left_and_right_move_the_cursor_and_shift_selects(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        start, step = on.utterance.cursor, on.utterance.axis.step
        await on.press("left", "left", "right")
        assert on.utterance.cursor == pytest.approx(start - step, abs=2e-4)
        await on.press("shift+left", "shift+left", "shift+right")
        assert on.utterance.selection == pytest.approx((start - 2 * step, start - step), abs=3e-4)

    drive(speech, scenario)


def test_backspace_goes_back_to_the_list(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open(ID)
        await on.press("backspace")
        await on.until(lambda: on.app.screen is on.list)

    drive(speech, scenario)


def test_next_and_previous_stop_at_the_ends(drive: Any, speech: Manifest) -> None:
    async def scenario(on: Any) -> None:
        await on.open("agent-pass")
        await on.press("p")
        await on.shows("This is the first one")
        await on.press("n")
        await on.shows("2/12")

    drive(speech, scenario)
