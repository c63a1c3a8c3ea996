"""The cost of each loss, forward and backward on the CPU, next to torch's cross entropy.

    python benchmarks/loss.py [--rounds 100] [--shape 64 1000 12]

Runs are interleaved: each round runs every loss once, in an order drawn anew. A figure is the
median over the rounds; ``ratio`` is to ``torch.nn.functional.cross_entropy`` of the same run (for
one-logit heads, to ``binary_cross_entropy_with_logits``). ``quiet`` is the same ratio of lower
deciles, less touched by what else the machine does. Once on one thread, once on torch's default.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from sal_anchors.anchors.anchor import IGNORE_LABEL
from sal_anchors.loss import VARIANTS, max_pooling_loss, streaming_anchor_loss

WARM_UP = 10
PADDED = 0.3

Loss = Callable[[], Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--shape", type=int, nargs=3, default=(64, 1000, 12), metavar=tuple("BTC"))
    options = parser.parse_args()
    batch, frames, classes = options.shape
    default_threads = torch.get_num_threads()
    print(f"torch {torch.__version__}, float32, {batch} x {frames} frames, {classes} classes")
    print(f"{options.rounds} interleaved rounds\n")
    print("| case | threads | loss | median ms | ratio | quiet |\n|---|---|---|---|---|---|")
    for threads in sorted({1, default_threads}):
        torch.set_num_threads(threads)
        for padded in (0.0, PADDED):
            case = f"{padded:.0%} padded"
            report(case, threads, class_losses(batch, frames, classes, padded), options.rounds)
        report("one logit", threads, one_logit_losses(batch, frames), options.rounds)


def report(case: str, threads: int, losses: dict[str, tuple[Tensor, Loss]], rounds: int) -> None:
    """Print a line a loss; the first is what the others are compared with."""
    times = measure(losses, rounds)
    medians = {name: statistics.median(found) for name, found in times.items()}
    quiet = {name: statistics.quantiles(found, n=10)[0] for name, found in times.items()}
    reference = next(iter(losses))
    for name in losses:
        ratio = medians[name] / medians[reference]
        low = quiet[name] / quiet[reference]
        milliseconds = f"{medians[name] * 1e3:.2f}"
        print(f"| {case} | {threads} | {name} | {milliseconds} | {ratio:.2f} | {low:.2f} |")


def measure(losses: dict[str, tuple[Tensor, Loss]], rounds: int) -> dict[str, list[float]]:
    """Seconds of a forward and a backward pass of each loss, round by round."""
    times: dict[str, list[float]] = {name: [] for name in losses}
    names = list(losses)
    shuffle = random.Random(0).shuffle
    for round_ in range(WARM_UP + rounds):
        shuffle(names)
        for name in names:
            logits, loss = losses[name]
            logits.grad = None
            began = time.perf_counter()
            loss().backward()  # type: ignore[no-untyped-call]
            if round_ >= WARM_UP:
                times[name].append(time.perf_counter() - began)
    return times


def class_losses(
    batch: int, frames: int, classes: int, padded: float
) -> dict[str, tuple[Tensor, Loss]]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(batch, frames, classes, generator=generator).requires_grad_()
    drawn = torch.randint(classes, (batch, frames // 20 + 1), generator=generator)
    labels = drawn.repeat_interleave(20, 1)[:, :frames].contiguous()
    weights = 0.1 + torch.rand(batch, frames, generator=generator)
    if padded:
        labels[:, frames - int(padded * frames) :] = IGNORE_LABEL
    ours = partial(streaming_anchor_loss, logits, labels, weights)
    losses: dict[str, Loss] = {
        "torch cross_entropy": lambda: functional.cross_entropy(
            logits.view(-1, classes), labels.view(-1)
        ),
        **{name: partial(ours, variant=name) for name in VARIANTS},
        "safl, gamma 1.5": partial(ours, variant="safl", gamma=1.5),
        "max-pooling": partial(max_pooling_loss, logits, labels),
    }
    return {name: (logits, loss) for name, loss in losses.items()}


def one_logit_losses(batch: int, frames: int) -> dict[str, tuple[Tensor, Loss]]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(batch, frames, generator=generator).requires_grad_()
    labels = torch.randint(2, (batch, frames), generator=generator)
    weights = 0.1 + torch.rand(batch, frames, generator=generator)
    targets = labels.float()
    ours = partial(streaming_anchor_loss, logits, labels, weights)
    losses: dict[str, Loss] = {
        "torch binary_cross_entropy_with_logits": lambda: (
            functional.binary_cross_entropy_with_logits(logits, targets)
        ),
        **{name: partial(ours, variant=name) for name in VARIANTS},
    }
    return {name: (logits, loss) for name, loss in losses.items()}


if __name__ == "__main__":
    main()
