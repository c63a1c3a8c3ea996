"""Fit the confidence of pocketsphinx's words on hand-labelled speech, and say how true it is.

    python benchmarks/calibration.py FOLDER [--write]

prints the coefficients, and the reliability and error rates of words whose speakers were left
out of the fit; ``--write`` puts the coefficients where the library reads them.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from hand_labelled import Labelled, read_labelled
from numpy.typing import NDArray
from wrong import Wrong, dictionary, shuffled, substituted

from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.quality import calibration
from sal_anchors.align.quality.calibration import (
    Calibration,
    boundary_inputs,
    match_inputs,
    own_inputs,
)
from sal_anchors.align.quality.evidence import Evidence, gather
from sal_anchors.audio import read_recording
from sal_anchors.events.edges import refine_words
from sal_anchors.timebase import FrameGrid

TOLERANCE = 0.05
WRONG_SHARE = 0.1
FALSE_FLAGS = 0.03
SUBSTITUTIONS, SHUFFLES = 6, 1
RIDGE = 1.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an alignment: its kind is right, substituted or shuffled; ``good`` says whether
    it is right and both its refined boundaries are within the tolerance."""

    speaker: str
    kind: str
    good: bool
    evidence: Evidence


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit and check the confidence of words")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="keep the coefficients")
    options = parser.parse_args()
    words = collect(read_labelled(options.folder))
    kinds = {kind: sum(word.kind == kind for word in words) for kind in by_kind(words)}
    print(f"words: {kinds}")
    held_out = leave_speakers_out(words)
    right = np.array([word.kind == "right" for word in words])
    low_own = float(np.floor(100 * np.quantile(held_out.own[right], FALSE_FLAGS))) / 100
    fitted = fit(words, low_own)
    print(json.dumps(fitted.to_dict()), "\n")
    print_detection(words, held_out.own, low_own)
    print_reliability(words, np.minimum(held_out.own, held_out.match) * held_out.boundary)
    if options.write:
        path = Path(calibration.__file__).with_name("pocketsphinx.json")
        path.write_text(json.dumps(fitted.to_dict(), indent=2) + "\n", "utf-8")


def collect(corpus: Sequence[Labelled]) -> list[Word]:
    """Words of right transcripts, the wrong words of transcripts with one wrong, and all words
    of shuffled transcripts."""
    rng, entries = random.Random(0), dictionary()
    items = [Wrong(item, item.utterance) for item in corpus]
    kinds = ["right"] * len(items)
    for _ in range(SUBSTITUTIONS):
        items += substituted(corpus, rng, entries)
    kinds += ["substituted"] * (len(items) - len(kinds))
    for _ in range(SHUFFLES):
        items += shuffled(corpus, rng)
    kinds += ["shuffled"] * (len(items) - len(kinds))
    results = PocketsphinxAligner().align_corpus(
        (item.utterance for item in items), Lexicon(), Path(), 1
    )
    words: list[Word] = []
    for item, kind, result in zip(items, kinds, results, strict=True):
        if isinstance(result, Alignment):
            words += words_in(item, kind, result)
    return words


def words_in(item: Wrong, kind: str, alignment: Alignment) -> list[Word]:
    grid = FrameGrid()
    samples = read_recording(alignment.utterance.audio, grid).samples
    refined = refine_words(alignment.words, alignment.phones, samples, grid, known=True)
    found = gather(alignment.words, alignment.phones, refined, len(samples) / grid.sample_rate)
    assert found is not None
    speaker = item.source.utterance.speaker or ""
    if kind != "right":
        chosen = found if item.index is None else (found[item.index],)
        return [Word(speaker, kind, False, one) for one in chosen]
    return [
        Word(
            speaker,
            kind,
            abs(start - word.start) <= TOLERANCE and abs(end - word.end) <= TOLERANCE,
            one,
        )
        for (start, end, _), word, one in zip(item.source.words, refined, found, strict=True)
    ]


def by_kind(words: Sequence[Word]) -> dict[str, NDArray[np.bool_]]:
    kinds = ("right", "substituted", "shuffled")
    return {kind: np.array([word.kind == kind for word in words]) for kind in kinds}


def weights_of(words: Sequence[Word]) -> Array:
    """One for a right word; wrong ones, half by kind, so that they are ``WRONG_SHARE`` of all."""
    masks = by_kind(words)
    total = masks["right"].sum() * WRONG_SHARE / (1 - WRONG_SHARE)
    weights = masks["right"].astype(np.float64)
    for kind in ("substituted", "shuffled"):
        weights[masks[kind]] = total / 2 / max(1, masks[kind].sum())
    return weights


def fit(words: Sequence[Word], low_own: float) -> Calibration:
    right = [word for word in words if word.kind == "right"]
    match = logistic_fit(
        inputs(words, match_inputs), [word.kind == "right" for word in words], weights_of(words)
    )
    single = [word for word in words if word.kind != "shuffled"]
    own = logistic_fit(
        inputs(single, own_inputs), [word.kind == "right" for word in single], weights_of(single)
    )
    boundary = logistic_fit(
        inputs(right, boundary_inputs), [word.good for word in right], np.ones(len(right))
    )
    return Calibration(own, match, boundary, low_own)


def inputs(words: Sequence[Word], of: Callable[[Evidence], tuple[float, ...]]) -> Array:
    return np.array([of(word.evidence) for word in words])


def logistic_fit(x: Array, y: Sequence[bool], weights: Array) -> tuple[float, ...]:
    """Intercept and slopes of the weighted maximum likelihood, with a ridge of ``RIDGE`` on the
    slopes of standardised inputs."""
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-9
    scaled = torch.from_numpy((x - mean) / deviation)
    wanted = torch.tensor(y, dtype=torch.float64)
    free = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([free], max_iter=500, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            free[0] + scaled @ free[1:], wanted, torch.from_numpy(weights), reduction="sum"
        )
        loss = loss + RIDGE / 2 * free[1:].square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    solved = free.detach().numpy()
    slopes = solved[1:] / deviation
    return tuple(round(float(v), 4) for v in (solved[0] - slopes @ mean, *slopes))


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Predictions of each word by a fit without its speaker."""

    own: Array
    match: Array
    boundary: Array


def leave_speakers_out(words: Sequence[Word]) -> HeldOut:
    own, match, boundary = np.zeros((3, len(words)))
    for speaker in sorted({word.speaker for word in words}):
        fitted = fit([word for word in words if word.speaker != speaker], 0.0)
        for index, word in enumerate(words):
            if word.speaker == speaker:
                own[index] = fitted.own_of(word.evidence)
                match[index] = fitted.match_of(word.evidence)
                boundary[index] = fitted.boundary_of(word.evidence)
    return HeldOut(own, match, boundary)


def print_detection(words: Sequence[Word], own: Array, low_own: float) -> None:
    """Share of words below each limit on ``own``, by kind."""
    masks = by_kind(words)
    right, wrong = own[masks["right"]], np.sort(own[masks["substituted"]])
    above = len(wrong) - np.searchsorted(wrong, right, "right")
    area = 1 - above.mean() / len(wrong)
    print(f"area under the curve, substituted against right words: {area:.4f}\n")
    print("| own below | right words | substituted words | words of shuffled transcripts |")
    print("|---|---|---|---|")
    at_rates = [float(np.quantile(right, rate)) for rate in (0.01, 0.02, 0.03, 0.05)]
    for limit in sorted({*at_rates, low_own}):
        shares = (f"{100 * np.mean(own[mask] < limit):.1f} %" for mask in masks.values())
        print(f"| {limit:.3f} | {' | '.join(shares)} |")
    print()


def print_reliability(words: Sequence[Word], confidence: Array) -> None:
    """Ten bins of predicted confidence: of right words, and with wrong ones at their share."""
    good = np.array([word.good for word in words], dtype=np.float64)
    right = by_kind(words)["right"]
    for name, weights in (
        ("right transcripts", right.astype(np.float64)),
        (f"{100 * WRONG_SHARE:.0f} % wrong words", weights_of(words)),
    ):
        print(f"| {name}: confidence | words | predicted | observed |\n|---|---|---|---|")
        bins = np.minimum((confidence * 10).astype(int), 9)
        gap = 0.0
        for index in range(10):
            share = weights * (bins == index)
            count = int(((bins == index) & (weights > 0)).sum())
            if not count:
                print(f"| {index / 10:.1f}-{(index + 1) / 10:.1f} | 0 | | |")
                continue
            predicted, observed = (float(share @ v / share.sum()) for v in (confidence, good))
            gap += share.sum() / weights.sum() * abs(predicted - observed)
            print(
                f"| {index / 10:.1f}-{(index + 1) / 10:.1f} | {count} | {predicted:.2f} | "
                f"{observed:.2f} |"
            )
        brier = float(weights @ np.square(confidence - good) / weights.sum())
        print(f"\nexpected calibration error {gap:.3f}, Brier score {brier:.3f}\n")


if __name__ == "__main__":
    main()
