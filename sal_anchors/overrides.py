"""``PLACE=VALUE``: single values of a nested document, set from the command line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sal_anchors.errors import SalAnchorsError

_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)(?::(\d+))?\]")
Keys = Sequence[str | int]
"""What a step of a place stands for: a name, a number, or each of several."""


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
        """Set a value in place, or the same one at several places.

        Args:
            document: tables as nested dictionaries and lists.
            override: ``PLACE=VALUE``, such as ``events[0].kernel.peak=3``: values as in TOML,
                quotes around words may be left out. ``[0:4]`` stands for 0, 1, 2 and 3.

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
        self._set(document, steps, _value(text.strip()), place)

    def _set(self, holder: Any, steps: Sequence[Keys], value: Any, place: str) -> None:
        keys, *following = steps
        for key in keys:
            if following:
                inner = self._inner(holder, key, following[0][0], place)
                self._set(inner, following, value, place)
            else:
                self._require_holds(holder, key, place)
                holder[key] = deepcopy(value)

    def _inner(self, holder: Any, key: str | int, following: str | int, place: str) -> Any:
        if isinstance(holder, dict) and isinstance(key, str) and isinstance(following, str):
            return holder.setdefault(key, {})
        self._require_holds(holder, key, place)
        return holder[key] if not isinstance(holder, dict) else holder.get(key)

    def _require_holds(self, holder: Any, key: str | int, place: str) -> None:
        if isinstance(key, str) and isinstance(holder, dict):
            return
        if isinstance(key, int) and isinstance(holder, list) and key < len(holder):
            return
        raise self.error(
            f"there is no {place} to set",
            where=self.what,
            hint=f"Places are as in the file, lists counted from 0: {self.example}",
        )


def _steps(place: str) -> list[Keys]:
    """``events[0:2].kernel`` as ``["events"], [0, 1], ["kernel"]``; nothing if it is no place."""
    found = list(_STEP.finditer(place))
    steps = [_keys(match) for match in found]
    return steps if "".join(match[0] for match in found) == place and all(steps) else []


def _keys(step: re.Match[str]) -> Keys:
    name, first, end = step.groups()
    if name:
        return (name,)
    return range(int(first), int(end) if end else int(first) + 1)


def _value(text: str) -> Any:
    """A TOML value; what is none is taken as words."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if set(parsed) == {"value"} else text
