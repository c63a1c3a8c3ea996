"""The second screen: one utterance, seen, heard and corrected."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.worker import get_current_worker

from sal_anchors.anchors.render import renderer_of
from sal_anchors.errors import SalAnchorsError
from sal_anchors.review.snap import nearest_edge

from .draw.axis import Axis
from .draw.picture import Posterior, Scene, Sound
from .picture_view import ZOOM, PictureView
from .player import NoDeviceError, snippet, write_snippet
from .prompts import AskOne, AskText
from .sound import LONGEST, load_sound
from .told import anchor_choices, anchor_line, cursor_line, marks_of, title_line

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from sal_anchors.manifest import Row
    from sal_anchors.review import Decision, Mark, ReviewedEvent, ReviewedRow, State
    from sal_anchors.review.choose import Chosen

    from .app import Inspector
    from .source import RowSource

_AROUND_SECONDS = 1.5
_MILLISECOND = 0.001
_SAME = 1e-6
_OTHER = "\0other"

OnDecided = Callable[[int, "State"], None]


class UtteranceScreen(Screen[int]):
    """An utterance of the list; gives back where in the list its reviewer ended.

    Args:
        source: of rows.
        chosen: the list.
        index: which of it.
        on_decided: called with row number and state after each decision.
    """

    app: Inspector

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", "Accept"),
        Binding("x", "reject", "Reject"),
        Binding("A", "accept_all", "All", key_display="A"),
        Binding("m", "move_here", "Move"),
        Binding("i", "add", "Add"),
        Binding("l", "relabel", "Label"),
        Binding("u", "undo", "Undo"),
        Binding("space", "play", "Play", key_display="spc"),
        Binding("tab", "anchor(1)", "Anchor", key_display="tab", priority=True),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        *(
            Binding(key, action, what, show=False)
            for key, action, what in (
                ("shift+tab", "anchor(-1)", "Anchor before"),
                ("n", "next(1)", "Next line"),
                ("p", "next(-1)", "Line before"),
                ("comma", "nudge_frames(-1)", "A frame earlier"),
                ("full_stop", "nudge_frames(1)", "A frame later"),
                ("less_than_sign", "nudge_ms(-1)", "1 ms earlier"),
                ("greater_than_sign", "nudge_ms(1)", "1 ms later"),
                ("e", "snap", "To the nearest edge"),
                ("b", "bad", "Bad"),
                ("t", "note", "Note on the anchor"),
                ("T", "note_utterance", "Note on the utterance"),
                ("ctrl+r,U", "redo", "Redo"),
                ("k", "play_keyword", "Play the keyword"),
                ("left_square_bracket", "play_before", "Play up to the anchor"),
                ("right_square_bracket", "play_after", "Play from the anchor"),
                ("w", "write", "Write what was played"),
                ("left", "cursor(-1)", "Earlier"),
                ("right", "cursor(1)", "Later"),
                ("shift+left", "select(-1)", "Select"),
                ("shift+right", "select(1)", "Select"),
                ("home", "cursor_to(0)", "Start"),
                ("end", "cursor_to(1)", "End"),
                ("up,plus", "zoom(-1)", "Zoom in"),
                ("down,minus", "zoom(1)", "Zoom out"),
                ("0", "zoom_all", "All"),
                ("pageup", "scroll(-1)", "Scroll back"),
                ("pagedown", "scroll(1)", "Scroll on"),
                ("d", "app.toggle_dark", "Dark or light"),
                ("R", "app.reload", "Read anew"),
                ("escape", "back", "Back"),
                ("q", "app.quit", "Quit"),
            )
        ),
    ]
    DEFAULT_CSS = """
    UtteranceScreen > Static { height: 1; }
    #title { background: $panel; color: $foreground; text-style: bold; }
    #transcript { color: $foreground; }
    #cursor { color: $foreground; background: $surface; }
    #anchor { color: $foreground; background: $surface; }
    """

    def __init__(
        self, source: RowSource, chosen: Chosen, index: int, on_decided: OnDecided
    ) -> None:
        super().__init__()
        self._source = source
        self._chosen = chosen
        self._index = index
        self._on_decided = on_decided
        self._item: ReviewedRow | None = None
        self._selected: ReviewedEvent | None = None
        self._axis = Axis(0.0, 1.0, 1)
        self._cursor = 0.0
        self._held: float | None = None
        self._sound: Sound | None = None
        self._posterior: Posterior | None = None
        self._message = "loading…"
        self._played: tuple[float, float] | None = None

    def compose(self) -> ComposeResult:
        """Title, transcript, picture, cursor, anchor and keys."""
        yield Static(id="title")
        yield Static(id="transcript")
        yield PictureView()
        yield Static(id="cursor")
        yield Static(id="anchor")
        yield Footer(show_command_palette=False, compact=True)

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

    # What is shown.

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
        if items and places is not None:
            self._selected = items[min(int(places[self._index]), len(items) - 1)]
        elif items:
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
        worker, number = get_current_worker(), self.number
        posterior = None
        try:
            row = self._source.raw(number)
            sound = load_sound(copy.copy(self._source.manifest), row, self._cursor)
            if self.app.model is not None:
                posterior = self.app.model.posterior(sound)
        except (SalAnchorsError, OSError) as error:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._without_sound, number, str(error))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._with_sound, number, sound, posterior)

    def _with_sound(self, number: int, sound: Sound, posterior: Posterior | None) -> None:
        if number == self.number:
            self._sound, self._posterior, self._message = sound, posterior, ""
            self._draw()

    def _without_sound(self, number: int, message: str) -> None:
        if number == self.number:
            self._message = message
            self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        view = self.query_one(PictureView)
        item = self._item
        self._say("title", title_line(item, self._index, len(self._chosen), self.size.width))
        if item is None:
            self._say("transcript", self._message)
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
        told = row.transcript or ""
        if item.review.note:
            told = f"{told}   note: {item.review.note}"
        self._say("transcript", told)
        grid = self._source.manifest.grid
        self._say("cursor", cursor_line(row, grid, self._source.manifest.classes, self._cursor))
        self._say("anchor", anchor_line(item, self._selected))

    def _say(self, name: str, text: str) -> None:
        self.query_one(f"#{name}", Static).update(Content(text))

    # Moving about.

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

    # Decisions.

    def action_accept(self) -> None:
        """The anchor is right."""
        self._decide_event(lambda row, item: self._source.session.accept(row.id, item))

    def action_reject(self) -> None:
        """There is no such event."""
        self._decide_event(lambda row, item: self._source.session.reject(row.id, item))

    def action_accept_all(self) -> None:
        """All is right and nothing is missing; go on to the next."""
        if self._decide(lambda row: self._source.session.accept_all(row)):
            self.action_next(1)

    def action_nudge_frames(self, by: int) -> None:
        """Move the anchor by frames."""
        self._nudge(by * self._source.manifest.grid.hop_seconds)

    def action_nudge_ms(self, by: int) -> None:
        """Move the anchor by milliseconds."""
        self._nudge(by * _MILLISECOND)

    def action_move_here(self) -> None:
        """Move the anchor to the cursor."""
        self._move_event(lambda item: self._cursor)

    def action_snap(self) -> None:
        """Move the anchor to the nearest edge of energy."""
        sound = self._sound
        if sound is None:
            self.notify(f"There is no audio to look for an edge in: {self._message}", markup=False)
            return

        def edge(item: ReviewedEvent) -> float | None:
            about = item.event.time - sound.first
            found = nearest_edge(sound.samples, sound.rate, about)
            if found is None:
                self.notify("There is no edge of energy within 150 ms")
            return None if found is None else found + sound.first

        self._move_event(edge)

    def action_add(self) -> None:
        """Add an anchor at the cursor."""
        self._ask_name("Add at the cursor", self._add)

    def action_relabel(self) -> None:
        """Change what the anchor is."""
        if self._selected is None:
            self.notify("There is no anchor; i adds one at the cursor")
            return
        self._ask_name("It is", self._relabel)

    def action_bad(self) -> None:
        """The utterance is of no use, or is again."""
        if self._item is not None:
            bad = self._item.review.state.value != "bad"
            self._decide(lambda row: self._source.session.mark_bad(row, bad))

    def action_note(self) -> None:
        """Say something about the anchor, or about the utterance if there is none."""
        item = self._selected
        self._ask_note("Note on the anchor" if item else "Note on the utterance", item)

    def action_note_utterance(self) -> None:
        """Say something about the utterance."""
        self._ask_note("Note on the utterance", None)

    def action_undo(self) -> None:
        """Take the last decision back, wherever it was made."""
        self._again(self._source.session.undo, "undone", "There is nothing to undo")

    def action_redo(self) -> None:
        """Make it stand again."""
        self._again(self._source.session.redo, "stands again", "There is nothing to redo")

    def _again(self, do: Callable[[], Decision | None], told: str, nothing: str) -> None:
        try:
            decision = do()
        except SalAnchorsError as error:
            self._refuse(error)
            return
        if decision is None:
            self.notify(nothing)
            return
        here = self._item is not None and decision.utterance == self._item.row.id
        where = "" if here else f" of {decision.utterance}"
        self.notify(f"{decision.action}{where} {told}", markup=False)
        self._decided(decision.mark if here else None)

    def _decide(self, do: Callable[[Row], object]) -> bool:
        if self._item is None:
            return False
        try:
            do(self._source.raw(self.number))
        except SalAnchorsError as error:
            self._refuse(error)
            return False
        self._decided()
        return True

    def _decide_event(self, do: Callable[[Row, ReviewedEvent], object]) -> None:
        item = self._selected
        if item is None:
            self.notify("There is no anchor; i adds one at the cursor")
            return
        self._decide(lambda row: do(row, item))

    def _move_event(self, where: Callable[[ReviewedEvent], float | None]) -> None:
        def move(row: Row, item: ReviewedEvent) -> None:
            time = where(item)
            if time is None:
                return
            grid = self._source.manifest.grid
            time = grid.snap(min(max(0.0, time), row.duration))
            if abs(time - item.event.time) > _SAME:
                self._source.session.move(row.id, item, time)
                self._cursor = time

        self._decide_event(move)

    def _nudge(self, seconds: float) -> None:
        self._move_event(lambda item: item.event.time + seconds)

    def _add(self, kind: str, label: str) -> None:
        from sal_anchors.events.event import EventKind

        before = {i.mark for i in self._items()}
        self._decide(
            lambda row: self._source.session.add(row, EventKind(kind), label, self._cursor)
        )
        added = [i for i in self._items() if i.mark not in before]
        if added:
            self._select(added[0])

    def _relabel(self, kind: str, label: str) -> None:
        from sal_anchors.events.event import EventKind

        self._decide_event(
            lambda row, item: self._source.session.relabel(row.id, item, EventKind(kind), label)
        )

    def _ask_name(self, question: str, then: Callable[[str, str], None]) -> None:
        manifest = self._source.manifest
        choices = anchor_choices(manifest.recipe, self._items())

        def typed(answer: str | None) -> None:
            if answer is not None:
                self._named(answer, then)

        def chosen(answer: str | None) -> None:
            if answer == _OTHER:
                self.app.push_screen(AskText("Kind and label, such as: keyword_end please"), typed)
            elif answer is not None:
                self._named(answer, then)

        if self._item is not None:
            told = [(f"{kind} {label}", f"{kind} {label}") for kind, label in choices]
            self.app.push_screen(AskOne(question, [*told, (_OTHER, "another…")]), chosen)

    def _named(self, answer: str, then: Callable[[str, str], None]) -> None:
        from sal_anchors.events.event import EventKind

        kind, _, label = answer.strip().partition(" ")
        if kind not in set(EventKind) or not label.strip():
            self.notify(
                f"{answer!r}: a kind and a label are expected; kinds: {', '.join(EventKind)}",
                severity="error",
                markup=False,
            )
            return
        then(kind, label.strip())

    def _ask_note(self, question: str, item: ReviewedEvent | None) -> None:
        if self._item is None:
            return
        before = item.note if item is not None else self._item.review.note

        def said(answer: str | None) -> None:
            if answer is not None and answer != before:
                self._decide(lambda row: self._source.session.note(row, answer, item))

        self.app.push_screen(AskText(question, before), said)

    def _decided(self, mark: Mark | None = None) -> None:
        """Show the row anew, with an anchor selected; the same one if none is named."""
        try:
            self._item = self._source.reviewed(self.number)
        except SalAnchorsError as error:
            self._refuse(error)
            return
        if mark is None and self._selected is not None:
            mark = self._selected.mark
        items = self._items()
        same = [i for i in items if mark is not None and i.mark.bare == mark.bare]
        self._selected = same[0] if same else (items[0] if items else None)
        self._on_decided(self.number, self._item.review.state)
        self._draw()

    def _refuse(self, error: SalAnchorsError) -> None:
        self.notify(str(error), severity="error", timeout=20, markup=False)

    # Listening.

    def action_play(self) -> None:
        """The selection, or what is visible."""
        self._play(*(self.selection or (self._axis.start, self._axis.end)))

    def action_play_keyword(self) -> None:
        """The span of the anchor."""
        if self._selected is not None:
            event = self._selected.event
            self._play(event.start, max(event.end, event.start + 0.05))

    def action_play_before(self) -> None:
        """Up to the anchor."""
        if self._selected is not None:
            time = self._selected.event.time
            self._play(max(0.0, time - _AROUND_SECONDS), time)

    def action_play_after(self) -> None:
        """From the anchor."""
        if self._selected is not None:
            time = self._selected.event.time
            self._play(time, time + _AROUND_SECONDS)

    def action_write(self) -> None:
        """Write what was played last, or would be, to a file in the working folder."""
        if self._sound is None or self._item is None:
            return
        start, end = self._played or self.selection or (self._axis.start, self._axis.end)
        name = f"{self._item.row.id}_{start:.3f}-{end:.3f}"
        try:
            piece = snippet(self._sound, start, end)
            path = write_snippet(piece, self._sound.rate, Path.cwd(), name)
        except OSError as error:
            self.notify(f"It cannot be written: {error}", severity="error", markup=False)
            return
        self.notify(f"Written: {path.name}", markup=False)

    def _play(self, start: float, end: float) -> None:
        if self._sound is None:
            self.notify(f"There is nothing to hear: {self._message}", markup=False)
            return
        self._played = (start, end)
        try:
            self.app.player.play(snippet(self._sound, start, end), self._sound.rate)
        except NoDeviceError as error:
            if not self.app.device_told:
                self.app.device_told = True
                self.notify(
                    f"No sound device ({error}). Press w to write the stretch to a WAV file",
                    severity="warning",
                    timeout=10,
                    markup=False,
                )
