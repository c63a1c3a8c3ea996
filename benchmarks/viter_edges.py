"""Word edges of viter, trained on the recordings it aligns, against hand-made boundaries.

    python benchmarks/viter_edges.py FOLDER [STAGE ...]

prints, for each last stage of training (mono, tri, lda, sat), the errors before and after edge
refinement, and the wall time. The hand-made boundaries play no part in training.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

from hand_labelled import Labelled, read_labelled
from word_edges import print_table

from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.viter import ViterAligner
from sal_anchors.align.viter.aligner import Stage
from sal_anchors.audio import read_recording
from sal_anchors.events.edges import refine_words
from sal_anchors.timebase import FrameGrid


def main() -> None:
    labelled = read_labelled(Path(sys.argv[1]))
    seconds = sum(item.seconds for item in labelled)
    print(f"{len(labelled)} utterances, {seconds / 60:.1f} minutes\n")
    stages: tuple[Stage, ...] = get_args(Stage)
    for stage in stages:
        if stage in (sys.argv[2:] or stages):
            measure(stage, labelled)


def measure(stage: Stage, labelled: list[Labelled]) -> None:
    aligner = ViterAligner(last_stage=stage)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        results = list(
            aligner.align_corpus(
                (item.utterance for item in labelled), Lexicon(), Path(folder), jobs=1
            )
        )
    took = time.perf_counter() - began
    pairs = [
        (item, result)
        for item, result in zip(labelled, results, strict=True)
        if isinstance(result, Alignment)
    ]
    grid = FrameGrid()
    refined = [
        list(
            refine_words(
                result.words,
                result.phones,
                read_recording(result.utterance.audio, grid).samples,
                grid,
                known=False,
            )
        )
        for _, result in pairs
    ]
    print(f"viter, training up to {stage}: {len(pairs)} aligned, {took:.0f} s\n")
    truth = [item for item, _ in pairs]
    print_table(f"raw viter, {stage}", truth, [result.words for _, result in pairs])
    print_table(f"refined viter, {stage}", truth, refined)


if __name__ == "__main__":
    main()
