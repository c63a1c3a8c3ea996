"""An utterance on the screen: what is shown of it, and moving about in it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import get_current_worker

from sal_anchors.anchors.render import renderer_of
from sal_anchors.errors import SalAnchorsError

from .draw.axis import Axis
from .draw.canvas import fitted
from .draw.picture import Posterior, Scene, Sound
from .key_line import KeyLine
from .picture_view import ZOOM, PictureView
from .sound import LONGEST, load_sound
from .threads import show_found
from .told import anchor_line, cursor_line, marks_of, title_line, transcript_line

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from sal_anchors.review import ReviewedEvent, ReviewedRow, State
    from sal_anchors.review.choose import Chosen

    from .app import Inspector
    from .source import RowSource

_MILLISECOND = 0.001
_SAME = 1e-6

OnDecided = Callable[[int, "State"], None]


class UtteranceView(Screen[int]):
    """Shows an utterance of a list, and moves about in it; made once, and shown again and again."""

    app: Inspector

    DEFAULT_CSS = """
    UtteranceView > Static { height: 1; }
    #title { background: $panel; color: $foreground; text-style: bold; }
    #transcript { color: $foreground; }
    #cursor { color: $foreground; background: $surface; }
    #anchor { color: $foreground; background: $surface; }
    """

    _source: RowSource
    _chosen: Chosen
    _index: int
    _on_decided: OnDecided

    def __init__(self) -> None:
        super().__init__()
        self._item: ReviewedRow | None = None
        self._selected: ReviewedEvent | None = None
        self._axis = Axis(0.0, 1.0, 1)
        self._cursor = 0.0
        self._held: float | None = None
        self._sound: Sound | None = None
        self._posterior: Posterior | None = None
        self._message = "loading…"
        self._played: tuple[float, float] | None = None

    def turn_to(self, source: RowSource, chosen: Chosen, index: int, on_decided: OnDecided) -> None:
        """Be about an utterance from now on.

        Args:
            source: of rows.
            chosen: the list.
            index: which of it.
            on_decided: called with row number and state after each decision.
        """
        self._source, self._chosen, self._index = source, chosen, index
        self._on_decided = on_decided
        if self.is_mounted:
            self._open()

    def compose(self) -> ComposeResult:
        """Title, transcript, picture, cursor, anchor and keys."""
        yield Static(id="title")
        yield Static(id="transcript")
        yield PictureView()
        yield Static(id="cursor")
        yield Static(id="anchor")
        yield KeyLine()

    @property
    def number(self) -> int:
        """Of the row in the manifest."""
        return int(self._chosen.rows[self._index])

    @property
    def item(self) -> ReviewedRow | None:
        """The row as reviewed; None if it cannot be read."""
        return self._item

    @property
    def selected(self) -> ReviewedEvent | None:
        """The anchor that keys act on."""
        return self._selected

    @property
    def cursor(self) -> float:
        """Seconds."""
        return self._cursor

    @property
    def sound(self) -> Sound | None:
        """The audio, once it is loaded."""
        return self._sound

    @property
    def posterior(self) -> Posterior | None:
        """What the model says of the audio, if there is a model."""
        return self._posterior

    @property
    def message(self) -> str:
        """Why there is no sound."""
        return self._message

    @property
    def axis(self) -> Axis:
        """What is visible."""
        return self._axis

    @property
    def selection(self) -> tuple[float, float] | None:
        """Start and end in seconds; None if nothing is selected."""
        if self._held is None or abs(self._held - self._cursor) < _SAME:
            return None
        return min(self._held, self._cursor), max(self._held, self._cursor)

    def on_mount(self) -> None:
        """Show the row."""
        self._open()

    def on_resize(self, event: events.Resize) -> None:
        """The axis has as many columns as there are."""
        self.call_after_refresh(self._draw)

    def on_screen_resume(self) -> None:
        """The theme may have changed."""
        self._draw()

    def on_picture_view_pointed(self, event: PictureView.Pointed) -> None:
        """Move the cursor, or select; a press near an anchor selects it."""
        if event.dragged and self._held is None:
            self._held = self._cursor
        elif not event.dragged:
            self._held = None
        self._move_cursor(event.time)
        if not event.dragged:
            near = [i for i in self._items() if abs(i.event.time - event.time) <= self._axis.step]
            if near:
                self._select(min(near, key=lambda i: abs(i.event.time - event.time)))

    def on_picture_view_wheeled(self, event: PictureView.Wheeled) -> None:
        """Zoom or scroll."""
        if event.sideways:
            self._scroll_by(event.steps * self._axis.seconds / 8)
        else:
            self._zoom_by(event.steps, event.time)

    def _open(self) -> None:
        """Show the row of the list's line, from its start."""
        self._sound = self._posterior = self._held = self._played = None
        self._message = "loading…"
        self._item = self._selected = None
        try:
            self._item = self._source.reviewed(self.number)
        except SalAnchorsError as error:
            self._message = str(error)
            self._draw()
            return
        places, items = self._chosen.places, self._items()
        if places is not None:
            self._selected = self._item.review.of_row(int(places[self._index]))
        if items and self._selected is None:
            self._selected = self._first(items)
        self._axis = Axis(0.0, max(self._item.row.duration, _MILLISECOND), 1)
        self._cursor = self._selected.event.time if self._selected else 0.0
        self._axis = self._axis.following(self._cursor)
        if self._item.row.num_samples:
            self._load()
        else:
            self._message = self._item.row.message or "it has no audio"
        self._draw()

    @work(thread=True, exclusive=True, group="sound")
    def _load(self) -> None:
        worker, number, source = get_current_worker(), self.number, self._source
        posterior = None
        try:
            row = source.raw(number)
            manifest = copy.copy(source.manifest)
            sound = load_sound(manifest, row, self._cursor)
        except (SalAnchorsError, OSError) as error:
            if not worker.is_cancelled:
                show_found(self, self._without_sound, number, str(error))
            return
        try:
            if self.app.model is not None:
                posterior = self.app.model.posterior(sound, manifest, row)
        except SalAnchorsError as error:
            show_found(self, self._refuse, error)
        if not worker.is_cancelled:
            show_found(self, self._with_sound, number, sound, posterior)

    def _with_sound(self, number: int, sound: Sound, posterior: Posterior | None) -> None:
        if number == self.number:
            self._sound, self._posterior, self._message = sound, posterior, ""
            self._draw()

    def _without_sound(self, number: int, message: str) -> None:
        if number == self.number:
            self._message = message
            self._draw()

    def _refuse(self, error: SalAnchorsError) -> None:
        self.notify(str(error), severity="error", timeout=20)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        view = self.query_one(PictureView)
        item = self._item
        found = self._source.findings.of(item.row.id) if item is not None else ()
        place = self._index, len(self._chosen)
        self._say("title", title_line(item, *place, self.size.width, found))
        if item is None:
            view.tell(self._message, self.app.palette)
            for name in ("transcript", "cursor", "anchor"):
                self._say(name, "")
            return
        row = item.row
        self._axis = Axis(self._axis.start, self._axis.seconds, view.columns)
        self._axis = self._axis.within(row.duration, LONGEST)
        scene = Scene(
            row=row,
            classes=self._source.manifest.classes,
            grid=self._source.manifest.grid,
            marks=marks_of(self._items(), self._selected),
            sound=self._sound,
            message=self._message,
            posterior=self._posterior,
            cursor=self._cursor,
            selection=self.selection,
        )
        app = self.app
        view.show(scene, self._axis, app.palette, colours=app.many_colours)
        self._say("transcript", transcript_line(item, found))
        grid = self._source.manifest.grid
        self._say("cursor", cursor_line(row, grid, self._source.manifest.classes, self._cursor))
        self._say("anchor", anchor_line(item, self._selected))

    def _say(self, name: str, text: str) -> None:
        shown = Content(fitted(text, self.size.width))
        self.query_one(f"#{name}", Static).update(shown, layout=False)

    def action_cursor(self, by: int) -> None:
        """Move the cursor by columns."""
        self._held = None
        self._move_cursor(self._cursor + by * self._axis.step)

    def action_select(self, by: int) -> None:
        """Move the cursor and select what it passes."""
        if self._held is None:
            self._held = self._cursor
        self._move_cursor(self._cursor + by * self._axis.step)

    def action_cursor_to(self, where: int) -> None:
        """To the start (0) or the end (1)."""
        if self._item is not None:
            self._move_cursor(where * self._item.row.duration)

    def action_zoom(self, steps: int) -> None:
        """Zoom about the cursor."""
        self._zoom_by(steps, self._cursor)

    def action_zoom_all(self) -> None:
        """Show all of it."""
        if self._item is not None:
            self._axis = Axis(0.0, max(self._item.row.duration, _MILLISECOND), 1)
            self._draw()

    def action_scroll(self, pages: int) -> None:
        """Scroll by half of what is visible."""
        self._scroll_by(pages * self._axis.seconds / 2)

    def action_anchor(self, by: int) -> None:
        """Jump to the next or the previous anchor."""
        items = self._items()
        if not items:
            self.notify("There is no anchor; i adds one at the cursor")
            return
        places = [n for n, i in enumerate(items) if i is self._selected]
        place = (places[0] + by) % len(items) if places else 0
        self._held = None
        self._select(items[place])
        self._move_cursor(items[place].event.time)

    def action_next(self, by: int) -> None:
        """Go to another line of the list."""
        index = self._index + by
        if 0 <= index < len(self._chosen):
            self._index = index
            self._open()
        else:
            self.notify("That was the last one" if by > 0 else "This is the first one")

    def action_back(self) -> None:
        """Drop the selection, or go back to the list."""
        self.app.player.stop()
        if self._held is not None:
            self._held = None
            self._draw()
        else:
            self.dismiss(self._index)

    def _items(self) -> tuple[ReviewedEvent, ...]:
        return self._item.review.events if self._item is not None else ()

    def _first(self, items: Sequence[ReviewedEvent]) -> ReviewedEvent:
        """The first anchor that is open and has a class; else that is open; else the first."""
        renderer = renderer_of(self._source.manifest.recipe)

        def rank(item: ReviewedEvent) -> tuple[bool, bool]:
            event = item.event
            return item.accepted is not None, not renderer.class_of(event.kind, event.label)

        return min(items, key=rank)

    def _select(self, item: ReviewedEvent) -> None:
        self._selected = item
        self._draw()

    def _move_cursor(self, time: float) -> None:
        if self._item is None:
            return
        grid = self._source.manifest.grid
        self._cursor = grid.snap(min(max(0.0, time), self._item.row.duration))
        self._axis = self._axis.following(self._cursor)
        self._reach()
        self._draw()

    def _zoom_by(self, steps: int, about: float) -> None:
        self._axis = self._axis.zoomed(ZOOM ** (-steps), about)
        self._draw()

    def _scroll_by(self, seconds: float) -> None:
        if self._item is None:
            return
        start = self._axis.start + seconds
        self._axis = Axis(start, self._axis.seconds, self._axis.columns).within(
            self._item.row.duration, LONGEST
        )
        if not self._axis.shows(self._cursor):
            self._cursor = self._source.manifest.grid.snap(self._axis.start)
        self._reach()
        self._draw()

    def _reach(self) -> None:
        """Load other audio if the axis has left what is there of a long utterance."""
        sound = self._sound
        if sound is None or self._item is None or self._item.row.duration <= LONGEST:
            return
        end = sound.first + len(sound.samples) / sound.rate
        if self._cursor < sound.first or self._cursor > end:
            self._sound, self._message = None, "loading…"
            self._load()
