"""Every knob of the training data; unknown keys are errors."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sal_anchors.dataset.augment_config import AugmentConfig, Probability
from sal_anchors.features import LogMelConfig


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SamplingConfig(_Section):
    """Which recordings an epoch draws, and which stretches of them. Shares are of its examples.

    Attributes:
        examples: of an epoch; None for as many as there are usable recordings.
        events: share that hold an event with a class; None to take recordings as they come,
            each once, as far as the shares below leave room.
        balance: with ``events``: every class is asked for as often as any other; otherwise as
            often as it is there.
        partial: share that end before a keyword does: cut out of recordings that hold one.
        excluding: share without any event with a class, nor its label: cut out between those
            events.
        hard: share of recordings without such an event that hold the beginning of a keyword, as
            a recipe's ``partial_keyword`` rule finds them.
        shortest_seconds: of what ``excluding`` cuts out.
        keep: lowest and highest share of a keyword that ``partial`` leaves, by time.
    """

    examples: int | None = Field(default=None, ge=1, le=10**9)
    events: Probability | None = None
    balance: bool = True
    partial: Probability = 0.0
    excluding: Probability = 0.0
    hard: Probability = 0.0
    shortest_seconds: float = Field(default=0.5, gt=0, le=60)
    keep: tuple[Probability, Probability] = (0.4, 0.8)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        shares = (self.events or 0.0, self.partial, self.excluding, self.hard)
        if sum(shares) > 1 + 1e-9:
            raise ValueError(f"events, partial, excluding and hard make {sum(shares):g}, above 1")
        if self.keep[0] > self.keep[1]:
            raise ValueError(f"keep must be [lowest, highest], got {list(self.keep)}")
        return self


class CacheConfig(_Section):
    """Where features of recordings that no transform changes are kept.

    Attributes:
        memory_mb: at most this much in memory, each process for itself; 0 for none.
        folder: on disk too, for this and later runs, under a hash of content and options.
        disk_mb: at most this much there.
    """

    memory_mb: int = Field(default=256, ge=0, le=10**7)
    folder: Path | None = None
    disk_mb: int = Field(default=10_000, ge=1, le=10**9)


class DataConfig(_Section):
    """How recordings become batches.

    Attributes:
        features: filterbank options.
        sampling: which recordings, and which stretches of them.
        augment: what is done to their audio.
        cache: where features are kept.
        batch: examples a step and process.
        max_seconds: longer recordings are cropped to this, anew each epoch; examples of similar
            length share a batch.
        window_seconds: if given, all examples are this long: longer ones are cropped, shorter
            ones are padded with low noise; ``max_seconds`` says nothing then.
        shuffle_rows: recordings held in memory to draw the next from. Fewer than the training
            split has mix badly where the manifest is sorted, by word or speaker.
        workers: processes that prepare batches; 0 to prepare them in the training process.
    """

    features: LogMelConfig = LogMelConfig()
    sampling: SamplingConfig = SamplingConfig()
    augment: AugmentConfig = AugmentConfig()
    cache: CacheConfig = CacheConfig()
    batch: int = Field(default=8, ge=1, le=4_096)
    max_seconds: float = Field(default=15.0, ge=1, le=600)
    window_seconds: float | None = Field(default=None, ge=0.1, le=600)
    shuffle_rows: int = Field(default=16_384, ge=1)
    workers: int = Field(default=0, ge=0, le=256)

    @property
    def limit_seconds(self) -> float:
        """The longest example before padding, s."""
        return self.window_seconds or self.max_seconds
