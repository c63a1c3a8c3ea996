"""The audio of an utterance, loaded when it is shown: whole, or five minutes around a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .draw.picture import Posterior, Sound
from .draw.spectrogram import range_of

if TYPE_CHECKING:
    from pathlib import Path

    from sal_anchors.manifest import Manifest, Row
    from sal_anchors.runtime.stream import StreamingDetector
    from sal_anchors.timebase import FrameGrid

LONGEST = 300.0
"""Seconds that are shown at once, at most."""

_MEL_SECONDS = 0.005
_WINDOW_SECONDS = 0.025
_MEL_BINS = 48


def load_sound(manifest: Manifest, row: Row, about: float) -> Sound:
    """Samples and mel-spectrogram, of long utterances only around a time.

    Raises:
        SalAnchorsError: the file is absent, damaged, or another than when it was aligned.
    """
    from sal_anchors.audio import read_recording
    from sal_anchors.features import LogMelConfig, log_mel
    from sal_anchors.timebase import FrameGrid

    rate = manifest.grid.sample_rate
    first = 0.0
    if row.duration <= LONGEST:
        samples = manifest.recording(row).samples
    else:
        first = min(max(0.0, about - LONGEST / 2), row.duration - LONGEST)
        samples = read_recording(
            manifest.audio_path(row),
            manifest.grid,
            start=row.start + first,
            duration=LONGEST,
            channel=row.channel,
        ).samples
    grid = FrameGrid(rate, round(_MEL_SECONDS * rate), round(_WINDOW_SECONDS * rate), "centred")
    mel = log_mel(samples, grid, LogMelConfig(num_bins=_MEL_BINS, floor=0.0))
    return Sound(first, samples, rate, mel, grid.hop_seconds, range_of(mel))


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained detector, to show what it says."""

    detector: StreamingDetector

    @classmethod
    def load(cls, run: Path, grid: FrameGrid) -> Model:
        """Load the detector of a run folder, for audio at the rate of a grid.

        Raises:
            CheckpointError: there is none, or it is damaged.
            GridMismatchError: it hears audio at another rate.
        """
        from sal_anchors.errors import GridMismatchError
        from sal_anchors.runtime.stream import StreamingDetector
        from sal_anchors.train.checkpoint import load_checkpoint

        detector = StreamingDetector(load_checkpoint(run))
        if detector.grid.sample_rate != grid.sample_rate:
            raise GridMismatchError(
                f"the model hears {detector.grid.sample_rate} Hz, the manifest is at "
                f"{grid.sample_rate} Hz",
                where=run,
                hint="Name a run that was trained on this manifest",
            )
        return cls(detector)

    def posterior(self, sound: Sound, manifest: Manifest, row: Row) -> Posterior | None:
        """The detector's posterior of anything but the background, as evaluation hears the row
        and reads its sensors; None for a part of a longer utterance, whose beginning it would
        have to hear.

        Raises:
            StreamError: the readings of a sensor cannot be used.
        """
        from sal_anchors.evaluate.match import EventConfig
        from sal_anchors.evaluate.stream import posteriors_of

        if sound.first:
            return None
        streams = manifest.streams(row) if self.detector.sensors else ()
        heard = posteriors_of(self.detector, sound.samples, EventConfig(), streams)
        return Posterior(heard[:, 1:].max(axis=1), self.detector.output_grid)
