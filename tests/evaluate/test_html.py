from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from sal_anchors.align.alignment import Interval
from sal_anchors.anchors.anchor import Anchor
from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.examples import worst
from sal_anchors.evaluate.html import html_report, write_html
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import Measured, measure_recorded
from sal_anchors.evaluate.plots import save_plots
from sal_anchors.evaluate.recorded import record
from sal_anchors.evaluate.report import UnreadFile
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.events.event import EventKind
from sal_anchors.timebase import FrameGrid

Browse = Callable[..., str]
GRID = FrameGrid()
CONFIG = EventConfig()
EVIL = "<script>document.title='owned'</script>"
CLASSES = ("background", f"a{EVIL}", "b & $x_$")


def recording(number: int, rng: np.random.Generator) -> Streamed:
    scores = 0.02 * rng.random((1_000, 3)).astype(np.float32)
    labels = np.zeros(1_000, dtype=np.int16)
    index = 1 + number % 2
    scores[500 + number : 530 + number, index] = min(1.0, 0.1 * number)
    scores[800:820, 3 - index] = 0.09 * number
    labels[500:530] = index
    anchor = Anchor(500, 5.0, EventKind.KEYWORD_END, CLASSES[index], index, 1.0)
    return Streamed(f"{EVIL}{number}", scores, (anchor,), 160_000, labels=labels)


@pytest.fixture(scope="module")
def measured() -> Measured:
    rng = np.random.default_rng(0)
    recordings = [record(recording(n, rng), 3, GRID, CONFIG) for n in range(12)]
    return measure_recorded(
        recordings,
        CLASSES,
        GRID,
        split="test",
        targets=(100.0,),
        config=CONFIG,
        resamples=50,
        unread=[UnreadFile(EVIL, "broken")],
    )


def words(id_: str) -> Sequence[Interval]:
    return (Interval("hey", 4.2, 4.5), Interval(EVIL, 4.5, 5.0), Interval("late", 9.0, 9.5))


@pytest.fixture(scope="module")
def page(measured: Measured) -> str:
    return html_report(measured, title=f"t {EVIL}", words=words, examples=2)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_nothing_a_user_wrote_becomes_markup_and_nothing_is_fetched(page: str) -> None:
    tags = _Tags()
    tags.feed(page)
    names = {tag for tag, _ in tags.found}
    assert "script" not in names
    assert not names & {"link", "iframe", "object", "a"}
    assert page.count("&lt;script&gt;") >= 8
    images = [attributes["src"] or "" for tag, attributes in tags.found if tag == "img"]
    assert len(images) == 2 + 8
    assert all(source.startswith("data:image/svg+xml;base64,") for source in images)


def test_plots_are_svg_without_markup_of_the_users(page: str) -> None:
    for encoded in re.findall(r"base64,([A-Za-z0-9+/=]+)", page):
        root = ElementTree.fromstring(b64decode(encoded))  # noqa: S314
        assert root.tag.endswith("svg")
        assert not [one for one in root.iter() if one.tag.endswith("script")]


def test_the_same_results_are_the_same_bytes(page: str, measured: Measured) -> None:
    assert html_report(measured, title=f"t {EVIL}", words=words, examples=2) == page


def test_the_worst_are_the_lowest_misses_and_the_highest_false_accepts(
    measured: Measured,
) -> None:
    misses, alarms = worst(measured, 1, words=words, count=3)
    point = measured.report.classes[0].operating_points[0]
    assert 0 < len(misses) <= point.misses
    assert [one.score for one in misses] == sorted(one.score for one in misses)
    assert all(one.score < point.threshold <= alarm.score for one in misses for alarm in alarms)
    assert [one.score for one in alarms] == sorted((one.score for one in alarms), reverse=True)
    first = misses[0]
    assert (first.time, first.window) == (5.0, (4.8, 5.5))
    assert first.said == f"hey {EVIL}"
    assert 3.5 <= first.times[0] <= 3.51
    assert 5.99 <= first.times[-1] <= 6.0
    assert len(first.times) == len(first.scores)


def test_a_page_is_written_whole_or_an_error_says_why(tmp_path: Path) -> None:
    write_html("<p>", tmp_path / "r.html")
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_html("<p>", tmp_path / "no" / "r.html")


def test_plots_are_written_as_png(measured: Measured, tmp_path: Path) -> None:
    paths = save_plots(measured.report, tmp_path / "plots")
    assert [path.name for path in paths] == ["det.png", "latency.png"]
    for path in paths:
        assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        assert path.stat().st_size > 5_000


def test_a_browser_shows_every_plot_and_runs_nothing(
    page: str, tmp_path: Path, browse: Browse, shown_images: Callable[[str], list[bool]]
) -> None:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    assert "<title>t &lt;script&gt;" in browse("--dump-dom", path.as_uri())
    assert shown_images(page) == [True] * 10


def test_the_curves_are_drawn_in_the_browsers_picture(
    page: str, tmp_path: Path, browse: Browse
) -> None:
    path, shot = tmp_path / "report.html", tmp_path / "shot.png"
    path.write_text(page, encoding="utf-8")
    browse("--hide-scrollbars", "--window-size=1200,4000", f"--screenshot={shot}", path.as_uri())
    from matplotlib.image import imread

    pixels = (255 * imread(shot)[:, :, :3]).astype(int)
    for colour in ((0x1F, 0x6F, 0xEB), (0xD1, 0x24, 0x2F), (0xDD, 0xF4, 0xFF)):
        near = (np.abs(pixels - np.array(colour)) <= 12).all(axis=2)
        assert near.sum() > 500
