"""Drawing: what stands where, that nothing writes over anything else, and contrast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet
from sal_anchors_cli.inspector.draw.axis import Axis
from sal_anchors_cli.inspector.draw.canvas import NONE, Canvas, fitted
from sal_anchors_cli.inspector.draw.curve import by_column, draw_curve, draw_labels
from sal_anchors_cli.inspector.draw.marks import AnchorMark, draw_marks
from sal_anchors_cli.inspector.draw.palette import DARK, LIGHT, LIGHT_16, Palette
from sal_anchors_cli.inspector.draw.picture import GUTTER, Scene, Sound, draw_picture
from sal_anchors_cli.inspector.draw.ruler import draw_ruler
from sal_anchors_cli.inspector.draw.spectrogram import bands, draw_spectrogram, range_of
from sal_anchors_cli.inspector.draw.tiers import draw_tier
from sal_anchors_cli.inspector.draw.waveform import draw_waveform

from sal_anchors.align.alignment import Interval
from sal_anchors.manifest import Row
from sal_anchors.timebase import FrameGrid

GRID = FrameGrid()
RATE = 16_000
GROUNDS = {"dark": 0x121212, "light": 0xE0E0E0}
"""Of Textual's own themes."""


def line(canvas: Canvas, number: int = 0) -> str:
    return "".join(canvas.chars[number])


@given(st.floats(0, 1e4), st.floats(0.02, 300), st.integers(1, 300), st.floats(0, 1))
def test_a_time_is_in_the_column_whose_edges_are_around_it(
    start: float, seconds: float, columns: int, share: float
) -> None:
    axis = Axis(start, seconds, columns)
    time = start + share * seconds * 0.999
    column = axis.column(time)
    assert axis.shows(time)
    slack = 1e-6 * (1 + start)
    assert axis.edges[column] - slack <= time <= axis.edges[column + 1] + slack


@given(st.floats(0, 10), st.floats(0.02, 10), st.floats(0.1, 10), st.floats(0.5, 20))
def test_zooming_keeps_its_point_and_the_axis_stays_inside(
    start: float, seconds: float, factor: float, total: float
) -> None:
    axis = Axis(start, seconds, 72)
    about = start + seconds / 3
    near = axis.zoomed(factor, about)
    share = (about - near.start) / near.seconds
    assert share == pytest.approx(1 / 3)
    inside = near.within(total, 300.0)
    assert inside.start >= 0
    assert inside.end <= total + 1e-9


@given(st.text(), st.integers(0, 30))
def test_text_is_cut_to_its_room_and_holds_nothing_that_moves_the_cursor(
    text: str, room: int
) -> None:
    told = fitted(text, room)
    assert cell_len(told) <= room
    assert told.isprintable()


def test_wide_characters_take_two_cells() -> None:
    canvas = Canvas.blank(1, 6)
    assert canvas.text(0, 1, "日本語") == 5
    assert canvas.chars[0].tolist() == [" ", "日", "", "本", "", "…"]
    (segments,) = canvas.strips()
    assert cell_len("".join(s.text for s in segments)) == 6


@given(
    st.lists(st.tuples(st.floats(0, 3), st.text("abc", min_size=1, max_size=9)), max_size=12),
    st.integers(10, 120),
)
def test_words_keep_to_their_own_columns(cuts: list[tuple[float, str]], columns: int) -> None:
    cuts = sorted(cuts)
    words = [
        Interval(label, start, max(start + 0.01, end))
        for (start, label), (end, _) in zip(cuts, [*cuts[1:], (3.0, "")], strict=False)
    ]
    axis = Axis(0.0, 3.0, columns)
    canvas = Canvas.blank(1, columns)
    draw_tier(canvas, words, axis, DARK)
    for number, word in enumerate(words):
        later = [axis.column(w.start) for w in words[number + 1 :]]
        first, end = axis.column(word.start), min([axis.column(word.end), columns, *later])
        if end > first + 1:
            own = line(canvas)[first + 1 : end].rstrip()
            assert word.label.startswith(own.removesuffix("…"))


def test_a_tone_is_drawn_to_the_edges_and_silence_as_a_line() -> None:
    canvas = Canvas.blank(4, 20)
    samples = np.zeros(RATE, np.float32)
    samples[: RATE // 2] = 0.5 * np.sin(np.arange(RATE // 2))
    draw_waveform(canvas, samples, RATE, 0.0, Axis(0.0, 1.0, 20), DARK)
    assert set(line(canvas, 0)[:10]) == {"⣿"}
    assert set(line(canvas, 0)[10:]) == {"⠀"}
    middle = line(canvas, 1)[10:] + line(canvas, 2)[10:]
    assert set(middle) - {"⠀"}


def test_nothing_is_drawn_where_there_is_no_sound() -> None:
    canvas = Canvas.blank(2, 30)
    draw_waveform(canvas, np.ones(RATE, np.float32), RATE, 1.0, Axis(0.0, 3.0, 30), DARK)
    assert set(line(canvas)[:10] + line(canvas)[20:]) == {"⠀"}
    assert "⠀" not in line(canvas)[10:20]


@pytest.mark.parametrize("colours", [True, False])
def test_a_low_sound_is_at_the_bottom_of_the_spectrogram(colours: bool) -> None:
    mel = np.zeros((200, 48), np.float32)
    mel[:100, :12] = 20.0
    canvas = Canvas.blank(4, 20)
    axis, between = Axis(0.0, 1.0, 20), range_of(mel)
    draw_spectrogram(canvas, mel, 0.005, 0.0, axis, DARK, between=between, colours=colours)
    if colours:
        assert canvas.back[3, 2] == DARK.levels[-1]
        assert canvas.fore[0, 2] == canvas.back[3, 15] == DARK.levels[0]
    else:
        assert line(canvas, 3)[2] == "█"
        assert line(canvas, 0).strip() == ""


@pytest.mark.parametrize("lines", [1, 7, 24, 48, 96])
def test_lines_of_the_spectrogram_keep_the_mean_of_its_bins(lines: int) -> None:
    made = bands(48, lines)
    assert made.shape == (lines, 48)
    assert made.sum(axis=1) == pytest.approx(1)
    rising = made @ np.arange(48)
    assert (np.diff(rising) < 0).all()


def test_labels_are_bands_with_names_dots_and_shades() -> None:
    labels = np.zeros(100, np.int16)
    labels[20:60] = 1
    labels[60:80] = -100
    canvas = Canvas.blank(1, 50)
    draw_labels(canvas, labels, ["background", "please"], GRID, Axis(0.0, 1.0, 50), DARK)
    shown = line(canvas)
    assert shown[:9] == "·" * 9
    assert "please" in shown
    assert shown[31:39] == "░" * 8
    assert canvas.back[0, 15] == DARK.classes[0]


@given(st.integers(1, 400), st.integers(1, 200), st.floats(0, 2), st.floats(0.05, 4))
def test_columns_hold_the_greatest_value_of_their_frames(
    frames: int, columns: int, start: float, seconds: float
) -> None:
    values = np.random.default_rng(frames).random(frames)
    axis = Axis(start, seconds, columns)
    found = by_column(values, GRID, axis)
    shown = found[~np.isnan(found)]
    assert np.isin(shown, values).all()
    visible = values[GRID.frame_of(start) : GRID.frame_of(axis.end)]
    if len(visible) and columns:
        assert shown.max() >= visible.max() - 1e-12


def test_a_curve_fills_its_height_at_its_greatest_value() -> None:
    values = np.concatenate([np.zeros(50), np.full(50, 2.0)])
    canvas = Canvas.blank(2, 20)
    draw_curve(canvas, values, GRID, Axis(0.0, 1.0, 20), 0xFFFFFF, high=2.0)
    assert line(canvas, 0)[-5:] == line(canvas, 1)[-5:] == "█" * 5
    assert line(canvas, 0)[:9].strip() == ""


@given(
    st.lists(st.tuples(st.floats(0, 1), st.text("abcdef ", min_size=1, max_size=20)), max_size=9),
    st.integers(0, 8),
    st.integers(20, 100),
)
def test_names_of_marks_never_overlap_and_the_selected_one_is_there(
    given_: list[tuple[float, str]], chosen: int, columns: int
) -> None:
    given_ = sorted((time * 0.999, name.strip() or "x") for time, name in given_)
    marks = [
        AnchorMark(time, name, 0.02, None, n == chosen) for n, (time, name) in enumerate(given_)
    ]
    canvas = Canvas.blank(2, columns)
    draw_marks(canvas, marks, Axis(0.0, 1.0, columns), DARK)
    told = line(canvas, 1)
    rest = told.split()
    names = sorted((name.split() for _, name in given_), key=len, reverse=True)
    for words in names:
        while words and all(word in rest for word in words):
            for word in words:
                rest.remove(word)
            break
    assert [word for word in rest if not any(word in name for _, name in given_)] == []
    if chosen < len(marks):
        assert marks[chosen].name[: columns - 1] in told.rstrip() + " "
        assert canvas.chars[0, Axis(0.0, 1.0, columns).column(marks[chosen].time)] == "▼"


@given(st.floats(0, 100), st.floats(0.02, 300), st.integers(20, 200))
def test_the_numbers_of_the_ruler_stand_where_they_say(
    start: float, seconds: float, columns: int
) -> None:
    axis = Axis(start, seconds, columns)
    canvas = Canvas.blank(1, columns)
    draw_ruler(canvas, axis, DARK)
    shown = line(canvas)
    for place, char in enumerate(shown):
        if char == "╵":
            told = shown[place + 1 :].split("╵")[0].strip()
            if told:
                assert abs(axis.column(float(told)) - place) <= 1


def scene(row: Row, sound: bool = True) -> Scene:
    samples = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    mel = np.random.default_rng(1).random((200, 48)).astype(np.float32)
    held = Sound(0.0, samples, RATE, mel, 0.005, range_of(mel))
    marks = (AnchorMark(0.5, "KE please", 0.03, None, True),)
    return Scene(
        row=row,
        classes=("background", "please"),
        grid=GRID,
        marks=marks,
        sound=held if sound else None,
        message="please.wav: the file is not there. Put it back",
        posterior=None,
        cursor=0.25,
        selection=(0.1, 0.4),
    )


@pytest.mark.parametrize("height", [17, 18, 24, 43])
def test_all_lanes_are_there_at_every_height(make_row: object, height: int) -> None:
    axis = Axis(0.0, 1.0, 72)
    canvas = draw_picture(scene(make_row()), axis, height, DARK)  # type: ignore[operator]
    names = [line(canvas, n)[:GUTTER].strip() for n in range(height)]
    wanted = ["wave", "mel", "anchors", "words", "phones", "class", "w 5", "seconds"]
    assert [name for name in names if name] == wanted
    assert (canvas.back[:, GUTTER + 18] == DARK.cursor).all()
    assert (canvas.back == DARK.selection).any()


def test_a_message_stands_in_place_of_the_sound(make_row: object) -> None:
    canvas = draw_picture(scene(make_row(), sound=False), Axis(0.0, 1.0, 40), 17, DARK)  # type: ignore[operator]
    shown = " ".join(line(canvas, n)[GUTTER:].rstrip() for n in range(3))
    assert shown.strip() == "please.wav: the file is not there. Put it back"


def _luminance(colour: int) -> float:
    shares = [(colour >> shift & 255) / 255 for shift in (16, 8, 0)]
    r, g, b = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: int, other: int) -> float:
    """By WCAG 2: (lighter + .05) / (darker + .05)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


XTERM = (
    *(0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5),
    *(0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF),
)
VGA = (
    *(0x000000, 0xAA0000, 0x00AA00, 0xAA5500, 0x0000AA, 0xAA00AA, 0x00AAAA, 0xAAAAAA),
    *(0x555555, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5555FF, 0xFF55FF, 0x55FFFF, 0xFFFFFF),
)


def number_of_16(colour: int) -> int:
    """Which of the 16 colours a terminal that has no more is asked for."""
    triplet = ColorTriplet(colour >> 16 & 255, colour >> 8 & 255, colour & 255)
    number = Color.from_triplet(triplet).downgrade(ColorSystem.STANDARD).number
    assert number is not None
    return number


TEXTS = ("text", "dim", "wave", "edge", "open", "accepted", "rejected", "weight", "posterior")


@pytest.mark.parametrize(("palette", "ground"), [(DARK, "dark"), (LIGHT, "light")])
def test_texts_have_contrast_with_their_grounds(palette: Palette, ground: str) -> None:
    grounds = [GROUNDS[ground], palette.tier, palette.selection]
    for name in TEXTS:
        assert contrast(getattr(palette, name), GROUNDS[ground]) >= 4.5, name
    for behind in (*grounds, palette.cursor):
        assert contrast(palette.text, behind) >= 4.5
    for colour in palette.classes:
        assert contrast(palette.class_text, colour) >= 4.5
    assert len({getattr(palette, n) for n in ("open", "accepted", "rejected")}) == 3


@pytest.mark.parametrize("terminal", [XTERM, VGA])
@pytest.mark.parametrize(("palette", "ground"), [(DARK, "dark"), (LIGHT_16, "light")])
def test_16_colours_have_contrast_too(
    palette: Palette, ground: str, terminal: tuple[int, ...]
) -> None:
    behind = number_of_16(GROUNDS[ground])
    for name in TEXTS:
        shown = terminal[number_of_16(getattr(palette, name))]
        assert contrast(shown, terminal[behind]) >= 3, name
    text, on_class = (terminal[number_of_16(c)] for c in (palette.text, palette.class_text))
    for name in ("cursor", "selection"):
        tint = number_of_16(getattr(palette, name))
        assert tint != behind, name
        assert contrast(text, terminal[tint]) >= 3, name
        assert contrast(terminal[number_of_16(palette.open)], terminal[tint]) >= 3, name
    for colour in palette.classes:
        assert contrast(on_class, terminal[number_of_16(colour)]) >= 3
    assert len({number_of_16(getattr(palette, n)) for n in ("open", "accepted", "rejected")}) == 3


def test_equal_cells_are_one_segment() -> None:
    canvas = Canvas.blank(1, 10)
    canvas.fore[0, 4:] = 0xFF0000
    (segments,) = canvas.strips()
    assert [len(segment.text) for segment in segments] == [4, 6]
    assert replace(Axis(0, 1, 1), columns=2).columns == 2
    assert (canvas.back == NONE).all()
