"""What a Praat TextGrid holds: tiers of labelled intervals or points."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sal_anchors.errors import SalAnchorsError


class TextGridError(SalAnchorsError):
    """A TextGrid that is absent, damaged, or contradicts itself or its recording."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of a tier.

    Attributes:
        label: as written, newlines included, without the spaces around it.
        start: seconds.
        end: seconds; equal to ``start`` in a point tier, greater in an interval tier.
    """

    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Tier:
    """A named row of labels.

    Attributes:
        name: as written.
        points: whether its marks are instants; else they are intervals that do not overlap.
        start: seconds, as the tier declares.
        end: seconds, as the tier declares.
        marks: in time order, those with an empty label included.
    """

    name: str
    points: bool
    start: float
    end: float
    marks: tuple[Mark, ...]

    @property
    def labelled(self) -> tuple[Mark, ...]:
        """The marks whose label is not empty."""
        return tuple(mark for mark in self.marks if mark.label)


@dataclass(frozen=True, slots=True)
class TextGridFile:
    """The tiers of a TextGrid.

    Attributes:
        path: where it was read from.
        start: seconds.
        end: seconds; no mark is later.
        tiers: in the file's order; names need not be unique.
    """

    path: Path
    start: float
    end: float
    tiers: tuple[Tier, ...]

    def tier(self, name: str) -> Tier:
        """The only tier of this name, whatever its case.

        Raises:
            TextGridError: there is none, or several.
        """
        found = [tier for tier in self.tiers if tier.name.strip().lower() == name.lower()]
        if len(found) == 1:
            return found[0]
        names = ", ".join(repr(tier.name) for tier in self.tiers) or "no tiers at all"
        count = "no tier" if not found else f"{len(found)} tiers"
        raise TextGridError(
            f"{count} named {name!r}; it has {names}",
            where=self.path,
            hint="Name the tier to read",
        )
