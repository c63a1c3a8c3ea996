"""Every knob of the reference trainer; unknown keys are errors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sal_anchors.dataset.config import DataConfig
from sal_anchors.models import GRUConfig, ModelConfig

Measure = Literal["average_precision", "false_reject_rate"]
Precision = Literal["auto", "float32", "bfloat16"]


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class LossConfig(_Config):
    """Which loss of :mod:`sal_anchors.loss`, and its options.

    Attributes:
        variant: ce, fl, sal, sa+fl, safl; or maxpool, for comparison.
        gamma: focal strength of fl, sa+fl and safl.
        lam: share of the focal term in sa+fl.
        class_weights: factor of a class's frames, by its name; 1 for those not named.
    """

    variant: Literal["ce", "fl", "sal", "sa+fl", "safl", "maxpool"] = "sal"
    gamma: float = Field(default=2.0, ge=0, le=20)
    lam: float = Field(default=1.0, ge=0, le=100)
    class_weights: dict[str, Annotated[float, Field(ge=0, le=1e6)]] = {}


class TrainConfig(_Config):
    """How to train.

    Attributes:
        loss: which loss, and its options.
        model: which network.
        data: how recordings become batches.
        epochs: passes over the training split, at most.
        accumulate: batches a step; gradients are those of one batch as large as all of them.
        learning_rate: highest of the schedule.
        warmup: share of all steps over which the learning rate rises from 0; it then falls to 0
            as half a cosine.
        weight_decay: of AdamW.
        background_odds: how many times as likely as any class the network calls the background
            before training; 1 where classes are as frequent as the background.
        clip_norm: the gradient's norm is cut to this.
        ema: decay of the moving average of the weights, which is then what is validated and kept;
            0 for none.
        measure: of events, on the split dev: decides which epoch is kept, and when to stop.
        patience: epochs without a rise of the measure after which training stops; never if absent.
        validate_every: epochs from one validation to the next; the last one is always validated.
            Only a validated epoch can be kept.
        device: auto, cpu, cuda, cuda:1 and so on.
        precision: of forward passes: float32, bfloat16, or auto for bfloat16 on GPUs that have it.
        seed: of everything random.
    """

    loss: LossConfig = LossConfig()
    model: ModelConfig = GRUConfig()
    data: DataConfig = DataConfig()
    epochs: int = Field(default=30, ge=1, le=10_000)
    accumulate: int = Field(default=1, ge=1, le=1_024)
    learning_rate: float = Field(default=6e-3, gt=0)
    warmup: float = Field(default=0.1, ge=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0)
    background_odds: float = Field(default=20.0, gt=0, le=1e6)
    clip_norm: float = Field(default=1.0, gt=0)
    ema: float = Field(default=0.0, ge=0, lt=1)
    measure: Measure = "average_precision"
    patience: int | None = Field(default=None, ge=1, le=10_000)
    validate_every: int = Field(default=1, ge=1, le=10_000)
    device: str = Field(default="auto", pattern=r"^[a-z]+(:\d+)?$")
    precision: Precision = "auto"
    seed: int = Field(default=0, ge=0, lt=2**32)
