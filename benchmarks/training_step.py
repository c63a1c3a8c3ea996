"""Where the time of a training step goes: python benchmarks/training_step.py [--seconds 3]

Networks of about 30 K parameters, batches of eight recordings, one thread, CPU time. First the
parts of a step, one by one; then the operators that take most of it, by torch's profiler. Data are
timed too: in training they are prepared while the step before is computed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
import soundfile
import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from sal_anchors.accounting import Status
from sal_anchors.align.alignment import Provenance
from sal_anchors.anchors.recipe import Recipe, keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.dataset import Batch, DataConfig, Loader
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Header, Manifest, Row, write_manifest
from sal_anchors.manifest.header import counts_of
from sal_anchors.models import GRUConfig, ModelConfig, TCNConfig, build_model
from sal_anchors.train.config import LossConfig
from sal_anchors.train.objective import Objective

RATE = 16_000
NETWORKS: dict[str, ModelConfig] = {"gru": GRUConfig(), "tcn": TCNConfig(hidden=36)}
CLASSES = ("background", "up")
Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each recording")
    parser.add_argument("--steps", type=int, default=30)
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        manifest = made_up(Path(folder), 8 * 10, given.seconds)
        loader = Loader(manifest, DataConfig())
        began = time.process_time()
        batches = list(loader.epoch(1))
        spent = (time.process_time() - began) / len(batches)
        print(f"data: {1000 * spent:.1f} ms of one core a batch of 8 x {given.seconds:g} s\n")
        for name, config in NETWORKS.items():
            for fused in (False, True):
                report(name, config, batches, given.steps, fused=fused)
            operators(name, config, batches)


def report(
    name: str, config: ModelConfig, batches: list[Batch], steps: int, *, fused: bool
) -> None:
    model, optimiser = built(config, fused=fused)
    times: Times = defaultdict(list)
    for index in range(steps):
        step(model, optimiser, batches[index % len(batches)], times)
    medians = {part: 1000 * median(found[3:]) for part, found in times.items()}
    total = sum(medians.values())
    parameters = sum(weight.numel() for weight in model.parameters())
    print(f"{name}, {parameters:,} parameters, fused={fused}: {total:.1f} ms a step")
    for part, spent in sorted(medians.items(), key=lambda item: -item[1]):
        print(f"    {part:<10} {spent:7.2f} ms  {spent / total:6.1%}")


def operators(name: str, config: ModelConfig, batches: list[Batch]) -> None:
    model, optimiser = built(config, fused=True)
    step(model, optimiser, batches[0], defaultdict(list))
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        for batch in batches:
            step(model, optimiser, batch, defaultdict(list))
    found = sorted(profiled.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in found)
    print(f"{name}, operators by own time:")
    for event in found[:8]:
        calls = event.count / len(batches)
        print(f"    {event.key:<44} {event.self_cpu_time_total / total:6.1%} {calls:8.0f} calls")
    print()


def built(config: ModelConfig, *, fused: bool) -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = build_model(config, 40, len(CLASSES)).train()
    return model, torch.optim.AdamW(model.parameters(), lr=1e-3, fused=fused)


def step(model: nn.Module, optimiser: torch.optim.Optimizer, batch: Batch, times: Times) -> None:
    objective = Objective(LossConfig(), CLASSES)
    with clocked(times, "forward"):
        logits, _ = model(batch.features)
    with clocked(times, "loss"):
        loss = objective.sum(logits, batch.labels, batch.weights) / objective.count(batch.labels)
    with clocked(times, "backward"):
        optimiser.zero_grad()
        torch.autograd.backward(loss)
    with clocked(times, "clipping"):
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    with clocked(times, "optimiser"):
        optimiser.step()


@contextmanager
def clocked(times: Times, part: str) -> Iterator[None]:
    began = time.process_time()
    yield
    times[part].append(time.process_time() - began)


def made_up(folder: Path, count: int, seconds: float) -> Manifest:
    """A manifest of noise with an anchor in the middle of each recording."""
    recipe = keyword_recipe(("up",))
    write_manifest(
        folder / "noise.anchors",
        (row(folder, recipe, number, seconds) for number in range(count)),
        lambda parts, tally: Header(
            tool_version="0",
            audio_root="..",
            grid=recipe.grid.grid(),
            recipe=recipe,
            provenance=Provenance("made up", "0", "none"),
            counts=counts_of(tally),
            audio_seconds=tally.audio_seconds,
            parts=parts,
        ),
    )
    return Manifest.open(folder / "noise.anchors")


def row(folder: Path, recipe: Recipe, number: int, seconds: float) -> Row:
    rng = np.random.default_rng(number)
    samples = (0.1 * rng.standard_normal(round(seconds * RATE))).astype(np.float32)
    soundfile.write(folder / f"{number}.wav", samples, RATE, subtype="PCM_16")
    time_, start = seconds / 2, seconds / 4
    events = (Event(EventKind.KEYWORD_END, "up", time_, start, time_, 1.0, 0.0, "truth"),)
    targets = render(events, recipe, recipe.grid.grid().num_frames(len(samples)))
    return Row(
        id=str(number),
        status=Status.OK,
        audio=f"{number}.wav",
        sample_rate=RATE,
        num_samples=len(samples),
        transcript="up",
        split="train",
        events=events,
        anchors=targets.anchors,
        num_frames=len(targets.labels),
        labels=targets.labels,
        weights=targets.weights,
    )


if __name__ == "__main__":
    main()
