"""One thing that a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from sal_anchors.check.code import Code
from sal_anchors.manifest.row import Row


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what to do.

    Attributes:
        code: its place in the closed list, which gives the severity.
        message: what was found and what was expected, with the values.
        id: of the row; None if it is not about one row.
        time: seconds from the utterance's start; None if it is not about a moment.
        file: audio file of the row under the audio root, or a file of the manifest; None if it is
            about neither.
        other_fix: what to do, where it is not what the code says.
    """

    code: Code
    message: str
    id: str | None = None
    time: float | None = None
    file: str | None = None
    other_fix: str | None = None

    @classmethod
    def of(cls, row: Row, code: Code, message: str, time: float | None = None) -> Self:
        """A problem of a row."""
        return cls(code, message, id=row.id, time=time, file=row.audio)

    @property
    def fix(self) -> str:
        """What to do."""
        return self.other_fix or self.code.fix

    @property
    def place(self) -> str:
        """Row and time, or file, in a few words; empty for the manifest as a whole."""
        if self.id is None:
            return self.file or ""
        return self.id if self.time is None else f"{self.id} at {self.time:.3f} s"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; every key is always there."""
        return {
            "code": self.code.value,
            "severity": self.code.severity.value,
            "message": self.message,
            "id": self.id,
            "time": self.time,
            "file": self.file,
            "fix": self.fix,
        }
