"""What a format is to the rest of the package, and what a conversion is told and tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sal_anchors.align.alignment import Provenance
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.errors import SalAnchorsError
from sal_anchors.events.event import EventKind
from sal_anchors.manifest.row import Row


class ConvertError(SalAnchorsError):
    """A source that cannot be read, or an output that cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertOptions:
    """What the user says about a conversion.

    Attributes:
        audio: the folder that holds the audio; None where the source tells.
        layout: the layout of ``audio``, for transcripts, speakers and splits; None to take each
            audio file as an utterance.
        recipe: how labels and weights are rendered; None for the source's own, else one made
            from the events.
        kind: of marks that do not tell theirs.
        tiers: kinds of TextGrid tiers by their names; None to leave it to the name.
        unmarked: whether a recording without annotations is one without events.
        force: whether to replace what an earlier conversion wrote.
        only_reviewed: whether to leave out the rows of a manifest that are not reviewed.
    """

    audio: Path | None = None
    layout: str | None = None
    recipe: Recipe | None = None
    kind: EventKind | None = None
    tiers: Mapping[str, EventKind] = field(default_factory=dict)
    unmarked: bool = False
    force: bool = False
    only_reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all rows.

    Attributes:
        recipe: that labels and weights were rendered by.
        audio_root: the folder that rows' audio paths start from.
        provenance: of the alignments.
    """

    recipe: Recipe
    audio_root: Path
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Source:
    """An opened source: its rows, in order, to be taken once, and what holds for all of them."""

    rows: Iterator[Row]
    context: Context


@dataclass(slots=True)
class Account:
    """What became of a conversion's rows: ``rows = written + sum(left_out)``.

    Attributes:
        source: name of the format read.
        target: name of the format written.
        rows: taken from the source.
        left_out: rows that the format cannot hold, by why.
        lost: the fields of the rows that the format cannot hold, with what of them; empty where
            it is all.
        statuses: rows taken, by status.
        events: rows' events by (kind, label).
        notes: what else the user should know, in the order found.
        out: where the output will be; while it is written it is elsewhere.
    """

    source: str = ""
    target: str = ""
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    lost: dict[str, str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    events: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    out: Path = Path()

    @property
    def written(self) -> int:
        """Rows in the output."""
        return self.rows - self.left_out.total()

    def leave_out(self, why: str) -> None:
        """Count a row that the format cannot hold."""
        self.left_out[why] += 1

    def note(self, text: str) -> None:
        """Tell the user something, once."""
        if text not in self.notes:
            self.notes.append(text)


Writer = Callable[[Iterable[Row], Path, Context, Account], None]
Reader = Callable[[Path, Path, ConvertOptions, Account], Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format that rows are written to, read from, or both.

    Attributes:
        name: as in ``--from`` and ``--to``.
        about: in a few words, for people.
        folder: whether it is a folder; else one file.
        places_itself: whether its writer makes its output visible at once by itself; it is then
            given the final path.
        holds: the row's fields that it keeps; what of a field is lost, or empty if nothing is.
        extra: the optional dependency that it needs; empty if none.
        write: takes rows, the path to write to, what holds for all rows, and the account.
        read: takes the path, the path of the output, the options, and the account.
    """

    name: str
    about: str
    folder: bool = False
    places_itself: bool = False
    holds: Mapping[str, str] = field(default_factory=dict)
    extra: str = ""
    write: Writer | None = None
    read: Reader | None = None


def require_extra(name: str, extra: str) -> None:
    """Raise ConvertError unless the optional package ``name`` can be imported."""
    from importlib.util import find_spec

    if find_spec(name) is None:
        raise ConvertError(
            f"the package {name} is not installed",
            hint=f"Install it: pip install 'sal-anchors[{extra}]'",
        )
