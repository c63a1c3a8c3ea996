"""Fits the edge network on hand-labelled speech, and measures it on speakers it has not seen.

    python benchmarks/edge_model.py DATA            # leave each speaker out in turn, print errors
    python benchmarks/edge_model.py DATA --write    # and then fit on all and write the weights

Each utterance of ``DATA/timit-dev`` and ``DATA/emu-ae`` is aligned under each of the conditions of
``conditions.py`` with pocketsphinx. A quarter of the edges are moved at random while fitting, and
some lose their phones, so that the network also serves engines whose errors it does not know.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import torch
from conditions import CONDITIONS, RATE, Conditions
from hand_labelled import Labelled, read_labelled
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor, nn

from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.audio import read_recording
from sal_anchors.events.edges.edge import CONTEXT_WIDTH, SORTS, Edge, edges_of
from sal_anchors.events.edges.evidence import STEP, WIDTH, evidence
from sal_anchors.events.edges.network import REACH, EdgeNetwork, Posterior
from sal_anchors.events.edges.refine import MARGIN
from sal_anchors.timebase import FrameGrid

SETS = ("timit-dev", "emu-ae")
PAUSE = 0.1
TARGET_STEPS = 2.0
HIDDEN, DROPOUT, INPUT_NOISE = 32, 0.3, 0.2
EPOCHS, BATCH, RATE_OF_LEARNING, DECAY = 8, 64, 3e-3, 1e-2
MOVED_SHARE, MOVED_SECONDS, NO_PHONES_SHARE = 0.25, 0.03, 0.1
PAUSES_ARE_SEEN = 2
LEAST_SPREAD = 0.0025
WEIGHTS = Path(__file__).parents[1] / "sal_anchors" / "events" / "edges" / "network.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An edge with its true time; ``first`` is the row of its evidence at ``begin`` seconds."""

    edge: Edge
    true: float
    end: bool
    at_pause: bool
    begin: float
    first: int
    count: int
    speaker: str
    dataset: str
    condition: str


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """All items, and the evidence of all of their recordings one after the other."""

    items: list[Item]
    evidence: Tensor


def main() -> None:
    options = _options()
    torch.set_num_threads(1)
    data = prepare(options.data, options.seed)
    print(f"{len(data.items)} edges under {len(CONDITIONS)} conditions")
    posterior = leave_speakers_out(data)
    spread = spread_of(posterior, data.items)
    print_errors(posterior, data.items)
    print_phones(posterior, data.items)
    print_coverage(posterior, data.items)
    print(f"spread: factors {spread[0]:.3f} and, at a pause, {spread[1]:.3f}")
    if options.write:
        network = fit(data, np.arange(len(data.items)), seed=options.seed).exported(spread)
        tensors = {n: getattr(network, n).astype(np.float16) for n in network.__slots__}
        save_file(tensors, WEIGHTS)
        print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size} bytes")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def prepare(data: Path, seed: int) -> Data:
    """Items and evidence of all sets and conditions."""
    conditions = Conditions(data / "esc10-folds1-4", seed)
    items: list[Item] = []
    rows: list[NDArray[np.float16]] = []
    count = 0
    for condition in CONDITIONS:
        for dataset in SETS:
            labelled = read_labelled(data / dataset)
            for one, alignment, samples in aligned(labelled, condition, conditions):
                made = list(_items(one, alignment, samples, count, dataset, condition))
                rows.append(evidence(_around(alignment, samples)[1], RATE).astype(np.float16))
                count += len(rows[-1])
                items += [replace(item, count=len(rows[-1])) for item in made]
    return Data(items, torch.from_numpy(np.concatenate(rows)))


def aligned(
    labelled: Sequence[Labelled], condition: str, conditions: Conditions
) -> Iterator[tuple[Labelled, Alignment, NDArray[np.float32]]]:
    """Utterances under a condition with their alignments; those that fail are told."""
    clean = [read_recording(one.utterance.audio, FrameGrid()).samples for one in labelled]
    made = [conditions.make(condition, x, number) for number, x in enumerate(clean)]
    with tempfile.TemporaryDirectory() as folder:
        utterances = []
        for one, samples in zip(labelled, made, strict=True):
            path = Path(folder) / f"{one.utterance.id.replace('/', '-')}.wav"
            soundfile.write(path, samples, RATE, subtype="FLOAT")
            utterances.append(replace(one.utterance, audio=path))
        results = PocketsphinxAligner().align_corpus(utterances, Lexicon(), Path(folder), 1)
        for one, samples, result in zip(labelled, made, results, strict=True):
            if isinstance(result, Alignment):
                yield one, result, samples
            else:
                print(f"{condition}: {one.utterance.id} failed: {result.reason}")


def _around(
    alignment: Alignment, samples: NDArray[np.float32]
) -> tuple[float, NDArray[np.float32]]:
    first = max(0, round((alignment.words[0].start - MARGIN) * RATE))
    return first / RATE, samples[first : round((alignment.words[-1].end + MARGIN) * RATE)]


def _items(
    one: Labelled,
    alignment: Alignment,
    samples: NDArray[np.float32],
    first: int,
    dataset: str,
    condition: str,
) -> Iterator[Item]:
    begin = _around(alignment, samples)[0]
    speaker = one.utterance.speaker or dataset
    words = one.words
    before = [-np.inf, *(end for _, end, _ in words[:-1])]
    after = [*(start for start, _, _ in words[1:]), np.inf]
    pairs = edges_of(alignment.words, alignment.phones, len(samples) / RATE)
    for pair, (start, end, _), gone, coming in zip(pairs, words, before, after, strict=True):
        for edge, true, is_end, gap in (
            (pair[0], start, False, start - gone),
            (pair[1], end, True, coming - end),
        ):
            yield Item(
                edge, true, is_end, gap >= PAUSE, begin, first, 0, speaker, dataset, condition
            )


class Fitted(nn.Module):
    """The network of :mod:`sal_anchors.events.edges.network`, to be fitted."""

    def __init__(self) -> None:
        super().__init__()
        self.evidence = nn.Linear(WIDTH, HIDDEN)
        self.context = nn.Linear(CONTEXT_WIDTH, HIDDEN, bias=False)
        self.offset = nn.Linear(4, HIDDEN, bias=False)
        self.hidden = nn.Linear(HIDDEN, HIDDEN)
        self.out = nn.Linear(HIDDEN, 1, bias=False)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, evidence: Tensor, offsets: Tensor, context: Tensor) -> Tensor:
        """Scores (B, K) of instants with evidence (B, K, E) and offsets (B, K, 4)."""
        seen = self.evidence(evidence) + self.offset(offsets) + self.context(context)[:, None]
        hidden = self.drop(torch.relu(seen))
        scores: Tensor = self.out(self.drop(torch.relu(self.hidden(hidden))))[..., 0]
        return scores

    def exported(self, spread: tuple[float, float] = (1.0, 1.0)) -> EdgeNetwork:
        """As the package takes it."""

        def array(tensor: Tensor) -> NDArray[np.float32]:
            return np.ascontiguousarray(tensor.detach().numpy().T)

        return EdgeNetwork(
            evidence=array(self.evidence.weight),
            context=array(self.context.weight),
            offset=array(self.offset.weight),
            bias=array(self.evidence.bias),
            hidden=array(self.hidden.weight),
            hidden_bias=array(self.hidden.bias),
            out=array(self.out.weight)[:, 0].copy(),
            spread=np.array([(factor, LEAST_SPREAD) for factor in spread], dtype=np.float32),
        )


def fit(data: Data, chosen: NDArray[np.int64], *, seed: int) -> Fitted:
    """Fit on the chosen items: cross entropy against a narrow bell around the true time."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    pauses = [index for index in chosen if data.items[index].at_pause]
    pool = np.concatenate([chosen, *([pauses] * (PAUSES_ARE_SEEN - 1))]).astype(np.int64)
    network = Fitted()
    optimizer = torch.optim.AdamW(network.parameters(), RATE_OF_LEARNING, weight_decay=DECAY)
    steps = EPOCHS * -(-len(pool) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE_OF_LEARNING, total_steps=steps)
    for _ in range(EPOCHS):
        order = rng.permutation(pool)
        for first in range(0, len(order), BATCH):
            loss = _loss(network, data, order[first : first + BATCH], rng)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return network.eval()


def _loss(
    network: Fitted, data: Data, batch: NDArray[np.int64], rng: np.random.Generator
) -> Tensor:
    items = [data.items[index] for index in batch]
    moved = rng.random(len(items)) < MOVED_SHARE
    coarse = np.array([item.edge.time for item in items])
    coarse = coarse + moved * rng.normal(0, MOVED_SECONDS, len(items))
    begin = np.array([item.begin for item in items])
    count = np.array([item.count for item in items])[:, None]
    offsets = np.arange(-REACH + int(rng.integers(2)), REACH + 1, 2)
    steps = np.rint((coarse - begin) / STEP)[:, None] + offsets
    times = begin[:, None] + steps * STEP
    low = np.array([item.edge.low for item in items])[:, None]
    high = np.array([item.edge.high for item in items])[:, None]
    allowed = (times >= low) & (times <= high) & (steps >= 0) & (steps < count)
    true = np.array([item.true for item in items])[:, None]
    target = np.exp(-0.5 * ((times - true) / STEP / TARGET_STEPS) ** 2) * allowed
    total = target.sum(axis=1, keepdims=True)
    rows = np.array([item.first for item in items])[:, None] + np.clip(steps, 0, count - 1)
    seen = data.evidence[torch.from_numpy(rows.astype(np.int64))].float()
    seen = seen + INPUT_NOISE * torch.randn_like(seen)
    context = np.stack([item.edge.context for item in items])
    context[rng.random(len(items)) < NO_PHONES_SHARE, : CONTEXT_WIDTH - 4] = 0
    scaled = np.broadcast_to(offsets / 20, steps.shape)
    inputs = np.stack([scaled, np.abs(scaled), scaled**2 / 4, moved[:, None] + 0 * scaled], axis=2)
    scores = network(seen, torch.from_numpy(inputs).float(), torch.from_numpy(context))
    logs = scores.masked_fill(~torch.from_numpy(allowed), -1e9).log_softmax(dim=1)
    kept = torch.from_numpy((total[:, 0] > 0.05) & allowed.any(axis=1))
    aim = torch.from_numpy(target / (total + 1e-9)).float()
    loss: Tensor = -(aim * logs)[kept].sum(dim=1).mean()
    return loss


def leave_speakers_out(data: Data) -> Posterior:
    """The posterior of every edge, by the network that was fitted without its speaker."""
    speakers = np.array([item.speaker for item in data.items])
    times = np.zeros((len(data.items), 2 * REACH + 1))
    mass = np.zeros((len(data.items), 2 * REACH + 1), dtype=np.float32)
    for speaker in sorted(set(speakers)):
        network = fit(data, np.flatnonzero(speakers != speaker), seed=0).exported()
        for index in np.flatnonzero(speakers == speaker):
            item = data.items[index]
            rows = data.evidence[item.first : item.first + item.count].float().numpy()
            found = network.posterior(rows, [item.edge], begin=item.begin, known=True)
            times[index], mass[index] = found.times[0], found.mass[0]
    return Posterior(times, mass)


def spread_of(
    posterior: Posterior, items: Sequence[Item], chosen: NDArray[np.bool_] | None = None
) -> tuple[float, float]:
    """Factors, without and with a pause beside the edge, such that 90 % of the errors under all
    conditions lie within the half-width so made."""
    middle = posterior.median()
    width = posterior.half_width(middle)
    error = np.abs(middle - [item.true for item in items])
    use = np.ones(len(items), dtype=bool) if chosen is None else chosen
    ratio = np.maximum(error - LEAST_SPREAD, 0) / width
    pause = np.array([item.edge.at_pause for item in items])
    return float(np.quantile(ratio[use & ~pause], 0.9)), float(np.quantile(ratio[use & pause], 0.9))


def _groups(items: Sequence[Item]) -> dict[str, NDArray[np.bool_]]:
    end = np.array([item.end for item in items])
    pause = np.array([item.at_pause for item in items])
    return {
        "all starts": ~end,
        "all ends": end,
        "onsets": ~end & pause,
        "ends before a pause": end & pause,
    }


def print_errors(posterior: Posterior, items: Sequence[Item]) -> None:
    """A table a set: conditions down, sorts of edge across."""
    error = 1000 * (posterior.median() - [item.true for item in items])
    groups = _groups(items)
    for dataset in SETS:
        print(f"\n{dataset}: median / mean / p90 of the absolute error, bias; ms\n")
        print("| condition | " + " | ".join(groups) + " |\n" + "|---" * (1 + len(groups)) + "|")
        for condition in CONDITIONS:
            here = np.array([i.dataset == dataset and i.condition == condition for i in items])
            print(
                f"| {condition} | "
                + " | ".join(_cell(error[here & g]) for g in groups.values())
                + " |"
            )


def _cell(error: NDArray[np.float64]) -> str:
    size = np.abs(error)
    return (
        f"{np.median(size):.1f} / {size.mean():.1f} / {np.quantile(size, 0.9):.1f}, "
        f"{np.median(error):+.1f}"
    )


def print_phones(posterior: Posterior, items: Sequence[Item]) -> None:
    """Clean ends before a pause by the sort of their last phone."""
    error = 1000 * (posterior.median() - [item.true for item in items])
    last = np.array([item.edge.context[: len(SORTS)].argmax() for item in items])
    chosen = _groups(items)["ends before a pause"]
    chosen &= np.array([item.condition == "clean" for item in items])
    print("\nclean ends before a pause: median / mean / p90 of the absolute error, bias; ms\n")
    print("| last phone | n | error |\n|---|---|---|")
    for number, sort in enumerate(SORTS):
        if (here := chosen & (last == number)).any():
            print(f"| {sort} | {here.sum()} | {_cell(error[here])} |")


def print_coverage(posterior: Posterior, items: Sequence[Item]) -> None:
    """How many true times the 90 % intervals hold, calibrated without the speaker in question."""
    middle = posterior.median()
    width = posterior.half_width(middle)
    error = np.abs(middle - [item.true for item in items])
    speakers = np.array([item.speaker for item in items])
    pause = np.array([int(item.edge.at_pause) for item in items])
    held = np.zeros(len(items), dtype=bool)
    for speaker in set(speakers):
        factors = np.array(spread_of(posterior, items, speakers != speaker))
        mine = speakers == speaker
        held[mine] = error[mine] <= (factors[pause] * width + LEAST_SPREAD)[mine]
    print("\nheld by the 90 % intervals, %\n")
    groups = _groups(items)
    print("| condition | " + " | ".join(groups) + " |\n" + "|---" * (1 + len(groups)) + "|")
    for condition in CONDITIONS:
        here = np.array([item.condition == condition for item in items])
        print(
            f"| {condition} | "
            + " | ".join(f"{100 * held[here & g].mean():.1f}" for g in groups.values())
            + " |"
        )


if __name__ == "__main__":
    main()
