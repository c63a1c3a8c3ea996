"""The picture of an utterance on the screen, with its cursor, selection and mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from .draw.axis import Axis
from .draw.canvas import Canvas
from .draw.picture import GUTTER, Scene, draw_message, draw_picture

if TYPE_CHECKING:
    from textual import events

    from .draw.palette import Palette

ZOOM = 0.7


class PictureView(Widget, can_focus=False):
    """Draws a scene on an axis; tells where the mouse points, drags, and wheels."""

    DEFAULT_CSS = "PictureView { height: 1fr; }"

    class Pointed(Message):
        """The mouse was pressed or dragged to a time.

        Attributes:
            time: seconds.
            dragged: whether it was pressed elsewhere before.
        """

        def __init__(self, time: float, *, dragged: bool) -> None:
            super().__init__()
            self.time = time
            self.dragged = dragged

    class Wheeled(Message):
        """The wheel was turned.

        Attributes:
            time: seconds, where the mouse is.
            steps: 1 towards the user, -1 away from them.
            sideways: whether to scroll instead of to zoom.
        """

        def __init__(self, time: float, steps: int, *, sideways: bool) -> None:
            super().__init__()
            self.time = time
            self.steps = steps
            self.sideways = sideways

    def __init__(self) -> None:
        super().__init__()
        self._scene: Scene | None = None
        self._axis = Axis(0.0, 1.0, 1)
        self._palette: Palette | None = None
        self._colours = True
        self._message = ""
        self._strips: list[Strip] | None = None
        self._pressed = False

    @property
    def columns(self) -> int:
        """Columns of the axis."""
        return max(1, self.size.width - GUTTER)

    def show(self, scene: Scene, axis: Axis, palette: Palette, *, colours: bool) -> None:
        """Draw this from now on."""
        self._scene, self._axis, self._palette = scene, axis, palette
        self._colours = colours
        self._strips = None
        self.refresh()

    def tell(self, message: str, palette: Palette) -> None:
        """Show a message from now on, as there is nothing to draw."""
        self._scene, self._message, self._palette = None, message, palette
        self._strips = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of the picture, drawn whole when it is first asked for."""
        if self._palette is None:
            return Strip.blank(self.size.width, self.rich_style)
        if self._strips is None:
            width, style = self.size.width, self.rich_style
            self._strips = [
                Strip(line).apply_style(style).adjust_cell_length(width, style)
                for line in self._drawn(self._palette).strips()
            ]
        if y >= len(self._strips):
            return Strip.blank(self.size.width, self.rich_style)
        return self._strips[y]

    def _drawn(self, palette: Palette) -> Canvas:
        height = self.size.height
        if self._scene is not None:
            return draw_picture(self._scene, self._axis, height, palette, colours=self._colours)
        canvas = Canvas.blank(height, self.size.width)
        draw_message(canvas, self._message, palette)
        return canvas

    def on_resize(self) -> None:
        """Draw anew."""
        self._strips = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor there."""
        self._pressed = True
        self.capture_mouse()
        self.post_message(self.Pointed(self._time(event.x), dragged=False))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select as far as there."""
        if self._pressed:
            self.post_message(self.Pointed(self._time(event.x), dragged=True))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Selected."""
        self._pressed = False
        self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out, or scroll."""
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in, or scroll."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, steps: int) -> None:
        event.stop()
        sideways = event.shift or event.ctrl
        self.post_message(self.Wheeled(self._time(event.x), steps, sideways=sideways))

    def _time(self, x: int) -> float:
        return self._axis.start + (x - GUTTER + 0.5) * self._axis.step
