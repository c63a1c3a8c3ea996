"""The frame grid: integer samples, and the conversions between time and frames both ways."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from sal_anchors.errors import GridMismatchError
from sal_anchors.timebase.convention import NAMES, Convention, edges, name_of
from sal_anchors.timebase.limits import edge_of, require_counts, require_edges, require_sizes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Placement = Literal["seen", "centre", "hop"]
"""How an instant and a frame belong together.

``seen``: the first frame whose window has seen the instant; a frame stands for its window's end.
``centre``: the frame whose centre is nearest; a frame stands for its window's centre.
``hop``: the frame with the number of the hop that holds the instant, wherever its window lies; a
frame stands for the start of its hop.
"""


@dataclass(frozen=True, slots=True, init=False)
class FrameGrid:
    """A regular grid of analysis frames over audio; all arithmetic is in integer samples.

    Every convention is a choice of ``origin`` and ``after``
    (:func:`sal_anchors.timebase.convention.edges`)::

        frame t     = samples [origin + t * hop, origin + t * hop + window)
        num_frames  = max(0, 1 + floor((num_samples + after - origin - window) / hop))

    The default, ``causal``, is that of a streaming detector: frame ``t`` is complete as soon as
    ``(t + 1) * hop`` samples have arrived, silence stands before the first sample and fills up the
    last hop, so that ``num_frames = ceil(num_samples / hop)``.

    Two grids are equal if their frames are, whatever their conventions are called.

    Attributes:
        sample_rate: samples a second, > 0.
        hop: samples between the starts of neighbouring frames, > 0.
        window: samples a frame covers, > 0; >= hop for ``causal``.
        convention: name of where the edges are; ``explicit`` if none fits.
        origin: first sample of frame 0; negative when its window starts before the audio.
        after: samples behind the recording that its last frame may reach over.
    """

    sample_rate: int
    hop: int
    window: int
    convention: Convention = field(compare=False)
    origin: int
    after: int

    def __init__(
        self,
        sample_rate: int = 16_000,
        hop: int = 160,
        window: int = 400,
        convention: Convention = "causal",
        *,
        origin: int | None = None,
        after: int | None = None,
    ) -> None:
        """Make a grid.

        Args:
            sample_rate: Hz.
            hop: samples.
            window: samples.
            convention: gives origin and after, but for ``explicit``.
            origin: needed for ``explicit``; else left out, or what the convention says.
            after: likewise.

        Raises:
            GridMismatchError: a value that is no number of samples or contradicts another.
        """
        require_sizes(sample_rate, hop, window, convention)
        named = edges(convention, hop, window)
        found = [
            edge_of(name, given, named and named[index], convention)
            for index, (name, given) in enumerate((("origin", origin), ("after", after)))
        ]
        require_edges(sample_rate, window, *found)
        values = (sample_rate, hop, window, convention, *found)
        for attribute, value in zip(fields(self), values, strict=True):
            object.__setattr__(self, attribute.name, value)

    @property
    def hop_seconds(self) -> float:
        """Seconds between neighbouring frames."""
        return self.hop / self.sample_rate

    @property
    def latency(self) -> int:
        """Samples from the start of hop ``t`` to the instant at which frame ``t`` is known:
        ``origin + window``. One hop for ``causal``; half a window for ``centred``."""
        return self.origin + self.window

    def sample_of(self, time: float) -> int:
        """The sample instant nearest to a time in seconds (halves up): ``floor(t * sr + 1/2)``.

        It is the inverse of :meth:`time_of` to the sample, for ten hours and more.
        """
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
        """Frames of audio that has ``num_samples`` at the grid's rate:
        ``max(0, 1 + floor((n + after - origin - window) / hop))``."""
        return max(0, 1 + (num_samples + self.after - self.origin - self.window) // self.hop)

    def frame_of(self, time: float, by: Placement = "seen") -> int:
        """The frame of an instant, never below 0.

        With ``n = sample_of(time)``::

            seen    ceil((n - origin - window) / hop)
            centre  floor((n - origin - window/2) / hop + 1/2)
            hop     floor(n / hop)

        ``seen`` is the one that a streaming detector can be trained on: no earlier frame knows of
        the instant. In audio that has frames at all it is below ``num_frames`` for every instant
        up to ``num_samples + after - hop + 1``, which for ``causal`` is the audio's end; later
        ones are in no frame, and the result is that of longer audio.

        Args:
            time: seconds.
            by: how instant and frame belong together.
        """
        if by == "seen":
            frame = -(-(self.sample_of(time) - self.origin - self.window) // self.hop)
        elif by == "centre":
            halves = math.floor(2 * time * self.sample_rate + 0.5)
            frame = (halves - 2 * self.origin - self.window + self.hop) // (2 * self.hop)
        else:
            frame = self.sample_of(time) // self.hop
        return max(0, frame)

    def frames_of(self, times: NDArray[np.float64]) -> NDArray[np.int64]:
        """:meth:`frame_of`, by ``seen``, of many instants at once, of any shape."""
        import numpy as np

        samples = np.floor(times * self.sample_rate + 0.5).astype(np.int64)
        frames: NDArray[np.int64] = -(-(samples - self.origin - self.window) // self.hop)
        return np.maximum(frames, 0)

    def time_of_frame(self, frame: int, by: Placement = "seen") -> float:
        """The instant in seconds that a frame stands for; ``frame_of`` gives the frame back.

        ::

            seen    (origin + frame * hop + window) / sr
            centre  (origin + frame * hop + window/2) / sr
            hop     frame * hop / sr

        From an instant to its frame and back: ``seen`` is less than a hop later, ``centre`` at
        most half a hop off, ``hop`` less than a hop earlier; except for instants before that of
        frame 0 (by half a hop and more, for ``centre``), which wait for it.
        """
        if by == "seen":
            return self.time_of(self.frame_end(frame))
        if by == "centre":
            twice = self.frame_start(frame) + self.frame_end(frame)
            return twice / (2 * self.sample_rate)
        return self.time_of(self.samples_in(frame))

    def frame_start(self, frame: int) -> int:
        """First sample of a frame's window: ``origin + frame * hop``."""
        return self.origin + frame * self.hop

    def frame_end(self, frame: int) -> int:
        """The sample instant at which ``frame`` is known: ``origin + frame * hop + window``."""
        return self.origin + frame * self.hop + self.window

    def frames_in(self, seconds: float) -> int:
        """Whole frames in a duration, rounded to the nearest (halves up)."""
        return math.floor(seconds * self.sample_rate / self.hop + 0.5)

    def samples_in(self, frames: int) -> int:
        """Samples of that many hops: ``frames * hop``."""
        return frames * self.hop

    def hop_start(self, sample: int) -> int:
        """First sample of the hop that holds a sample; audio cut there keeps its frames."""
        return sample // self.hop * self.hop

    def strided(self, stride: int, *, first: int = 0) -> FrameGrid:
        """The grid of every ``stride``-th frame, ``features[first::stride]``."""
        require_counts(stride=(stride, 1), first=(first, 0))
        origin = self.origin + first * self.hop
        return self._derived(stride * self.hop, self.window, origin, self.after)

    def stacked(self, count: int, *, pad: bool = False) -> FrameGrid:
        """The grid of frames that each join ``count`` neighbours without overlap.

        A rest of less than ``count`` frames is dropped, or with ``pad`` filled up.
        """
        return self.convolved(count, count, after=count - 1 if pad else 0)

    def convolved(self, kernel: int, stride: int, *, before: int = 0, after: int = 0) -> FrameGrid:
        """The output grid of a convolution, a pooling or any layer that looks at ``kernel``
        frames and moves on by ``stride``::

            T' = floor((T + before + after - kernel) / stride) + 1

        Args:
            kernel: frames that an output frame depends on, ``dilation * (size - 1) + 1``.
            stride: frames between output frames.
            before: frames of padding in front.
            after: frames of padding behind.

        Raises:
            GridMismatchError: a number below 1 (0 for padding), or padding of ``kernel`` or more.
        """
        require_counts(kernel=(kernel, 1), stride=(stride, 1), before=(before, 0), after=(after, 0))
        if before + after >= kernel:
            raise GridMismatchError(
                f"padding of {before} + {after} frames for a kernel of {kernel} makes frames of "
                "padding alone",
                hint="Pad by less than the kernel",
            )
        return self._derived(
            stride * self.hop,
            self.window + (kernel - 1) * self.hop,
            self.origin - before * self.hop,
            self.after + after * self.hop,
        )

    def _derived(self, hop: int, window: int, origin: int, after: int) -> FrameGrid:
        name = name_of(hop, window, origin, after)
        return FrameGrid(self.sample_rate, hop, window, name, origin=origin, after=after)

    def require_same(self, other: FrameGrid, *, here: str, there: str) -> None:
        """Raise GridMismatchError unless ``other`` is this grid.

        Args:
            here: what this grid belongs to, for the message.
            there: what ``other`` belongs to.
        """
        if self == other:
            return
        differing = [
            f"{name} ({getattr(self, name)}, {getattr(other, name)})"
            for name in ("sample_rate", "hop", "window", "origin", "after")
            if getattr(self, name) != getattr(other, name)
        ]
        raise GridMismatchError(
            f"{here} is on the {self}, {there} is on the {other}; "
            f"they differ in {', '.join(differing)}",
            hint=f"Render the targets again with [grid] {self.recipe_line} in the recipe, "
            "or train anew on the other grid",
        )

    def require_frames(self, found: int, num_samples: int, *, here: str) -> None:
        """Raise GridMismatchError unless features computed elsewhere have this grid's frames.

        Args:
            found: frames that there are.
            num_samples: of their recording at the grid's rate.
            here: what they are, for the message.
        """
        if found == self.num_frames(num_samples):
            return
        fitting = [
            name
            for name in NAMES
            if name != "explicit" and (name != "causal" or self.window >= self.hop)
            if FrameGrid(self.sample_rate, self.hop, self.window, name).num_frames(num_samples)
            == found
        ]
        raise GridMismatchError(
            f"{here}: {found} frames for {num_samples} samples, "
            f"the {self} has {self.num_frames(num_samples)}",
            hint=f"Of this hop and window {' and '.join(fitting)} would have {found} frames: "
            "set the convention in the recipe's [grid]"
            if fitting
            else "Give the recipe's [grid] the hop, window and convention of the features",
        )

    @property
    def recipe_line(self) -> str:
        """The values as a recipe's ``[grid]`` holds them, in one line."""
        line = (
            f"sample_rate = {self.sample_rate}, hop = {self.hop}, window = {self.window}, "
            f'convention = "{self.convention}"'
        )
        if self.convention == "explicit":
            line += f", origin = {self.origin}, after = {self.after}"
        return line

    def to_dict(self) -> dict[str, Any]:
        """The grid as plain JSON values, derived origin and after included for readers."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FrameGrid:
        """The inverse of :meth:`to_dict`; origin and after may be left out of a named convention.

        Raises:
            GridMismatchError: a key that is missing or unknown, or a value that cannot be.
        """
        names = [attribute.name for attribute in fields(cls)]
        if missing := [name for name in names[:4] if name not in values]:
            raise GridMismatchError(f"frame grid: {', '.join(missing)} missing", hint="Align again")
        if unknown := [str(name) for name in values if name not in names]:
            raise GridMismatchError(
                f"frame grid: unknown {', '.join(unknown)}, expected {', '.join(names)}",
                hint="Align again",
            )
        return cls(**values)

    def __str__(self) -> str:
        edges = (
            f", origin {self.origin}, after {self.after}," if self.convention == "explicit" else ""
        )
        return (
            f"{self.convention} grid of {self.hop}/{self.window} samples (hop/window){edges} "
            f"at {self.sample_rate} Hz"
        )
