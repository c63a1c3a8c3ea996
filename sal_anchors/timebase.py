"""The frame grid: the only place where time and frames meet."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from sal_anchors.errors import GridMismatchError

Convention = Literal["causal"]


@dataclass(frozen=True, slots=True)
class FrameGrid:
    """A regular grid of analysis frames over audio; all arithmetic is in integer samples.

    The convention ``causal`` is that of a streaming detector: frame ``t`` is complete as soon as
    ``(t + 1) * hop`` samples have arrived, and its window covers the ``window`` samples before
    that instant (silence stands before the first sample)::

        origin      = hop - window
        frame t     = samples [origin + t * hop, origin + t * hop + window)
        num_frames  = ceil(num_samples / hop)

    Attributes:
        sample_rate: samples a second, > 0.
        hop: samples between the starts of neighbouring frames, > 0.
        window: samples a frame covers, >= hop.
        convention: which instant a frame stands for; ``causal`` is its window's end.
    """

    sample_rate: int = 16_000
    hop: int = 160
    window: int = 400
    convention: Convention = "causal"

    def __post_init__(self) -> None:
        for name in ("sample_rate", "hop", "window"):
            value = getattr(self, name)
            if not isinstance(value, int) or value <= 0:
                raise GridMismatchError(
                    f"frame grid: {name} must be a positive whole number of samples, got {value!r}"
                )
        if self.window < self.hop:
            raise GridMismatchError(
                f"frame grid: window ({self.window} samples) is shorter than hop ({self.hop})",
                hint="Give a window of at least one hop, else some samples are in no frame",
            )
        if self.convention not in get_args(Convention):
            raise GridMismatchError(
                f"frame grid: unknown convention {self.convention!r}, "
                f"expected one of {', '.join(get_args(Convention))}"
            )

    @property
    def origin(self) -> int:
        """First sample of frame 0; negative when its window starts before the audio."""
        return self.hop - self.window

    @property
    def hop_seconds(self) -> float:
        """Seconds between neighbouring frames."""
        return self.hop / self.sample_rate

    def sample_of(self, time: float) -> int:
        """The sample instant nearest to a time in seconds (halves up): ``floor(t * sr + 1/2)``."""
        return math.floor(time * self.sample_rate + 0.5)

    def time_of(self, sample: int) -> float:
        """Seconds from the audio's start to a sample instant."""
        return sample / self.sample_rate

    def snap(self, time: float) -> float:
        """The time in seconds of the sample instant nearest to ``time``."""
        return self.time_of(self.sample_of(time))

    def resampled(self, num_samples: int, sample_rate: int) -> int:
        """Samples on this grid's rate of a recording of ``num_samples`` at ``sample_rate``.

        ``floor(num_samples * self.sample_rate / sample_rate + 1/2)``, in integers.
        """
        return (2 * num_samples * self.sample_rate + sample_rate) // (2 * sample_rate)

    def num_frames(self, num_samples: int) -> int:
        """Frames of audio that has ``num_samples`` at the grid's rate: ``ceil(n / hop)``."""
        return -(-num_samples // self.hop)

    def frame_of(self, time: float) -> int:
        """The first frame whose window has seen the instant ``time`` (seconds, >= 0).

        With ``n = sample_of(time)``: ``max(0, ceil((n - origin - window) / hop))``. It is below
        ``num_frames`` for every instant from 0 to the audio's end.
        """
        return max(0, -(-(self.sample_of(time) - self.origin - self.window) // self.hop))

    def frame_end(self, frame: int) -> int:
        """The sample instant at which ``frame`` is complete: ``origin + frame * hop + window``."""
        return self.origin + frame * self.hop + self.window

    def time_of_frame(self, frame: int) -> float:
        """Seconds at which ``frame`` is complete; at most one hop after any instant it is first
        to see."""
        return self.time_of(self.frame_end(frame))

    def frames_in(self, seconds: float) -> int:
        """Whole frames in a duration, rounded to the nearest (halves up)."""
        return math.floor(seconds * self.sample_rate / self.hop + 0.5)

    def require_same(self, other: FrameGrid, *, here: str, there: str) -> None:
        """Raise GridMismatchError unless ``other`` is this grid.

        Args:
            here: what this grid belongs to, for the message.
            there: what ``other`` belongs to.
        """
        if self != other:
            raise GridMismatchError(
                f"{here} is on {self}, {there} is on {other}",
                hint="Align again with the grid of the one you keep, or train anew",
            )

    def to_dict(self) -> dict[str, Any]:
        """The grid as plain JSON values, its derived origin included for readers."""
        return {**asdict(self), "origin": self.origin}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FrameGrid:
        """The inverse of :meth:`to_dict`."""
        known = {k: v for k, v in values.items() if k != "origin"}
        if missing := [field.name for field in fields(cls) if field.name not in known]:
            raise GridMismatchError(f"frame grid: {', '.join(missing)} missing", hint="Align again")
        try:
            grid = cls(**known)
        except TypeError as error:
            raise GridMismatchError(f"frame grid: {error}", hint="Align again") from None
        if values.get("origin", grid.origin) != grid.origin:
            raise GridMismatchError(
                f"frame grid: origin {values['origin']} does not belong to {grid}",
                hint=f"Expected origin {grid.origin}",
            )
        return grid

    def __str__(self) -> str:
        return (
            f"{self.convention} grid of {self.hop}/{self.window} samples (hop/window) "
            f"at {self.sample_rate} Hz"
        )
