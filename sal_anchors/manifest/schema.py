"""The manifest's columns. ``docs/manifest.md`` says what each holds, and in which unit."""

from __future__ import annotations

import pyarrow as pa

SCHEMA_VERSION = 1
"""Goes up whenever a reader of the version before could misread what is written."""

_INTERVALS = pa.list_(
    pa.struct(
        [
            ("label", pa.string()),
            ("start", pa.float64()),
            ("end", pa.float64()),
            ("score", pa.float32()),
            ("confidence", pa.float32()),
            ("start_uncertainty", pa.float32()),
            ("end_uncertainty", pa.float32()),
        ]
    )
)
_CHANGES = pa.list_(pa.struct([("written", pa.string()), ("spoken", pa.string())]))
_PRONUNCIATIONS = pa.list_(
    pa.struct([("word", pa.string()), ("phones", pa.string()), ("source", pa.string())])
)
_FINDINGS = pa.list_(
    pa.struct(
        [
            ("code", pa.string()),
            ("label", pa.string()),
            ("start", pa.float64()),
            ("end", pa.float64()),
            ("value", pa.float64()),
        ]
    )
)
_EVENTS = pa.list_(
    pa.struct(
        [
            ("kind", pa.string()),
            ("label", pa.string()),
            ("time", pa.float64()),
            ("start", pa.float64()),
            ("end", pa.float64()),
            ("confidence", pa.float32()),
            ("uncertainty", pa.float32()),
            ("source", pa.string()),
        ]
    )
)
_ANCHORS = pa.list_(
    pa.struct(
        [
            ("frame", pa.int32()),
            ("time", pa.float64()),
            ("kind", pa.string()),
            ("label", pa.string()),
            ("class", pa.int16()),
            ("confidence", pa.float32()),
        ]
    )
)
_STREAMS = pa.list_(
    pa.struct(
        [
            ("name", pa.string()),
            ("path", pa.string()),
            ("rate", pa.float64()),
            ("channels", pa.int32()),
            ("content_hash", pa.string()),
        ]
    )
)
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("message", pa.string()),
        ("audio", pa.string()),
        ("start", pa.float64()),
        ("channel", pa.int32()),
        ("sample_rate", pa.int32()),
        ("num_samples", pa.int64()),
        ("content_hash", pa.string()),
        ("transcript", pa.string()),
        ("speaker", pa.string()),
        ("split", pa.string()),
        ("streams", _STREAMS),
        ("score", pa.float32()),
        ("words", _INTERVALS),
        ("engine_words", _INTERVALS),
        ("phones", _INTERVALS),
        ("changes", _CHANGES),
        ("pronunciations", _PRONUNCIATIONS),
        ("findings", _FINDINGS),
        ("events", _EVENTS),
        ("anchors", _ANCHORS),
        ("num_frames", pa.int64()),
        ("labels", pa.list_(pa.int16())),
        ("weights", pa.list_(pa.float32())),
    ]
)
PER_FRAME = ("labels", "weights")
