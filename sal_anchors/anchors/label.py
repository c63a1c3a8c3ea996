"""Label policies: which frames carry an event's class."""

from __future__ import annotations

from sal_anchors.anchors.recipe import LabelConfig
from sal_anchors.events.event import Event
from sal_anchors.timebase import FrameGrid


def labelled_frames(event: Event, config: LabelConfig, grid: FrameGrid) -> slice:
    """The frames that get the class of ``event``; may reach past the last frame.

    ``after``: ``[frame_of(time), frame_of(time) + hold)``, at least one frame.
    ``span``: ``[frame_of(start), frame_of(end))``, at least one frame.
    """
    if config.policy == "span":
        first, stop = grid.frame_of(event.start), grid.frame_of(event.end)
    else:
        first = grid.frame_of(event.time)
        stop = first + grid.frames_in(config.hold_ms / 1000)
    return slice(first, max(stop, first + 1))
