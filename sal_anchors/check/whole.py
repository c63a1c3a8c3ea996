"""Whether a row's values are there at all: a part may come from any program."""

from __future__ import annotations

import math

from sal_anchors.manifest.row import Row


def is_whole(row: Row) -> bool:
    """Whether no value is null that cannot be, and all numbers are finite, but those a frame."""
    numbers: list[float] = [row.start, row.sample_rate, row.num_samples, row.num_frames]
    texts: list[str | None] = [row.id, row.audio, row.split, row.message, row.content_hash]
    for stream in row.streams:
        numbers += (stream.rate, stream.channels)
        texts += (stream.name, stream.path, stream.content_hash)
    for intervals in (row.words, row.engine_words, row.phones):
        for interval in intervals:
            numbers += (interval.start, interval.end)
            texts.append(interval.label)
    for event in row.events:
        numbers += (event.time, event.start, event.end, event.confidence, event.uncertainty)
        texts.append(event.label)
    for anchor in row.anchors:
        numbers += (anchor.frame, anchor.time, anchor.class_index, anchor.confidence)
        texts.append(anchor.label)
    for finding in row.findings:
        numbers += (finding.start, finding.end, finding.value)
        texts.append(finding.label)
    try:
        return math.isfinite(sum(numbers)) and None not in texts
    except TypeError:
        return False
