"""A worker that does not come to an end is ended, and its utterance alone fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.pocketsphinx.engine import _crashed
from sal_anchors.align.pool import map_ordered
from sal_anchors.corpus import Utterance

LIMITED = """
from sal_anchors.align.pocketsphinx import engine

def start(lexicon):
    engine._start_worker(lexicon, False)
    engine._time_limit = lambda utterance: 0.5 if utterance.id == "endless" else 60.0

align = engine._align_in_worker
"""


def test_an_utterance_that_takes_far_too_long_fails_alone(
    tmp_path: Path, prompts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "limited_workers.py").write_text(LIMITED)
    monkeypatch.syspath_prepend(tmp_path)
    import limited_workers  # type: ignore[import-not-found]

    speech, rate = soundfile.read(prompts / "sorry.flac")
    said = (prompts / "sorry.txt").read_text()
    soundfile.write(tmp_path / "endless.wav", np.tile(speech, 60), rate)
    fit = Utterance(id="fit", audio=prompts / "sorry.flac", transcript=said)
    endless = Utterance(
        id="endless", audio=tmp_path / "endless.wav", transcript=" ".join([said] * 60)
    )
    first, stopped, last = map_ordered(
        limited_workers.align,
        [fit, endless, fit],
        jobs=1,
        initializer=limited_workers.start,
        initargs=(Lexicon(),),
        on_crash=_crashed,
    )
    assert isinstance(first, Alignment)
    assert last == first
    assert isinstance(stopped, Failure)
    assert stopped.reason is Reason.ENGINE_ERROR
    assert "did not come to an end" in stopped.message
