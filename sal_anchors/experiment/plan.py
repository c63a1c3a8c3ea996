"""What is to be compared: arms, networks and seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.measure import DEFAULT_RESAMPLES, DEFAULT_TARGETS

Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
_MOST_SEEDS = 1_000


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Network(_Table):
    """A network that every arm is trained with.

    Attributes:
        name: of the rows of tables and of run folders.
        set: ``KEY=VALUE`` of the trainer's configuration.
    """

    name: Name
    set: tuple[str, ...] = ()


class Arm(_Table):
    """A way of training.

    Attributes:
        name: of the rows of tables and of run folders.
        set: ``KEY=VALUE`` of the trainer's configuration.
        render: ``PLACE=VALUE`` of the manifest's recipe: the targets that this arm is trained on
            are rendered by what that makes of it. Events, and anchors to measure by, stay.
    """

    name: Name
    set: tuple[str, ...] = ()
    render: tuple[str, ...] = ()


class Measures(_Table):
    """How every run is measured.

    Attributes:
        split: of the manifest.
        negatives: folders of audio with nothing to detect.
        targets: false accepts an hour of the operating points.
        resamples: of recordings and seeds, for intervals.
        seed: of the resamples.
        events: smoothing, refractory time and hit window.
    """

    split: str = "test"
    negatives: tuple[Path, ...] = ()
    targets: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=DEFAULT_TARGETS, min_length=1
    )
    resamples: int = Field(default=DEFAULT_RESAMPLES, ge=100, le=100_000)
    seed: int = Field(default=0, ge=0)
    events: EventConfig = EventConfig()


class Plan(_Table):
    """Every arm with every network and every seed.

    A run's configuration is ``config``, then what its network, its arm and ``set`` change.

    Attributes:
        seeds: of the runs; a number stands for 0 up to, and without, it.
        reference: names of the arms that the others are compared with.
        set: ``KEY=VALUE`` for every run, after all others.
        config: tables of the trainer's configuration; see ``sal-anchors train --print-config``.
        evaluation: how every run is measured.
        models: the networks.
        arms: the ways of training.
    """

    seeds: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field(
        default=(0, 1, 2, 3, 4), min_length=1
    )
    reference: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    config: dict[str, Any] = {}
    evaluation: Measures = Measures()
    models: tuple[Network, ...] = Field(
        (Network(name="gru", set=("model.kind=gru",)),), min_length=1
    )
    arms: tuple[Arm, ...] = Field(min_length=1)

    @field_validator("seeds", mode="before")
    @classmethod
    def _counted(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            if not 1 <= value <= _MOST_SEEDS:
                raise ValueError(f"{value} seeds; between 1 and {_MOST_SEEDS} are possible")
            return tuple(range(value))
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [arm.name for arm in self.arms]
        _require_once("seeds", self.seeds)
        _require_once("models", [model.name for model in self.models])
        _require_once("arms", names)
        _require_once("targets", self.evaluation.targets)
        for name in self.reference:
            if name not in names:
                raise ValueError(f"reference: there is no arm {name!r}; there are {_listed(names)}")
        return self

    @property
    def references(self) -> tuple[str, ...]:
        """Names of the reference arms: if none is named, the arm ``ce``, else the first one."""
        names = [arm.name for arm in self.arms]
        return self.reference or (("ce",) if "ce" in names else (names[0],))


def short_plan(
    losses: Sequence[str], models: Sequence[str], seeds: int, **more: Any
) -> dict[str, Any]:
    """The plan, as the values of its file, that has losses as arms and kinds of networks."""
    return {
        "seeds": seeds,
        "models": [{"name": kind, "set": [f"model.kind='{kind}'"]} for kind in models],
        "arms": [{"name": loss, "set": [f"loss.variant='{loss}'"]} for loss in losses],
        **more,
    }


def _require_once(what: str, values: Iterable[Any]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"{what}: {twice[0]!r} is there twice")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
