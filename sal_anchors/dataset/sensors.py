"""Whether the recordings of a manifest have the streams that a model takes."""

from __future__ import annotations

from collections.abc import Sequence

from sal_anchors.errors import DataError
from sal_anchors.manifest import Manifest, Select
from sal_anchors.manifest.select import usable_only
from sal_anchors.models import SensorConfig

_HINT = "Correct model.streams in the configuration, or the corpus"


def require_streams(manifest: Manifest, sensors: Sequence[SensorConfig], split: str) -> None:
    """Check all usable recordings of a split before any work.

    Raises:
        DataError: none has one of the streams, or one has it with another rate or number of
            channels than the model takes.
    """
    wanted = {sensor.name: sensor for sensor in sensors}
    if not wanted:
        return
    found: set[str] = set()
    for id_, streams in manifest.scan("id", "streams", where=usable_only(Select(split=split))):
        for stream in streams:
            sensor = wanted.get(stream["name"])
            if sensor is None:
                continue
            found.add(sensor.name)
            if (stream["rate"], stream["channels"]) != (sensor.rate, sensor.channels):
                raise DataError(
                    f"stream {sensor.name!r} of {id_!r} has {stream['channels']} channels at "
                    f"{stream['rate']:g} readings a second, the model takes {sensor.channels} at "
                    f"{sensor.rate:g}",
                    where=manifest.path,
                    hint=_HINT,
                )
    if missing := [name for name in wanted if name not in found]:
        raise DataError(
            f"no usable recording of the split {split!r} has the stream {', '.join(missing)}",
            where=manifest.path,
            hint=_HINT,
        )
