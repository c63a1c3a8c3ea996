"""NeMo manifests."""

from __future__ import annotations

from typing import Any

import pytest

from sal_anchors.accounting import Reason


def test_rows_are_utterances_with_their_offsets_and_the_split_of_the_file(workshop: Any) -> None:
    workshop.clip("a.wav", "b.wav")
    workshop.put(
        "train_manifest.json",
        '{"audio_filepath": "a.wav", "duration": 0.1, "text": "please"}\n'
        '{"audio_filepath": "b.wav", "offset": 0.0, "duration": 0.05, "text": "sorry"}\n'
        '{"audio_filepath": "b.wav", "offset": 0.05, "duration": 0.05, "text": "again"}\n',
    )
    assert workshop.read().layout == "nemo"
    utterances = workshop.utterances()
    assert list(utterances) == ["a", "b-00000000", "b-00000050"]
    assert [(u.start, u.duration) for u in utterances.values()] == [
        (0.0, None),
        (0.0, 0.05),
        (0.05, 0.05),
    ]
    assert {u.split for u in utterances.values()} == {"train"}


def test_bad_rows_and_absent_files_are_told(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put(
        "manifest.json",
        '{"audio_filepath": "a.wav", "text": "please"}\n'
        '{"audio_filepath": "a.wav", "offset": -1}\n'
        '{"audio_filepath": "s3://bucket/a.wav"}\n'
        '{"text": "please"}\n'
        '{"audio_filepath": "gone.wav"}\n',
    )
    assert workshop.reasons() == {
        "gone": Reason.MISSING_AUDIO,
        "manifest.json, row 2": Reason.BAD_ROW,
        "manifest.json, row 3": Reason.UNSUPPORTED_SOURCE,
        "manifest.json, row 4": Reason.BAD_ROW,
    }


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"audio_filepath": 3.5}'])
def test_a_manifest_that_holds_nothing_is_no_traceback(workshop: Any, content: str) -> None:
    from sal_anchors.errors import CorpusError

    workshop.put("manifest.json", content)
    if "audio" in content:
        assert workshop.reasons() == {"manifest.json, row 1": Reason.BAD_ROW}
    else:
        with pytest.raises(CorpusError, match="audio_filepath"):
            workshop.read(layout="nemo")
