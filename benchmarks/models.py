"""What each network costs at its defaults: parameters, multiply-accumulates, and CPU time streamed.

    python benchmarks/models.py [--seconds 10] [--chunk 1,10,100]

measures on one thread: seconds of CPU for a second of audio, features excluded, whole and in
pieces of so many frames; the best of three.
"""

from __future__ import annotations

import argparse
import time

import torch

from sal_anchors.models import MODELS, build_model, model_card
from sal_anchors.models.detector import StreamingModel
from sal_anchors.timebase import FrameGrid

_FEATURES = 40


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--chunk", default="1,10,100")
    options = parser.parse_args()
    chunks = [int(chunk) for chunk in options.chunk.split(",")]
    grid = FrameGrid()
    torch.set_num_threads(1)
    names = [f"{chunk} frames" for chunk in chunks]
    print(f"| network | parameters | M MAC/s | sees, frames | whole | {' | '.join(names)} |")
    print("|---" * (5 + len(chunks)) + "|")
    for kind, config in MODELS.items():
        torch.manual_seed(0)
        model = build_model(config(), _FEATURES, 2).eval()
        card = model_card(model, kind, grid)
        features = torch.randn(1, options.seconds * grid.sample_rate // grid.hop, _FEATURES)
        times = [cost(model, features, size) for size in (features.shape[1], *chunks)]
        cells = " | ".join(f"{1000 * spent / options.seconds:.2f} ms" for spent in times)
        size = f"{card.parameters:,} | {card.macs_per_second / 1e6:.2f}"
        print(f"| {kind} | {size} | {card.receptive_field or 'all'} | {cells} |", flush=True)


@torch.inference_mode()
def cost(model: StreamingModel, features: torch.Tensor, chunk: int) -> float:
    """CPU seconds for all frames in pieces of ``chunk``."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        state = None
        for piece in torch.split(features, chunk, dim=1):
            _, state = model(piece, state)
        best = min(best, time.process_time() - began)
    return best


if __name__ == "__main__":
    main()
