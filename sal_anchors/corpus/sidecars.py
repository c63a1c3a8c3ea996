"""Transcripts that stand in a file of their own."""

from __future__ import annotations

from pathlib import Path

from sal_anchors.accounting import Reason

_LONGEST_BYTES = 1 << 24


def transcript_of(path: Path) -> tuple[str | None, tuple[Reason, str] | None]:
    """The transcript in a file, and what is wrong with it."""
    try:
        if path.stat().st_size > _LONGEST_BYTES:
            raise OSError(None, f"it is larger than {_LONGEST_BYTES} bytes")
        return path.read_text(encoding="utf-8-sig").strip(), None
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read as UTF-8 text ({error}); save it as UTF-8"
        return None, (Reason.UNREADABLE_TRANSCRIPT, message)
