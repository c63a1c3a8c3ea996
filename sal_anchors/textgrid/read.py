"""Praat TextGrids, read with the checks that the ``textgrid`` package leaves out.

That package drops the last interval when a tier's declared size is too small, drops intervals
without length, rounds times, and meets damage with whatever exception comes first. Here every
fault is one typed error that names the file and the reason.
"""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from sal_anchors.textgrid.tiers import Mark, TextGridError, TextGridFile, Tier

MAX_BYTES = 64 * 1024 * 1024

_DECIMALS = 9
_END_TOLERANCE = 0.02
_STRING = re.compile(r'"(?:[^"]|"")*"')
_VALUE = re.compile(
    r'"(?:[^"]|"")*"|(?<![^\s])(?:<exists>|-?[\d.]+(?:e-?\d+)?)(?![^\s])', re.IGNORECASE
)
_LONG_POINTS = re.compile(r"points\s*\[|points:", re.IGNORECASE)
_SHORT_HEADER_VALUES = 4
_TIER_VALUES = 4
_HEADER_STRINGS = 2
_STRINGS_A_TIER = 2
_TIMES = re.compile(
    r'(?:xmin\s*=\s*)?(-?[\d.]+(?:e-?\d+)?)\s+(?:xmax\s*=\s*)?(-?[\d.]+(?:e-?\d+)?)\s+(?:text\s*=\s*)?""',
    re.IGNORECASE,
)


def read_textgrid(path: Path, *, audio_seconds: float | None = None) -> TextGridFile:
    """Read a TextGrid in the long or short text format, in UTF-8 or UTF-16.

    Times are kept to the nanosecond.

    Args:
        path: the file.
        audio_seconds: length of its recording. The file may end up to 20 ms later, the step
            of the coarsest aligners' frames, and as much earlier as it likes.

    Raises:
        TextGridError: names the file, what is wrong with it, and what to do.
    """
    text, encoding = _decode(path)
    if _is_short_with_points(text):
        grid = _parse_padded(path, text)
    else:
        grid = _parse(path, path, encoding)
        for match in _TIMES.finditer(_STRING.sub('""', text)):
            _check_length(path, float(match[1]), float(match[2]))
    _check_counts(path, text, grid)
    tiers = tuple(_tier(path, tier) for tier in grid)
    result = TextGridFile(path, float(grid.minTime), float(grid.maxTime), tiers)
    _check_ends(result, audio_seconds)
    return result


def _fault(path: Path, problem: str, hint: str) -> TextGridError:
    return TextGridError(problem, where=path, hint=hint)


def _decode(path: Path) -> tuple[str, str]:
    """The file's text and the name of its encoding."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise _fault(path, f"cannot be read ({error.strerror})", "Check the path") from None
    if size > MAX_BYTES:
        problem = f"{size} bytes, at most {MAX_BYTES} are read"
        raise _fault(path, problem, "Split it, an utterance or a chapter a file")
    if not content.strip():
        raise _fault(path, "the file is empty", "Write it again from its source")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if marked else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 or UTF-16 text ({error.reason} at byte {error.start})"
        raise _fault(path, problem, "In Praat, set the text writing preference to UTF-8") from None
    if text.count('"') % 2:
        raise _fault(path, "a label is not closed: the file is cut short or damaged", _AGAIN)
    return text, encoding


_AGAIN = "Write it again from its source"
_ENDS_EARLY = "it ends early, or declares more tiers, intervals or points than it holds"


def _is_short_with_points(text: str) -> bool:
    """Whether it is in the short format with a point tier."""
    return '"TextTier"' in text and not _LONG_POINTS.search(_STRING.sub('""', text))


def _parse_padded(path: Path, text: str) -> Any:
    """Parse the short format; the reader wants a line it skips before each of its points."""
    with tempfile.TemporaryDirectory(prefix="sal-anchors-") as folder:
        padded = Path(folder) / "padded.TextGrid"
        padded.write_text("\n".join(_padded_lines(path, text)) + "\n", encoding="utf-8")
        return _parse(path, padded, "utf-8")


def _padded_lines(path: Path, text: str) -> Iterator[str]:
    """The values of a short-format file, one a line, with an empty line before each point."""
    values = iter(_VALUE.findall(text))
    try:
        next(values)
        yield 'File type = "ooTextFile"'
        yield f"Object class = {next(values)}"
        yield ""
        yield from (next(values) for _ in range(_SHORT_HEADER_VALUES))
        for sort in values:
            name, start, end, count = (next(values) for _ in range(_TIER_VALUES))
            yield from (sort, name, start, end, count)
            for _ in range(int(count)):
                if sort == '"TextTier"':
                    yield from ("", next(values), next(values))
                else:
                    first, last = next(values), next(values)
                    _check_length(path, float(first), float(last))
                    yield from (first, last, next(values))
    except (RuntimeError, StopIteration, ValueError):
        raise _fault(path, _ENDS_EARLY, _AGAIN) from None


def _parse(path: Path, source: Path, encoding: str) -> Any:
    import textgrid

    grid = textgrid.TextGrid()
    try:
        grid.read(str(source), round_digits=_DECIMALS, encoding=encoding)
    except textgrid.exceptions.TextGridError:
        problem = "not a Praat TextGrid (its first lines do not say so)"
        raise _fault(path, problem, "Give a TextGrid saved as a text file") from None
    except ValueError as error:
        raise _fault(path, _meaning(error), "Correct it in Praat") from None
    except (AttributeError, EOFError, IndexError, OverflowError, TypeError):
        raise _fault(path, _ENDS_EARLY, _AGAIN) from None
    return grid


def _meaning(error: ValueError) -> str:
    """What the reader's ValueError stands for: it carries a bare interval, bound, or line."""
    culprit = error.args[0] if error.args else ""
    if isinstance(culprit, float):
        return f"an interval or point lies beyond its tier's bound at {culprit} s"
    if isinstance(culprit, tuple) or hasattr(culprit, "minTime"):
        return f"intervals overlap: {culprit}"
    return f"a line is not what its place in the file calls for ({error})"


def _check_length(path: Path, start: float, end: float) -> None:
    """Refuse an interval that ends at or before its start, which the reader drops silently."""
    if start >= end:
        problem = f"an interval runs from {start} to {end} s: it has no length"
        raise _fault(path, problem, "Correct or remove it in Praat")


def _check_counts(path: Path, text: str, grid: Any) -> None:
    """Compare the strings in the file with those that the declared sizes account for."""
    held = len(_STRING.findall(text)) - _HEADER_STRINGS - _STRINGS_A_TIER * len(grid)
    read = sum(len(tier) for tier in grid)
    if held != read:
        raise _fault(
            path,
            f"its tiers declare {read} intervals and points, it holds labels for {held}",
            "A tier's declared size is wrong or the file is damaged; save it anew in Praat",
        )


def _tier(path: Path, tier: Any) -> Tier:
    import textgrid

    points = isinstance(tier, textgrid.PointTier)
    marks = tuple(_marks(tier, points))
    end = max((mark.end for mark in marks), default=0.0)
    declared = float(tier.maxTime) if tier.maxTime is not None else end
    for before, after in pairwise(marks):
        if after.start < before.end:
            problem = (
                f"tier {tier.name!r}: {before.label!r} ends at {before.end} s, "
                f"{after.label!r} begins at {after.start} s"
            )
            raise _fault(path, problem, "Move the boundary in Praat so that they do not overlap")
    name = (tier.name or "").replace('""', '"')
    return Tier(name, points, float(tier.minTime), declared, marks)


def _marks(tier: Any, points: bool) -> Iterator[Mark]:
    for item in tier:
        if points:
            yield Mark(item.mark.strip(), float(item.time), float(item.time))
        else:
            yield Mark(item.mark.strip(), float(item.minTime), float(item.maxTime))


def _check_ends(grid: TextGridFile, audio_seconds: float | None) -> None:
    for tier in grid.tiers:
        last = max((mark.end for mark in tier.marks), default=tier.start)
        bound = min(tier.end, grid.end)
        if last > bound or min((m.start for m in tier.marks), default=0.0) < 0:
            problem = f"tier {tier.name!r} has marks outside its bounds, 0 to {bound} s"
            raise _fault(grid.path, problem, "Correct it in Praat")
        if not tier.points and tier.marks and tier.end > last + _END_TOLERANCE:
            problem = (
                f"tier {tier.name!r} is declared to last to {tier.end} s, "
                f"its last interval ends at {last} s"
            )
            raise _fault(grid.path, problem, "Intervals are missing; write it again")
    if audio_seconds is not None and grid.end > audio_seconds + _END_TOLERANCE:
        problem = f"it lasts {grid.end} s, its recording {audio_seconds:.3f} s"
        raise _fault(grid.path, problem, "Is it the TextGrid of this recording?")
