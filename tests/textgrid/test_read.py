"""Reading TextGrids: what the reader underneath gets wrong is one typed error here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.textgrid import TextGridError, read_textgrid

WORDS = ((0.0, 0.5, ""), (0.5, 0.9, "hey"), (0.9, 1.5, "computer"), (1.5, 2.0, ""))


def long_format(
    intervals=WORDS, *, size: int | None = None, end: float = 2.0, tier_end: float = 2.0
) -> str:
    lines = [
        'File type = "ooTextFile"\nObject class = "TextGrid"\n',
        f"xmin = 0 \nxmax = {end} \ntiers? <exists> \nsize = 1 \nitem []: ",
        '    item [1]:\n        class = "IntervalTier" \n        name = "words" ',
        f"        xmin = 0 \n        xmax = {tier_end} ",
        f"        intervals: size = {len(intervals) if size is None else size} ",
    ]
    for number, (start, stop, label) in enumerate(intervals, start=1):
        lines.append(f"        intervals [{number}]:\n            xmin = {start!r} ")
        lines.append(f'            xmax = {stop!r} \n            text = "{label}" ')
    return "\n".join(lines) + "\n"


def short_format() -> str:
    body = "".join(f'{start}\n{end}\n"{label}"\n' for start, end, label in WORDS)
    head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n2.0\n<exists>\n1\n'
    return f'{head}"IntervalTier"\n"words"\n0\n2.0\n4\n{body}'


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "one.TextGrid"
    path.write_bytes(text.encode(encoding))
    return path


def refused(path: Path, **options: float) -> str:
    with pytest.raises(TextGridError) as caught:
        read_textgrid(path, **options)
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [long_format(), short_format()], ids=["long", "short"])
def test_both_formats_are_read_in_each_encoding(tmp_path: Path, text: str, encoding: str):
    grid = read_textgrid(write(tmp_path, text, encoding), audio_seconds=2.0)
    assert [(m.start, m.end, m.label) for m in grid.tier("Words").marks] == list(WORDS)
    assert [m.label for m in grid.tier("words").labelled] == ["hey", "computer"]
    assert (grid.start, grid.end) == (0.0, 2.0)


def test_a_declared_size_too_small_is_an_error_and_not_a_lost_interval(tmp_path: Path):
    assert "declare 3" in refused(write(tmp_path, long_format(size=3)))


def test_a_declared_size_too_small_in_the_short_format_is_an_error(tmp_path: Path):
    text = short_format().replace("2.0\n4\n", "2.0\n3\n")
    assert "holds labels for 4" in refused(write(tmp_path, text))


def test_a_declared_size_too_big_is_an_error(tmp_path: Path):
    assert "declares more" in refused(write(tmp_path, long_format(size=5)))


def test_an_enormous_declared_size_is_an_error_at_once(tmp_path: Path):
    assert "declares more" in refused(write(tmp_path, long_format(size=10**15)))


@pytest.mark.parametrize("overlap", [1e-6, 1e-3])
def test_an_overlap_is_an_error_that_says_where(tmp_path: Path, overlap: float):
    intervals = ((0.0, 0.9 + overlap, "hey"), (0.9, 2.0, "computer"))
    assert "overlap" in refused(write(tmp_path, long_format(intervals)))


def test_noise_of_floating_point_is_no_overlap(tmp_path: Path):
    intervals = ((0.0, 0.1 + 0.2, "hey"), (0.3, 2.0, "computer"))
    assert len(read_textgrid(write(tmp_path, long_format(intervals))).tiers[0].marks) == 2


@pytest.mark.parametrize("interval", [(0.5, 0.5, "hey"), (0.9, 0.5, "hey")])
def test_an_interval_without_length_is_an_error_and_not_left_out(tmp_path: Path, interval):
    assert "no length" in refused(write(tmp_path, long_format(((0.0, 0.5, ""), interval))))


def test_a_newline_inside_a_label_is_kept(tmp_path: Path):
    path = write(tmp_path, long_format(((0.0, 2.0, "hey\nintervals [3]:\ncomputer"),)))
    assert read_textgrid(path).tiers[0].marks[0].label == "hey\nintervals [3]:\ncomputer"


def test_a_doubled_quote_inside_a_label_is_one(tmp_path: Path):
    path = write(tmp_path, long_format(((0.0, 2.0, 'say ""hey""'),)))
    assert read_textgrid(path).tiers[0].marks[0].label == 'say "hey"'


@given(st.data())
def test_a_file_cut_short_anywhere_before_its_last_label_is_an_error(tmp_path_factory, data):
    text = long_format().rstrip()
    cut = data.draw(st.integers(0, text.rindex('""') - 1))
    with pytest.raises(TextGridError):
        read_textgrid(write(tmp_path_factory.mktemp("cut"), text[:cut]))


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: str):
    assert "empty" in refused(write(tmp_path, content))


def test_a_missing_file_is_an_error(tmp_path: Path):
    assert "cannot be read" in refused(tmp_path / "none.TextGrid")


def test_another_kind_of_file_is_an_error(tmp_path: Path):
    assert "not a Praat TextGrid" in refused(write(tmp_path, "please hold\n"))


def test_latin_1_is_an_error_that_names_the_encoding(tmp_path: Path):
    path = write(tmp_path, long_format(((0.0, 2.0, "caf\u00e9"),)), "latin-1")
    assert "not UTF-8" in refused(path)


def test_a_file_longer_than_its_recording_is_an_error(tmp_path: Path):
    path = write(tmp_path, long_format())
    assert "its recording 1.900 s" in refused(path, audio_seconds=1.9)
    assert read_textgrid(path, audio_seconds=1.99).end == 2.0


def test_a_tier_longer_than_its_intervals_is_an_error(tmp_path: Path):
    assert "Intervals are missing" in refused(write(tmp_path, long_format(tier_end=3.0, end=3.0)))


def test_a_tier_longer_than_its_file_is_an_error(tmp_path: Path):
    assert "bound at 1.7 s" in refused(write(tmp_path, long_format(end=1.7)))


def test_a_tier_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path: Path):
    grid = read_textgrid(write(tmp_path, long_format()))
    with pytest.raises(TextGridError, match="no tier named 'phones'; it has 'words'"):
        grid.tier("phones")


def test_points_are_read(tmp_path: Path):
    text = long_format().replace("size = 1", "size = 2") + (
        '    item [2]:\n        class = "TextTier" \n        name = "anchors" \n'
        "        xmin = 0 \n        xmax = 2.0 \n        points: size = 1 \n"
        '        points [1]:\n            number = 1.5 \n            mark = "end" \n'
    )
    (point,) = read_textgrid(write(tmp_path, text)).tier("anchors").marks
    assert (point.label, point.start, point.end) == ("end", 1.5, 1.5)


def test_points_are_read_in_the_short_format_too(tmp_path: Path):
    text = short_format().replace("<exists>\n1\n", "<exists>\n2\n")
    text += '"TextTier"\n"keyword_end"\n0\n2.0\n2\n0.9\n"hey"\n1.5\n"a ""b""\n1 2"\n'
    grid = read_textgrid(write(tmp_path, text))
    assert [(m.start, m.label) for m in grid.tier("keyword_end").marks] == [
        (0.9, "hey"),
        (1.5, 'a "b"\n1 2'),
    ]
    assert [m.label for m in grid.tier("words").labelled] == ["hey", "computer"]


@pytest.mark.parametrize(
    ("declared", "told"), [(1, "cannot|damaged|declare|line"), (3, "declares more"), (9**9, "more")]
)
def test_a_wrong_number_of_points_in_the_short_format_is_an_error(
    tmp_path: Path, declared: int, told: str
):
    text = short_format().replace("<exists>\n1\n", "<exists>\n2\n")
    text += f'"TextTier"\n"keyword_end"\n0\n2.0\n{declared}\n0.9\n"hey"\n1.5\n"you"\n'
    assert re.search(told, refused(write(tmp_path, text)))


def test_a_wrong_number_of_points_in_the_long_format_is_an_error(tmp_path: Path):
    for declared in (0, 2):
        text = long_format().replace("size = 1", "size = 2") + (
            '    item [2]:\n        class = "TextTier" \n        name = "anchors" \n'
            f"        xmin = 0 \n        xmax = 2.0 \n        points: size = {declared} \n"
            '        points [1]:\n            number = 1.5 \n            mark = "end" \n'
        )
        assert "declare" in refused(write(tmp_path, text))
