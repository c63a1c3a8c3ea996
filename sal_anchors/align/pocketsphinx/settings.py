"""What the engine is set to, and what its scores mean."""

from __future__ import annotations

from typing import Any, Final

from sal_anchors.align.aligner import ScoreLimits
from sal_anchors.timebase import FrameGrid

FRAME_STEP: Final = 0.01
GRID: Final = FrameGrid()
MIN_SECONDS: Final = 0.1
MAX_SECONDS: Final = 12 * 3600.0
ONE_PIECE_SECONDS: Final = 60.0
"""Longer utterances are cut at pauses: the memory of the phone pass is quadratic in length."""

PAD_SECONDS: Final = 0.3
NOISE_RMS: Final = 2.0
"""Of the noise under the audio, in steps of 16 bits."""

PHONE_PASS_LIMITS: Final = ScoreLimits(reject_below=-4.8, warn_below=-3.2)
WORD_PASS_LIMITS: Final = ScoreLimits(reject_below=-3.0, warn_below=-2.3)
"""On hand-labelled speech the phone pass scores right transcripts above -2.2 and shuffled ones
below -3.4; in noisy clips and of children right ones go down to -4.6."""

DECODER: Final[dict[str, Any]] = {
    "bestpath": False,
    "silprob": 0.5,
    "lw": 1.0,
    "beam": 1e-100,
    "pbeam": 1e-100,
    "wbeam": 1e-80,
    "lpbeam": 1e-80,
    "lponlybeam": 1e-80,
}

_WIDE: Final[dict[str, Any]] = {
    "beam": 1e-200,
    "pbeam": 1e-200,
    "wbeam": 1e-160,
    "lpbeam": 1e-160,
    "lponlybeam": 1e-160,
}
_EXACT: Final[dict[str, Any]] = dict.fromkeys(_WIDE, 0.0)

LONG: Final[dict[str, Any]] = {**DECODER, **_EXACT}
"""For pieces of long audio: no path is given up, so that a hard sentence does not make the search
lose its place for all that follows."""

SCOUT: Final[dict[str, Any]] = {**DECODER, **_WIDE, "ds": 2}
"""Finds where long audio can be cut; skipping frames costs less and moves boundaries a little."""

EXACT_SCOUT: Final[dict[str, Any]] = {**SCOUT, **_EXACT}
"""Costs 8 times as much, and keeps its place in the hardest voices, where no beam is wide enough:
in five minutes of a young learner the right path was 690 nats behind at times."""
