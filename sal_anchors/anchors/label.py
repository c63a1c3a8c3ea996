"""Label policies: which frames carry an event's class, and which carry none for doubt."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from sal_anchors.anchors.table import Milliseconds, Table
from sal_anchors.events.event import Event, EventKind
from sal_anchors.timebase import FrameGrid

_POLICIES = "after, span or since"


class _Labels(Table):
    ignore: float = Field(
        default=0.0,
        ge=0,
        le=10,
        description="times the event's uncertainty: frames this near a boundary get no label",
    )
    ignore_cap_ms: Milliseconds = Field(default=100.0, description="ms; never further than this")

    def band(self, uncertainty: float) -> float:
        """Seconds on each side of a boundary in which frames are ignored."""
        return min(self.ignore * uncertainty, self.ignore_cap_ms / 1000)


class AfterLabels(_Labels):
    """The class from the anchor on for a time."""

    policy: Literal["after"] = Field(default="after", description=_POLICIES)
    hold_ms: Milliseconds = Field(default=300.0, description="ms from the anchor on")


class SpanLabels(_Labels):
    """The class from the start of the event's span to its end."""

    policy: Literal["span"] = Field(default="span", description=_POLICIES)


class SinceLabels(_Labels):
    """The class from the anchor until the next event of another kind, else to the end."""

    policy: Literal["since"] = Field(default="since", description=_POLICIES)
    until: EventKind = Field(description="kind of the event that ends it")


def _policy_of(value: Any) -> str:
    """The tag of a table of labels or of its model; it begins with a colon, unlike any key."""
    if isinstance(value, dict):
        return f":{value.get('policy', 'after')}"
    return f":{getattr(value, 'policy', None)}"


LabelConfig = Annotated[
    Annotated[AfterLabels, Tag(":after")]
    | Annotated[SpanLabels, Tag(":span")]
    | Annotated[SinceLabels, Tag(":since")],
    Discriminator(
        _policy_of,
        custom_error_type="labels",
        custom_error_message=f"its policy must be {_POLICIES}",
    ),
]
LABEL_TABLES: dict[str, type[Table]] = {
    ":after": AfterLabels,
    ":span": SpanLabels,
    ":since": SinceLabels,
}


def labelled_frames(
    event: Event, config: LabelConfig, grid: FrameGrid, *, until: float | None = None
) -> slice:
    """The frames that get the class of ``event``; may reach past the last frame.

    ``after``: ``[frame_of(time), frame_of(time) + hold)``.
    ``span``: ``[frame_of(start), frame_of(end))``.
    ``since``: ``[frame_of(time), frame_of(until))``, without an end if ``until`` is None.
    Always at least one frame.

    Args:
        event: whose class it is.
        config: the policy.
        grid: the frames.
        until: seconds; of the event that ends the class, for ``since``.
    """
    stop: int | None
    if isinstance(config, SpanLabels):
        first, stop = grid.frame_of(event.start), grid.frame_of(event.end)
    else:
        first = grid.frame_of(event.time)
        if isinstance(config, AfterLabels):
            stop = first + grid.frames_in(config.hold_ms / 1000)
        else:
            stop = None if until is None else grid.frame_of(until)
    return slice(first, None if stop is None else max(stop, first + 1))


def doubtful_frames(time: float, band: float, grid: FrameGrid) -> slice:
    """The frames whose label hangs on where in ``time +- band`` (seconds) a boundary truly is.

    ``[frame_of(time - band), frame_of(time + band))``; none if the band is shorter than a frame
    and lies within one.
    """
    return slice(grid.frame_of(max(0.0, time - band)), grid.frame_of(max(0.0, time + band)))
