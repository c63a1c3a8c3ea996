"""What the end of an MFA run means: done, nothing aligned, one bad file, or an error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sal_anchors.align.mfa.prepare import Prepared
from sal_anchors.align.mfa.run import Outcome
from sal_anchors.errors import EngineError

_NOTHING_ALIGNED = "NoAlignmentsError"
_WRONG_USAGE = 2
_BOX = "│╭╰─╮╯ "
_OPENING = re.compile(r"Error opening ['\"](.+?)['\"]")
_MISSING_MODEL = re.compile(r'Could not find a model named "([^"]+)" for (\w+)')
_HINT = "Read the log; see docs/mfa.md for what is known to go wrong"


def nothing_aligned(outcome: Outcome) -> bool:
    """Whether the run failed because no utterance at all could be aligned."""
    return outcome.status == 1 and any(_NOTHING_ALIGNED in line for line in outcome.lines)


def culprit(outcome: Outcome, prepared: Iterable[Prepared]) -> tuple[Prepared, str] | None:
    """The utterance whose audio MFA could not open, for which it gives up all, and what it said."""
    if outcome.status != 1:
        return None
    by_stem = {item.stem: item for item in prepared}
    for line in reversed(outcome.lines):
        named = _OPENING.search(line)
        if named and Path(named[1]).stem in by_stem:
            return by_stem[Path(named[1]).stem], line.strip()
    return None


def error(outcome: Outcome, log: Path) -> EngineError:
    """The error of a run that failed as a whole."""
    if outcome.status < 0:
        problem = f"mfa was ended by signal {-outcome.status}"
        hint = "The system does so when memory runs out: use fewer jobs"
        return EngineError(problem, where=log, hint=hint)
    if outcome.status == _WRONG_USAGE:
        return _usage(outcome, log)
    return EngineError(
        f"mfa ended with status {outcome.status}: {_last_words(outcome)}", where=log, hint=_HINT
    )


def _usage(outcome: Outcome, log: Path) -> EngineError:
    """MFA's box of text as one sentence."""
    boxed = [line.strip(_BOX) for line in outcome.lines if line.lstrip().startswith("│")]
    said = " ".join(part for part in boxed if part) or _last_words(outcome)
    if missing := _MISSING_MODEL.search(said):
        name, kind = missing.groups()
        return EngineError(
            f"mfa has no {kind} model named {name!r}",
            where=log,
            hint=f"Give the path of an archive, or fetch it: mfa model download {kind} {name}",
        )
    return EngineError(f"mfa refuses its arguments: {said}", where=log, hint=_HINT)


def _last_words(outcome: Outcome) -> str:
    """The exception that ends a traceback with what follows it, else the last line."""
    lines = [line.strip() for line in outcome.lines]
    for index in range(len(lines) - 1, -1, -1):
        if re.match(r"^[\w.]+(?:Error|Exception|Interrupt)\b", lines[index]):
            return " ".join(lines[index : index + 3])
    return lines[-1] if lines else "it printed nothing"
