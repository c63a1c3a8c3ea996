"""The first screen: which utterances, or events, there are to look at."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from rich.cells import cell_len
from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import Worker, get_current_worker

from sal_anchors.errors import SalAnchorsError
from sal_anchors.review.catalogue import STATES, Catalogue, load_catalogue
from sal_anchors.review.choose import ORDERS, Chosen, choose, numbers_of, search
from sal_anchors.review.query import Query, parse_query, toggled

from .key_line import KeyLine
from .lines import SIGNS, heading, padded
from .prompts import AskOne
from .row_list import RowList
from .threads import show_found

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from sal_anchors.review import State

    from .app import Inspector
    from .source import RowSource

_ORDERS = {
    "manifest": "as in the manifest",
    "worst": "worst first: unsure, uncertain, odd, outlying",
    "conf": "least confidence first",
    "unc": "greatest uncertainty first",
    "score": "lowest score first",
    "sec": "longest first",
    "events": "most events first",
    "state": "unreviewed first",
    "status": "by status",
    "reason": "by failure reason",
    "split": "by split",
    "speaker": "by speaker",
    "label": "by keyword",
    "class": "by class",
    "code": "by finding code",
}
_HINT = "/ filter: status:suspect  conf<0.6  unc>50  label:…  code:…  state:unreviewed  words"


_FIRST_SECONDS = 0.1
"""The list is shown before anything else is read."""

_PAUSE_SECONDS = 0.002
"""After each batch, for keys to be answered."""

_TIMES_TOLD = 50

_CHOICES, _CHOICE = 200, 50
"""Values of a field to choose from, at most, and their columns; others can be typed."""


class _GivenUpError(Exception):
    """The work is no longer wanted."""


class ListScreen(Screen[None]):
    """Utterances or events, filtered and sorted.

    Args:
        source: of rows.
        query: the filter to begin with.
        order: one of :data:`~sal_anchors.review.choose.ORDERS`.
    """

    app: Inspector

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("f", "facets", "Pick"),
        Binding("s", "sort", "Sort"),
        Binding("w", "worst", "Worst"),
        Binding("e", "events", "Events"),
        Binding("c", "conflicts", "Conflicts"),
        Binding("d", "app.toggle_dark", "Dark/light", show=False),
        Binding("R", "app.reload", "Read anew", show=False),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("q", "app.quit", "Quit"),
    ]
    DEFAULT_CSS = """
    ListScreen > Static { height: 1; padding: 0 0; }
    #counts { background: $panel; color: $foreground; }
    #heading { text-style: bold; color: $foreground; background: $surface; }
    #query { height: 1; }
    #query > .input--placeholder { color: $foreground 75%; }
    """

    def __init__(self, source: RowSource, *, query: str = "", order: str = "manifest"):
        super().__init__()
        self._source = source
        self._text = query
        self._order = order
        self._events = False
        self._catalogue: Catalogue | None = None
        self._done = 0
        self._broken = False
        self._early: dict[int, State] = {}
        self._unplaced: set[str] = set()

    def compose(self) -> ComposeResult:
        """Counts, filter, list and keys."""
        yield Static(id="counts")
        yield Input(self._text, placeholder=_HINT, compact=True, id="query", select_on_focus=False)
        yield Static(id="heading")
        yield RowList(self._source, id="rows")
        yield KeyLine()

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    @property
    def query_text(self) -> str:
        """What the list is filtered by."""
        return self._text

    @property
    def order(self) -> str:
        """How the list is sorted."""
        return self._order

    @property
    def settled(self) -> bool:
        """Whether the manifest was read, or cannot be."""
        return self._catalogue is not None or self._broken

    def on_mount(self) -> None:
        """Show the manifest's rows at once, and read what filters need behind it."""
        total = len(self._source.manifest)
        self.rows.show(Chosen(np.arange(total, dtype=np.int32)))
        self.rows.focus()
        self._tell()
        self.set_timer(_FIRST_SECONDS, self._load)

    def on_resize(self, event: events.Resize) -> None:
        """The heading depends on the width."""
        self._tell_heading()

    def on_screen_resume(self) -> None:
        """Decisions may have been made."""
        self._tell()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open an utterance; the list follows where its reviewer goes."""
        chosen = self.rows.chosen
        if chosen is None:
            return

        def back(index: int | None) -> None:
            if index is not None:
                self.rows.cursor = index

        utterance = self.app.utterance
        utterance.turn_to(self._source, chosen, event.index, self.decided)
        self.app.push_screen(utterance, back)

    def decided(self, number: int, state: State) -> None:
        """Something was decided about a row."""
        self.rows.forget(number)
        if self._catalogue is not None:
            self._catalogue.states[number] = STATES.index(state)
        else:
            self._early[number] = state

    def decided_elsewhere(self, utterances: Iterable[str]) -> None:
        """Something was decided about utterances, wherever in the manifest they are."""
        self.rows.forget()
        self._unplaced.update(utterances)
        self._place()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A new filter."""
        if self._asked(event.value):
            self.rows.focus()

    def on_key(self, event: events.Key) -> None:
        """Escape leaves the filter as it was."""
        if event.key in ("escape", "down") and self.query_one("#query", Input).has_focus:
            self.rows.focus()
            event.stop()

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one("#query", Input).focus()

    def action_facets(self) -> None:
        """Pick a filter."""
        if (catalogue := self._ready()) is None:
            return
        fields = groupby(catalogue.facets(), key=itemgetter(0))
        found = [facet for _, facets in fields for facet in islice(facets, _CHOICES)]
        choices = [
            (f"{n}", f"{padded(f'{name}:{value}', _CHOICE)} {count:>11,}")
            for n, (name, value, count) in enumerate(found)
        ]

        def chosen(answer: str | None) -> None:
            if answer is not None:
                name, value, _ = found[int(answer)]
                self._asked(toggled(self._text, name, value))

        told = f"Show only, or show again (the {_CHOICES} most frequent of each)"
        self.app.push_screen(AskOne(told, choices), chosen)

    def action_sort(self) -> None:
        """Pick an order."""
        if self._ready() is not None:
            choices = [(order, _ORDERS[order]) for order in ORDERS]
            self.app.push_screen(AskOne("Sort", choices), self._sorted)

    def action_worst(self) -> None:
        """The worst first, or as in the manifest again."""
        if self._ready() is not None:
            self._sorted("manifest" if self._order == "worst" else "worst")

    def action_events(self) -> None:
        """List events, or utterances."""
        if self._ready() is not None:
            self._events = not self._events
            self._choose()

    def action_conflicts(self) -> None:
        """Tell which decisions need a person."""
        self._find_conflicts()

    def _ready(self) -> Catalogue | None:
        if self._broken:
            self.notify("The manifest cannot be read whole: there are no filters and orders")
        elif self._catalogue is None:
            self.notify("The manifest is still being read; the list can be used already")
        return self._catalogue

    def _sorted(self, order: str | None) -> None:
        if order is not None:
            self._order = order
            self._choose()

    def _asked(self, text: str) -> bool:
        """Take a filter, if it is one."""
        try:
            parse_query(text)
        except SalAnchorsError as error:
            self.notify(str(error), severity="error")
            return False
        self._text = text
        self.query_one("#query", Input).value = text
        if self._ready() is not None:
            self._choose()
        return True

    @work(thread=True, exclusive=True, group="load")
    def _load(self) -> None:
        worker = get_current_worker()

        total, told = len(self._source.manifest), 0

        def on_rows(done: int) -> None:
            nonlocal told
            _go_on(worker)
            time.sleep(_PAUSE_SECONDS)
            if done - told > total // _TIMES_TOLD:
                told = done
                show_found(self, self._progressed, done)

        try:
            session = self._source.session
            about = {id_: session.decisions(id_) for id_ in session.utterances}
            found = load_catalogue(
                copy.copy(self._source.manifest),
                about,
                findings=self._source.findings,
                on_rows=on_rows,
            )
        except _GivenUpError:
            return
        except SalAnchorsError as error:
            self._broken = True
            show_found(self, self._failed, str(error))
            return
        show_found(self, self._loaded, found)

    def _progressed(self, done: int) -> None:
        self._done = done
        if self.is_current:
            self._tell()

    def _failed(self, message: str) -> None:
        self.notify(message, severity="error", timeout=20)
        self._tell()

    def _loaded(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        for number, state in self._early.items():
            self.decided(number, state)
        if self._unplaced:
            self._place()
        self._tell()
        if self._text or self._order != "manifest" or self._events:
            self._choose()

    @work(thread=True, exclusive=True, group="choose")
    def _choose(self) -> None:
        worker, catalogue = get_current_worker(), self._catalogue
        if catalogue is None:
            return
        try:
            query = parse_query(self._text)
            chosen = choose(
                catalogue,
                query,
                order=self._order,
                events=self._events,
                found=self._searched(query, worker),
            )
        except _GivenUpError:
            return
        except SalAnchorsError as error:
            show_found(self, self._failed, str(error))
            return
        if not worker.is_cancelled:
            show_found(self, self._show, chosen)

    def _searched(self, query: Query, worker: Worker[None]) -> np.ndarray | None:
        if not query.words:
            return None
        manifest = copy.copy(self._source.manifest)
        return search(manifest, query.words, on_rows=lambda done: _go_on(worker))

    def _show(self, chosen: Chosen) -> None:
        self.rows.show(chosen)
        self._tell()

    @work(thread=True, exclusive=True, group="place")
    def _place(self) -> None:
        """Find the rows of utterances that were decided about elsewhere."""
        worker, ids = get_current_worker(), tuple(self._unplaced)
        if self._catalogue is None:
            return
        manifest = copy.copy(self._source.manifest)
        try:
            found = numbers_of(manifest, ids, on_rows=lambda done: _go_on(worker))
        except _GivenUpError:
            return
        except SalAnchorsError as error:
            show_found(self, self._failed, str(error))
            return
        if not worker.is_cancelled:
            show_found(self, self._placed, ids, found.tolist())

    def _placed(self, ids: Iterable[str], numbers: Iterable[int]) -> None:
        self._unplaced.difference_update(ids)
        try:
            for number in numbers:
                self.decided(number, self._source.reviewed(number).review.state)
        except SalAnchorsError as error:
            self._failed(str(error))
        self._tell()

    @work(thread=True, exclusive=True, group="conflicts")
    def _find_conflicts(self) -> None:
        from sal_anchors.review import progress_of

        decisions = list(self._source.session.journal.decisions.values())
        try:
            found = progress_of(copy.copy(self._source.manifest), decisions).conflicts
        except SalAnchorsError as error:
            show_found(self, self._failed, str(error))
            return
        choices = [(c.utterance, f"{c.utterance}  {c.code}: {c.message}") for c in found]
        show_found(self, self._show_conflicts, choices)

    def _show_conflicts(self, choices: list[tuple[str, str]]) -> None:
        if not choices:
            self.notify("No conflicts")
            return

        def chosen(id_: str | None) -> None:
            if id_ is not None:
                self._asked(f'"{id_}"')

        self.app.push_screen(AskOne(f"{len(choices)} conflicts", choices), chosen)

    def _tell(self) -> None:
        told = self._counts()
        if cell_len(told) > self.size.width:
            told = self._counts(signs=True)
        self.query_one("#counts", Static).update(Content(told), layout=False)
        self._tell_heading()

    def _tell_heading(self) -> None:
        width = self.size.width - self.rows.scrollbar_size_vertical
        told = Content(heading(width, events=self._events))
        self.query_one("#heading", Static).update(told, layout=False)

    def _counts(self, *, signs: bool = False) -> str:
        """What is listed and how far the review is; with signs of states instead of names."""
        total, chosen = len(self._source.manifest), self.rows.chosen
        shown = f"{len(chosen or ()):,}"
        what = "events" if self._events else "utterances"
        told = f"{shown} {what} of {total:,}" if self._events else f"{shown} of {total:,} {what}"
        parts = [told]
        if self._broken:
            parts.append("cannot be read whole: no filters")
        elif self._catalogue is None:
            parts.append(f"reading {100 * self._done // max(1, total)} %")
        else:
            counts = np.bincount(self._catalogue.states, minlength=len(STATES))
            there = [(state, n) for state, n in zip(STATES, counts.tolist(), strict=True) if n]
            parts += [f"{SIGNS[s]} {n:,}" if signs else f"{n:,} {s}" for s, n in there]
        if self._order != "manifest":
            parts.append(f"by {self._order}")
        return " " + ("  " if signs else "   ").join(parts)


def _go_on(worker: Worker[None]) -> None:
    if worker.is_cancelled:
        raise _GivenUpError
