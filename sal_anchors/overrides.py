"""``PLACE=VALUE``: single values of a nested document, set from the command line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sal_anchors.errors import SalAnchorsError

_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Overrides:
    """How values of one sort of document are set.

    Attributes:
        what: the document is, for messages.
        example: of an override, for messages.
        error: raised for what is none.
    """

    what: str
    example: str
    error: type[SalAnchorsError]

    def apply(self, document: dict[str, Any], override: str) -> None:
        """Set a value in place.

        Args:
            document: tables as nested dictionaries and lists.
            override: ``PLACE=VALUE``, such as ``events[0].kernel.peak=3``: values as in TOML,
                quotes around words may be left out.

        Raises:
            SalAnchorsError: of the class ``error``: no such form, or no such place.
        """
        place, equals, text = override.partition("=")
        steps = _steps(place.strip())
        if not equals or not steps:
            raise self.error(
                f"{override!r} does not set anything",
                hint=f"PLACE=VALUE is expected, such as {self.example}",
            )
        holder: Any = document
        for step, following in pairwise(steps):
            holder = self._inner(holder, step, following, place)
        self._require_holds(holder, steps[-1], place)
        holder[steps[-1]] = _value(text.strip())

    def _inner(self, holder: Any, step: str | int, following: str | int, place: str) -> Any:
        if isinstance(holder, dict) and isinstance(step, str) and isinstance(following, str):
            return holder.setdefault(step, {})
        self._require_holds(holder, step, place)
        return holder[step] if not isinstance(holder, dict) else holder.get(step)

    def _require_holds(self, holder: Any, step: str | int, place: str) -> None:
        if isinstance(step, str) and isinstance(holder, dict):
            return
        if isinstance(step, int) and isinstance(holder, list) and step < len(holder):
            return
        raise self.error(
            f"there is no {place} to set",
            where=self.what,
            hint=f"Places are as in the file, lists counted from 0: {self.example}",
        )


def _steps(place: str) -> list[str | int]:
    """``events[0].kernel`` as ``["events", 0, "kernel"]``; nothing if it is no place."""
    found = list(_STEP.finditer(place))
    if "".join(match[0] for match in found) != place:
        return []
    return [match[1] or int(match[2]) for match in found]


def _value(text: str) -> Any:
    """A TOML value; what is none is taken as words."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if set(parsed) == {"value"} else text
