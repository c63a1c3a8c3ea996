"""What the sizes and edges of a frame grid may be; whatever else is told by value."""

from __future__ import annotations

from sal_anchors.errors import GridMismatchError
from sal_anchors.timebase.convention import NAMES, Convention

_MAX_RATE = 1_000_000
_MAX_SECONDS = 60


def require_sizes(sample_rate: int, hop: int, window: int, convention: Convention) -> None:
    """Raise GridMismatchError unless each size is one, and a causal window reaches over its hop."""
    for name, value in (("sample_rate", sample_rate), ("hop", hop), ("window", window)):
        if type(value) is not int or value <= 0:
            raise GridMismatchError(
                f"frame grid: {name} must be a positive whole number of samples, got {value!r}"
            )
    if convention not in NAMES:
        raise GridMismatchError(
            f"frame grid: unknown convention {convention!r}, expected one of {', '.join(NAMES)}"
        )
    if sample_rate > _MAX_RATE:
        raise GridMismatchError(
            f"frame grid: sample_rate {sample_rate} is above the highest possible, {_MAX_RATE}"
        )
    for name, value in (("hop", hop), ("window", window)):
        if value > _MAX_SECONDS * sample_rate:
            raise GridMismatchError(
                f"frame grid: {name} {value} is more than {_MAX_SECONDS} s at {sample_rate} Hz"
            )
    if convention == "causal" and window < hop:
        raise GridMismatchError(
            f"frame grid: window ({window} samples) is shorter than hop ({hop})",
            hint="Give a window of at least one hop, else some samples are in no frame",
        )


def edge_of(name: str, given: int | None, named: int | None, convention: Convention) -> int:
    """The value of ``origin`` or ``after``: what is given, else what the convention says.

    Raises:
        GridMismatchError: if they disagree, or there is neither.
    """
    if given is None:
        if named is None:
            raise GridMismatchError(
                f"frame grid: the convention 'explicit' needs {name}",
                hint="Give origin and after in samples, or a named convention",
            )
        return named
    if type(given) is not int:
        raise GridMismatchError(
            f"frame grid: {name} must be a whole number of samples, got {given!r}"
        )
    if named not in (None, given):
        raise GridMismatchError(
            f"frame grid: {name} {given} does not belong to the convention {convention!r}, "
            f"whose {name} is {named} here",
            hint=f"Leave {name} out, or set the convention 'explicit'",
        )
    return given


def require_edges(sample_rate: int, window: int, origin: int, after: int) -> None:
    """Raise GridMismatchError if the first or the last window would lie off the audio."""
    if origin + window < 0:
        raise GridMismatchError(
            f"frame grid: origin {origin} puts the first window of {window} samples before "
            "the audio",
            hint=f"Give an origin of at least {-window}",
        )
    if after > window:
        raise GridMismatchError(
            f"frame grid: after {after} puts windows of {window} samples behind the audio",
            hint=f"Give at most {window}",
        )
    limit = _MAX_SECONDS * sample_rate
    if origin > limit or after < -limit:
        raise GridMismatchError(
            f"frame grid: origin {origin} or after {after} is more than {_MAX_SECONDS} s "
            f"inside the audio at {sample_rate} Hz"
        )


def require_counts(**counts: tuple[int, int]) -> None:
    """Raise GridMismatchError unless each ``name=(value, least)`` is a whole number >= least."""
    for name, (value, least) in counts.items():
        if type(value) is not int or value < least:
            raise GridMismatchError(
                f"{name} must be a whole number of frames, at least {least}, got {value!r}"
            )
