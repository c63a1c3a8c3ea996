"""What to show of a manifest: a line of text that people type, as conditions.

::

    status:suspect conf<0.6 "press the pound"     all of these
    split:dev,test  -state:reviewed               any of these values; not this one

Words without a colon are looked for in ids and transcripts, case ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sal_anchors.errors import ReviewError

FIELDS = {
    "status": "ok, suspect, failed or skipped",
    "reason": "why it is not ok",
    "split": "train, dev or test",
    "speaker": "who speaks",
    "state": "of the review: unreviewed, partial, reviewed or bad",
    "code": "a finding of check, such as low_score",
    "kind": "of an event, such as keyword_end",
    "label": "of an event, such as a keyword",
    "class": "of an event",
}
NUMBERS = {
    "conf": "least confidence of its events, or of the event",
    "unc": "greatest uncertainty, milliseconds",
    "score": "of the alignment, nats a frame",
    "sec": "length, seconds",
    "events": "how many",
    "worst": "how much there is to look at; see worst first",
}
EVENT_FIELDS = frozenset({"kind", "label", "class", "conf", "unc"})
"""Conditions on events; an utterance meets them if one of its events meets them all."""

_TERM = re.compile(r'(-?)(?:([a-z]+)(:|<=|>=|<|>))?("[^"]*"?|[^\s]+)')
Comparison = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field has one of some values.

    Attributes:
        field: of :data:`FIELDS`.
        values: any of them.
        negated: none of them.
    """

    field: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """A number is beyond a limit.

    Attributes:
        field: of :data:`NUMBERS`.
        comparison: how they compare.
        limit: in the field's unit.
    """

    field: str
    comparison: Comparison
    limit: float


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions that must all be met; without any, all rows meet it.

    Attributes:
        one_of: conditions on names.
        compare: conditions on numbers.
        words: each is in the id or in the transcript.
    """

    one_of: tuple[OneOf, ...] = ()
    compare: tuple[Compare, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def on_events(self) -> bool:
        """Whether a condition is on events."""
        fields = {*(c.field for c in self.one_of), *(c.field for c in self.compare)}
        return not fields.isdisjoint(EVENT_FIELDS)


def parse_query(text: str) -> Query:
    """The conditions of a line.

    Raises:
        ReviewError: an unknown field, or a limit that is no number.
    """
    one_of: list[OneOf] = []
    compare: list[Compare] = []
    words: list[str] = []
    for minus, name, sign, value in _TERM.findall(text):
        value = value.strip('"')
        if not name:
            words.append(minus + value)
        elif name in FIELDS and sign == ":":
            values = tuple(v for v in value.split(",") if v)
            one_of.append(OneOf(name, values, bool(minus)))
        elif name in NUMBERS and sign != ":" and not minus:
            compare.append(Compare(name, sign, _number(name, value)))
        else:
            raise ReviewError(
                f"{minus}{name}{sign}{value} is no condition",
                hint=f"Conditions: {', '.join(f'{f}:…' for f in FIELDS)}, "
                f"{', '.join(f'{f}<… or >…' for f in NUMBERS)}",
            )
    return Query(tuple(one_of), tuple(compare), tuple(words))


def toggled(text: str, name: str, value: str) -> str:
    """The line with the condition ``name:value`` taken away if it is there, and added if not."""
    quoted = f'"{value}"' if re.search(r"\s", value) else value
    term = f"{name}:{quoted}"
    terms = [match.group(0) for match in _TERM.finditer(text)]
    kept = [t for t in terms if t != term]
    return " ".join(kept if len(kept) < len(terms) else [*terms, term])


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ReviewError(f"{name}: {value!r} is no number") from None
