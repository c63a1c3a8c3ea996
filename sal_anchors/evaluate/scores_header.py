"""The header of a scores file: what its numbers are, and at which instants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sal_anchors.errors import EvaluationError, GridMismatchError
from sal_anchors.timebase import FrameGrid

FILE_NAME = "scores.json"
METADATA_KEY = b"scores"
_DOCS = "The format is in docs/evaluation.md"


class ScoresHeader(BaseModel):
    """What stands once for all recordings of a scores file.

    Attributes:
        version: of the format.
        classes: what the columns of the posteriors are, in their order.
        sample_rate: Hz, that the instants below are counted in.
        hop: samples from one frame to the next.
        first: samples of the recording that have been heard when frame 0 is out, look-ahead
            included; frame ``t`` is out at ``first + t * hop``.
        look_ahead: samples by which a frame is out after the instant it is about.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    version: int = Field(default=1, ge=1, le=1)
    classes: tuple[str, ...] = Field(min_length=1, strict=False)
    sample_rate: int
    hop: int
    first: int
    look_ahead: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("a class is there twice")
        if self.first < self.look_ahead:
            raise ValueError(f"first {self.first} is less than look_ahead {self.look_ahead}")
        try:
            self.grid()
        except GridMismatchError as error:
            raise ValueError(error.problem) from None
        return self

    def grid(self) -> FrameGrid:
        """The grid of the decisions."""
        return self._grid(self.first)

    def label_grid(self) -> FrameGrid:
        """The grid of the instants that the frames are about."""
        return self._grid(self.first - self.look_ahead)

    def _grid(self, first: int) -> FrameGrid:
        after = min(first, self.hop) - 1 if first else 0
        return FrameGrid(
            self.sample_rate,
            self.hop,
            self.hop,
            "explicit",
            origin=first - self.hop,
            after=after,
        )

    def columns(self, classes: tuple[str, ...], *, where: Path) -> tuple[int | None, ...]:
        """The column of each class; None for a background that there is none of.

        Raises:
            EvaluationError: there is no column for a class.
        """
        named = {name: column for column, name in enumerate(self.classes)}
        if missing := [name for name in classes[1:] if name not in named]:
            raise EvaluationError(
                f"no posteriors for {', '.join(missing)}; it has {', '.join(self.classes)}",
                where=where,
                hint="Name its classes as the manifest does",
            )
        return tuple(named.get(name) for name in classes)


def parse_header(text: str | bytes, *, where: Path) -> ScoresHeader:
    """The header of a JSON text.

    Raises:
        EvaluationError: it is none.
    """
    try:
        return ScoresHeader.model_validate(json.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "header"
        problem = f"its header is not valid ({place}: {first['msg']})"
    except (ValueError, RecursionError):
        problem = "its header is not JSON"
    raise EvaluationError(problem, where=where, hint=_DOCS)


def header_of(classes: tuple[str, ...], grid: FrameGrid, look_ahead: int) -> ScoresHeader:
    """The header of a detector's own posteriors."""
    return ScoresHeader(
        classes=classes,
        sample_rate=grid.sample_rate,
        hop=grid.hop,
        first=grid.frame_end(0),
        look_ahead=look_ahead,
    )
