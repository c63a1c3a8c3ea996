"""How a corpus is to be read, where its layout alone does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sal_anchors.errors import CorpusError

ROLES = (
    "id",
    "audio",
    "text",
    "keyword",
    "start",
    "end",
    "duration",
    "speaker",
    "split",
    "channel",
    "language",
)
_LONGEST_PATTERN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusOptions:
    """What the user says about a corpus.

    Attributes:
        layout: a layout's name, or ``auto`` to detect it.
        channel: index from 0 of the channel to take from every file; None leaves it to the
            layout, and where that does not tell, to the mean of all.
        speaker_pattern: a regular expression with one group, searched in the id; what the group
            holds is the speaker. Where it does not match, the layout's speaker stays.
        split_pattern: likewise for the split; the group must hold a split's name.
        columns: of tables, the header of a column by its role (one of ``ROLES``).
        audio_root: the folder that holds all audio; None for the corpus folder, or for the common
            parent where a layout names absolute paths.
        language: BCP 47 tag of the utterances whose layout does not tell.

    Raises:
        CorpusError: a pattern or a column role that cannot be used.
    """

    layout: str = "auto"
    channel: int | None = None
    speaker_pattern: str | None = None
    split_pattern: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    audio_root: Path | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        for name in ("speaker_pattern", "split_pattern"):
            compiled(name, getattr(self, name))
        if self.channel is not None and self.channel < 0:
            raise CorpusError(
                f"channel {self.channel}: channels are counted from 0",
                hint="Give 0 for the first",
            )
        for role in self.columns:
            if role not in ROLES:
                raise CorpusError(
                    f"no column role {role!r}; the roles are {', '.join(ROLES)}",
                    hint="Give ROLE=HEADER, such as text=sentence",
                )


def compiled(name: str, pattern: str | None) -> re.Pattern[str] | None:
    """A pattern of the user's, checked: short, valid, and with exactly one group.

    Raises:
        CorpusError: it is not.
    """
    if pattern is None:
        return None
    told = name.replace("_", " ")
    if len(pattern) > _LONGEST_PATTERN:
        raise CorpusError(
            f"the {told} has {len(pattern)} characters, at most {_LONGEST_PATTERN} are taken",
            hint="Shorten it",
        )
    try:
        expression = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise CorpusError(
            f"the {told} {pattern!r} is not a regular expression ({error})",
            hint="Give one such as '^([^-]+)-'",
        ) from None
    if expression.groups != 1:
        raise CorpusError(
            f"the {told} {pattern!r} has {expression.groups} groups, one is needed",
            hint="Put the part to take in one pair of parentheses, such as '^([^-]+)-'",
        )
    return expression
