"""lhotse manifests, read as the JSON lines they are."""

from __future__ import annotations

import gzip
import json
from typing import Any

from sal_anchors.accounting import Reason


def _lines(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _recording(id_: str, source: str, **more: Any) -> dict[str, Any]:
    channels = more.pop("channels", [0])
    sources = [{"type": "file", "channels": channels, "source": source}]
    return {"id": id_, "sources": sources, "sampling_rate": 8000, "duration": 3.0, **more}


def _supervision(id_: str, recording: str, **more: Any) -> dict[str, Any]:
    row = {"id": id_, "recording_id": recording, "start": 0.0, "duration": 3.0, "channel": 0}
    return {**row, "text": "please", "speaker": "ann", **more}


def test_supervisions_are_stretches_of_recordings(workshop: Any) -> None:
    workshop.clip("audio/r.wav", "audio/s.wav")
    recordings = _lines(
        _recording("r", "audio/r.wav"), _recording("s", "audio/s.wav", channels=[0, 1])
    )
    supervisions = _lines(
        _supervision("u1", "r", language="de"),
        _supervision("u2", "s", start=1.5, duration=0.5, channel=1, language="English"),
        _supervision("u3", "s", channel=[0, 1]),
    )
    workshop.put("x_recordings_dev.jsonl.gz", gzip.compress(recordings.encode()))
    workshop.put("x_supervisions_dev.jsonl.gz", gzip.compress(supervisions.encode()))
    assert workshop.read().layout == "lhotse"
    one, two, three = workshop.utterances().values()
    assert (one.start, one.duration, one.channel, one.language) == (0.0, None, None, "de")
    assert (two.start, two.duration, two.channel, two.language) == (1.5, 0.5, 1, "en")
    assert three.channel is None
    assert (one.transcript, one.speaker, one.split) == ("please", "ann", "dev")
    assert one.audio == workshop.root / "audio/r.wav"


def test_what_is_not_a_plain_file_or_does_not_fit_is_told(workshop: Any) -> None:
    workshop.clip("r.wav")
    command = _recording("c", "touch ran")
    command["sources"][0]["type"] = "command"
    workshop.put(
        "recordings.jsonl",
        _lines(
            _recording("r", "r.wav"),
            command,
            _recording("t", "r.wav", transforms=[{"name": "Speed"}]),
            _recording("r", "r.wav"),
            {"id": 7},
            _recording("alone", "r.wav"),
            _recording("bad", "r.wav") | {"sources": 3},
        ),
    )
    workshop.put(
        "supervisions.jsonl",
        _lines(
            _supervision("ok", "r"),
            _supervision("command", "c"),
            _supervision("changed", "t"),
            _supervision("lost", "nowhere"),
            _supervision("late", "r", start="x"),
            _supervision("channel", "r", channel=4),
            _supervision("empty", "r", duration=0),
            _supervision("list", "bad"),
            {"recording_id": "r"},
        )
        + "{\n",
    )
    assert workshop.reasons() == {
        "channel": Reason.UNSUPPORTED_SOURCE,
        "changed": Reason.UNSUPPORTED_SOURCE,
        "command": Reason.UNSUPPORTED_SOURCE,
        "list": Reason.UNSUPPORTED_SOURCE,
        "lost": Reason.MISSING_AUDIO,
        "recordings.jsonl, row 4": Reason.DUPLICATE_ID,
        "recordings.jsonl, row 5": Reason.BAD_ROW,
        "supervisions.jsonl, row 10": Reason.BAD_ROW,
        "supervisions.jsonl, row 5": Reason.BAD_ROW,
        "supervisions.jsonl, row 7": Reason.BAD_ROW,
        "supervisions.jsonl, row 9": Reason.BAD_ROW,
    }
    assert workshop.items()["alone"].transcript is None
    assert not (workshop.root.parent / "ran").exists()


def test_a_damaged_archive_is_one_error_that_names_it(workshop: Any) -> None:
    import pytest

    from sal_anchors.errors import CorpusError

    packed = gzip.compress(_lines(*[_recording(str(n), "r.wav") for n in range(500)]).encode())
    workshop.put("recordings.jsonl.gz", packed[: len(packed) // 2])
    workshop.put("supervisions.jsonl.gz", gzip.compress(b""))
    with pytest.raises(CorpusError, match=r"recordings\.jsonl\.gz: cannot be read"):
        workshop.read()
