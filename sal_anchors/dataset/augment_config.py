"""What is done to training audio, each with its probability; unknown keys are errors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sal_anchors.augment import Codec


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"must be [lowest, highest], got {list(bounds)}")
    return bounds


Probability = Annotated[float, Field(ge=0, le=1)]
Decibels = Annotated[float, Field(ge=-60, le=100)]
DecibelRange = Annotated[tuple[Decibels, Decibels], AfterValidator(_ordered)]
Ratio = Annotated[float, Field(ge=0.5, le=2)]
Reverberation = Annotated[float, Field(ge=10, le=3_000)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SpeedConfig(_Section):
    """Faster or slower, as a tape.

    Attributes:
        probability: of another speed than 1.
        ratio: lowest and highest; uniform between, in steps of 1/100.
    """

    probability: Probability = 0.0
    ratio: Annotated[tuple[Ratio, Ratio], AfterValidator(_ordered)] = (0.9, 1.1)


class RoomConfig(_Section):
    """Reverberation; the direct sound stays where it was.

    Attributes:
        probability: of a room.
        folder: of recorded impulse responses, in any audio format; if None they are made up: a
            direct sound and a tail of noise that decays exponentially.
        reverberation_ms: of those made up: shortest and longest time until the tail is 60 dB
            down, uniform between.
        direct_db: of those made up: lowest and highest ratio of the direct sound's energy to
            that of the tail, uniform between, dB.
    """

    probability: Probability = 0.0
    folder: Path | None = None
    reverberation_ms: Annotated[tuple[Reverberation, Reverberation], AfterValidator(_ordered)] = (
        100.0,
        600.0,
    )
    direct_db: DecibelRange = (0.0, 15.0)


class GainConfig(_Section):
    """Louder or softer.

    Attributes:
        probability: of a gain.
        db: uniform in +- this, dB.
    """

    probability: Probability = 1.0
    db: float = Field(default=6.0, ge=0, le=40)


class PadConfig(_Section):
    """Low noise in front and behind, which shifts the recording; not with fixed windows, whose
    place in the recording is drawn instead.

    Attributes:
        probability: of padding.
        ms: length on each side uniform in [0, this].
    """

    probability: Probability = 1.0
    ms: float = Field(default=300.0, ge=0, le=10_000)


class NoiseConfig(_Section):
    """Additive noise, at a signal-to-noise ratio over the whole example.

    Attributes:
        probability: of noise.
        snr_db: lowest and highest, uniform between, dB.
        folder: of recorded backgrounds, in any audio format and of any length.
        synthetic: share of the noises that are white or pink where a folder is given.
    """

    probability: Probability = 0.5
    snr_db: DecibelRange = (10.0, 40.0)
    folder: Path | None = None
    synthetic: Probability = 0.25


class ChannelConfig(_Section):
    """A narrow channel: one of the codecs and bandwidths, all as likely.

    Attributes:
        probability: of a channel.
        codecs: of telephones, at 8 kHz.
        rates: sample rates that leave no sound above half of them, Hz.
    """

    probability: Probability = 0.0
    codecs: tuple[Codec, ...] = ("ulaw", "alaw", "gsm")
    rates: tuple[Annotated[int, Field(ge=1_000, le=384_000)], ...] = (8_000,)

    @model_validator(mode="after")
    def _any(self) -> Self:
        if self.probability and not self.codecs and not self.rates:
            raise ValueError("name at least one of codecs and rates")
        return self


class MaskConfig(_Section):
    """SpecAugment: stretches of the features replaced by each bin's mean.

    Attributes:
        probability: of masks.
        time_masks: how many in time.
        time_ms: longest of them, ms.
        bin_masks: how many in frequency.
        bin_width: widest of them, bins.
        protect_ms: no time mask comes this near to an anchor's frame, ms.
        anchors: whether time masks may cover anchors all the same.
    """

    probability: Probability = 0.0
    time_masks: int = Field(default=2, ge=0, le=100)
    time_ms: float = Field(default=200.0, ge=0, le=10_000)
    bin_masks: int = Field(default=2, ge=0, le=100)
    bin_width: int = Field(default=8, ge=0, le=256)
    protect_ms: float = Field(default=50.0, ge=0, le=10_000)
    anchors: bool = False


class AugmentConfig(_Section):
    """What is done to a recording, drawn anew for each recording and epoch, in this order.

    Attributes:
        enabled: False to train on the audio as it is, whatever the sections say.
        speed: another speed.
        room: reverberation.
        gain: another level.
        pad: silence around.
        noise: additive noise.
        channel: telephone codecs and bandwidths.
        mask: masked features.
    """

    enabled: bool = True
    speed: SpeedConfig = SpeedConfig()
    room: RoomConfig = RoomConfig()
    gain: GainConfig = GainConfig()
    pad: PadConfig = PadConfig()
    noise: NoiseConfig = NoiseConfig()
    channel: ChannelConfig = ChannelConfig()
    mask: MaskConfig = MaskConfig()

    @property
    def changes_audio(self) -> bool:
        """Whether it may do anything to the waveform."""
        sections = (self.speed, self.room, self.gain, self.pad, self.noise, self.channel)
        return self.enabled and any(section.probability for section in sections)
