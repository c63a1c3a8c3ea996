"""Features of whole recordings as they are, kept where the cache has room."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from sal_anchors.augment import Samples
from sal_anchors.dataset.cache import FeatureCache, Features
from sal_anchors.dataset.loading import load_example, streams_of
from sal_anchors.dataset.stretch import length_of
from sal_anchors.features import LogMelConfig, log_mel
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.models import SensorConfig, stream_columns
from sal_anchors.models.inputs import beside

_LIBRARIES = ("kaldi-native-fbank", "soundfile", "soxr")
_VERSION = 1


class RecordingFeatures:
    """Features of the recordings of a manifest, without any transform.

    Args:
        manifest: whose recordings.
        config: of the features.
        kept: where to keep them.
        tail: samples to put behind each recording, at the grid's rate.
        sensors: whose columns follow the audio's; they are read each time.
    """

    def __init__(
        self,
        manifest: Manifest,
        config: LogMelConfig,
        kept: FeatureCache,
        *,
        tail: Samples | None = None,
        sensors: Sequence[SensorConfig] = (),
    ):
        self._manifest = manifest
        self._config = config
        self._kept = kept
        self._tail = np.zeros(0, np.float32) if tail is None else tail
        self._sensors = sensors
        self._source = json.dumps(
            [
                _VERSION,
                [(name, version(name)) for name in _LIBRARIES],
                manifest.grid.to_dict(),
                config.model_dump(),
                hashlib.sha256(self._tail.tobytes()).hexdigest(),
            ],
            sort_keys=True,
        )

    def of(self, row: Row) -> Features:
        """Log-mel energies of a recording and the columns of the sensors, float32 (T, F), not to
        be written to.

        A recording whose features are kept is not read.

        Raises:
            DataError: the recording is absent or damaged, or the cache cannot be written.
        """
        audio = self._audio(row)
        if not self._sensors:
            return audio
        grid, streams = self._manifest.grid, streams_of(self._manifest, row)
        return beside(audio, stream_columns(streams, len(audio), grid, self._sensors))

    def _audio(self, row: Row) -> Features:
        key = self.key(row)
        frames = self._manifest.grid.num_frames(
            length_of(row, self._manifest.grid) + len(self._tail)
        )
        found = None if key is None else self._kept.get(key, (frames, self._config.num_bins))
        if found is None:
            samples = load_example(self._manifest, row).samples
            found = log_mel(
                np.concatenate([samples, self._tail]) if len(self._tail) else samples,
                self._manifest.grid,
                self._config,
            )
            if key is not None:
                self._kept.put(key, found)
        return found

    def key(self, row: Row) -> str | None:
        """SHA-256 of all that the features depend on, hex; None for a row without a content
        hash, whose features are not kept."""
        if not row.content_hash:
            return None
        stretch = (row.content_hash, row.start, row.channel, row.sample_rate, row.num_samples)
        return hashlib.sha256(f"{self._source}{json.dumps(stretch)}".encode()).hexdigest()
