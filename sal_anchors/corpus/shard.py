"""A share of a corpus, for runs side by side whose manifests are merged."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self

from sal_anchors.accounting import Failure
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Shard:
    """Share ``number`` of ``of``, from 1; written ``number/of``.

    Raises:
        CorpusError: unless ``1 <= number <= of``.
    """

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise CorpusError(
                f"there is no shard {self}", hint="Shards of eight are 1/8, 2/8, ... 8/8"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """The shard of a text such as ``2/8``.

        Raises:
            CorpusError: it is none.
        """
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip(), re.ASCII)
        if not found:
            raise CorpusError(f"{text!r} is no shard", hint="Give number/of, such as 2/8")
        return cls(int(found[1]), int(found[2]))

    def take(
        self, items: Iterable[Utterance | Failure], *, by_speaker: bool = False
    ) -> Iterator[Utterance | Failure]:
        """The items of this shard, in their order; each item is in exactly one.

        Every ``of``-th item from the ``number``-th on; or, ``by_speaker``, all items of the
        speakers whose name hashes to this shard, for engines that adapt to a speaker.
        """
        if not by_speaker:
            return islice(items, self.number - 1, None, self.of)
        return (item for item in items if self._has_speaker(item))

    def folder(self, whole: Path) -> Path:
        """Where the share goes of a manifest that would go to ``whole``: ``whole.2-of-8``."""
        return whole.with_name(f"{whole.name}.{self.number}-of-{self.of}")

    def _has_speaker(self, item: Utterance | Failure) -> bool:
        speaker = (item if isinstance(item, Utterance) else item.utterance).speaker or ""
        return zlib.crc32(speaker.encode()) % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"
