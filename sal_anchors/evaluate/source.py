"""Where posteriors come from: a detector that is run, or a file of another system's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sal_anchors.evaluate.report import UnreadFile
from sal_anchors.evaluate.stream import Streamed
from sal_anchors.timebase import FrameGrid


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Recordings with posteriors, one at a time.

    Attributes:
        classes: names of the posteriors' columns; index 0 is the background.
        grid: of the decisions: its frames end when the posteriors are out.
        look_ahead: samples by which a posterior is out after the frame that it is about.
        items: recordings in turn, and files that could not be read.
    """

    classes: tuple[str, ...]
    grid: FrameGrid
    look_ahead: int
    items: Iterator[Streamed | UnreadFile]
