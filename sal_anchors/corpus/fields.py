"""Values of rows, each turned into what it stands for or refused with a message."""

from __future__ import annotations

import json
import math
from typing import Any

from sal_anchors.corpus.stream import StreamRef

_LONGEST_SECONDS = 1e6
_HIGHEST_RATE = 1e6


class FieldError(ValueError):
    """A value that does not say what its column should."""


def text_in(name: str, value: Any) -> str | None:
    """A text, spaces around it left out; None if it is absent. Whole numbers are taken as text.

    Raises:
        FieldError: it is something else.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FieldError(f"{name} is {_shown(value)}, a text is expected")
    return str(value).strip()


def label_in(name: str, value: Any) -> str | None:
    """As :func:`text_in`, and an empty text is None too."""
    return text_in(name, value) or None


def seconds_in(name: str, value: Any) -> float | None:
    """A time in seconds, 0 to 1,000,000; None if it is absent.

    Raises:
        FieldError: it is something else.
    """
    if value is None or value == "":
        return None
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_SECONDS:
        raise FieldError(f"{name} is {_shown(value)}, seconds from 0 are expected")
    return seconds


def channel_in(name: str, value: Any) -> int | None:
    """A channel's index from 0; None if it is absent.

    Raises:
        FieldError: it is something else.
    """
    if value is None or value == "":
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 4:
        raise FieldError(f"{name} is {_shown(value)}, a channel counted from 0 is expected")
    return int(text)


def streams_in(name: str, value: Any) -> tuple[StreamRef, ...]:
    """Streams from a list of objects with ``name``, ``path``, ``rate`` and ``channels``, or the
    JSON text of one; none if it is absent.

    Raises:
        FieldError: it is something else, or two streams have one name.
    """
    if value is None or value == "":
        return ()
    try:
        items = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise FieldError(f"{name} is not JSON ({error}): {_shown(value)}") from None
    if not isinstance(items, list):
        raise FieldError(f"{name} is {_shown(value)}, a list of streams is expected")
    streams = tuple(_stream_in(name, item) for item in items)
    names = [stream.name for stream in streams]
    if len(set(names)) < len(names):
        raise FieldError(f"{name}: two streams have one name: {', '.join(names)}")
    return streams


def _stream_in(name: str, item: Any) -> StreamRef:
    values: dict[str, Any] = item if isinstance(item, dict) else {}
    title, path, rate, channels = (
        values.get(key, "") for key in ("name", "path", "rate", "channels")
    )
    sound = (
        isinstance(title, str) and bool(title.strip()) and isinstance(path, str) and bool(path),
        isinstance(rate, int | float) and not isinstance(rate, bool) and 0 < rate <= _HIGHEST_RATE,
        isinstance(channels, int) and not isinstance(channels, bool) and 1 <= channels <= 4_096,
    )
    if not all(sound):
        raise FieldError(
            f"{name} has {_shown(item)}, expected is an object such as "
            '{"name": "wrist", "path": "a.wrist.npy", "rate": 50, "channels": 3}'
        )
    return StreamRef(title, path, float(rate), channels)


def window_in(
    start: float | None, end: float | None, duration: float | None, *, tolerance: float = 0.05
) -> tuple[float, float | None]:
    """Start and duration of a stretch. A duration without a start is that of the whole file.

    Raises:
        FieldError: the three contradict each other, or the stretch has no length.
    """
    first = start or 0.0
    length = duration if start is not None else None
    if end is not None:
        if start is not None and duration is not None and abs(end - first - duration) > tolerance:
            raise FieldError(f"end {end:g} is not start {first:g} + duration {duration:g}")
        length = end - first
    if length is not None and length <= 0:
        raise FieldError(
            f"a stretch of {length:g} s from {first:g} s: its end must follow its start"
        )
    return first, length


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
