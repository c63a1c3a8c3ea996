"""Every knob of the reference trainer; unknown keys are errors."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sal_anchors.features import LogMelConfig
from sal_anchors.models import GRUConfig, ModelConfig


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LossConfig(_Config):
    """Arguments of :class:`sal_anchors.loss.StreamingAnchorLoss`."""

    variant: Literal["ce", "fl", "sal", "sa+fl", "safl"] = "sal"
    gamma: float = Field(default=2.0, ge=0, le=20)
    lam: float = Field(default=1.0, ge=0, le=100)


class AugmentConfig(_Config):
    """What is done to training audio; each is drawn anew for each recording and epoch.

    Attributes:
        gain_db: gain uniform in +- this, dB.
        pad_ms: low noise of a length uniform in [0, this] in front and behind, ms.
        noise_probability: of additive noise, white or pink alike.
        snr_db: lowest and highest signal-to-noise ratio, uniform between, dB.
    """

    gain_db: float = Field(default=6.0, ge=0, le=40)
    pad_ms: float = Field(default=300.0, ge=0, le=10_000)
    noise_probability: float = Field(default=0.5, ge=0, le=1)
    snr_db: tuple[float, float] = (10.0, 40.0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.snr_db[0] > self.snr_db[1]:
            raise ValueError(f"snr_db must be (lowest, highest), got {self.snr_db}")
        return self


class TrainConfig(_Config):
    """How to train.

    Attributes:
        loss: which member of the loss family.
        model: which network.
        features: filterbank options.
        augment: None to train on the audio as it is.
        epochs: passes over the training split.
        batch: recordings a step.
        learning_rate: highest of the schedule.
        warmup: share of all steps over which the learning rate rises from 0; it then falls to 0
            as half a cosine.
        weight_decay: of AdamW.
        clip_norm: the gradient's norm is cut to this.
        max_seconds: longer recordings are cropped to this, anew each epoch.
        shuffle_rows: rows held in memory to draw the next from.
        seed: of everything random.
    """

    loss: LossConfig = LossConfig()
    model: ModelConfig = GRUConfig()
    features: LogMelConfig = LogMelConfig()
    augment: AugmentConfig | None = AugmentConfig()
    epochs: int = Field(default=30, ge=1, le=10_000)
    batch: int = Field(default=8, ge=1, le=4_096)
    learning_rate: float = Field(default=6e-3, gt=0)
    warmup: float = Field(default=0.1, ge=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0)
    clip_norm: float = Field(default=1.0, gt=0)
    max_seconds: float = Field(default=15.0, ge=1, le=600)
    shuffle_rows: int = Field(default=2_048, ge=1)
    seed: int = Field(default=0, ge=0, lt=2**32)
