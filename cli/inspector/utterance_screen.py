"""The second screen: one utterance, seen, heard and corrected."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from .deciding import Deciding
from .player import NoDeviceError, snippet, write_snippet

_AROUND_SECONDS = 1.5


class UtteranceScreen(Deciding):
    """An utterance of the list, with all its keys; gives back where in the list its reviewer
    ended."""

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
                ("escape,backspace", "back", "Back"),
                ("q", "app.quit", "Quit"),
            )
        ),
    ]

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
            self.notify(f"It cannot be written: {error}", severity="error")
            return
        self.notify(f"Written: {path.name}")

    def _play(self, start: float, end: float) -> None:
        if self._sound is None:
            self.notify(f"There is nothing to hear: {self._message}")
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
                )
