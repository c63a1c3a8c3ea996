"""The corpus that losses are compared on: wake words, speech without them, and noise, aligned.

    PYTHONPATH=. python benchmarks/keyword_corpus.py DATA OUT

writes ``OUT/corpus.jsonl``, ``OUT/noise`` and ``OUT/keywords.anchors``; the other programs do so
themselves where they find no manifest. Most of the speech is kept for ``dev`` and ``test``, since
false accepts an hour need hours. Speech is split by speaker; clips of wake words have no speaker
ids and are split by clip; noise by the folds of ESC-50.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

from recipes.sets import Shares, noises, recordings, write_table
from sal_anchors.review.decision import JOURNAL_NAME

RECIPE = Path(__file__).with_name("keyword_recipe.toml")
REVIEW = Path(__file__).with_name("keyword_review.jsonl")
"""Anchors of ``test`` that were seen to be wrong: of the clips in which detectors of all losses
together fire more than 200 ms away from the anchor, those whose spectrogram says the same."""
CLIPS: Shares = (("train", 0.6), ("dev", 0.75), ("test", 1.0))
SPEECH: Shares = (("train", 0.25), ("dev", 0.45), ("test", 1.0))
SETS = {"wake-words": CLIPS, "an4-train": SPEECH, "speechocean762-train": SPEECH}


def corpus(data: Path, out: Path, *, jobs: int = 2) -> Path:
    """The aligned manifest, made if it is not there."""
    manifest = out / "keywords.anchors"
    if (manifest / JOURNAL_NAME).is_file():  # what is written last
        return manifest
    table = compose(data, out)
    command = [str(Path(sys.executable).with_name("sal-anchors")), "align", str(table)]
    options = ["--recipe", str(RECIPE), "--audio-root", str(data), "--jobs", str(jobs)]
    aligned = subprocess.run([*command, *options, "-o", str(manifest)], check=False)  # noqa: S603
    if aligned.returncode not in (0, 1):
        raise SystemExit(aligned.returncode)
    shutil.copy(REVIEW, manifest / JOURNAL_NAME)
    return manifest


def compose(data: Path, out: Path) -> Path:
    """Write the table of recordings and the noises to mix with; returns the table."""
    sounds = list(noises(data))
    speech = (recordings(data, name, shares) for name, shares in SETS.items())
    write_table(chain(*speech, sounds), out / "corpus.jsonl")
    backgrounds = out / "noise"
    backgrounds.mkdir(exist_ok=True)
    for sound in sounds:
        if sound.split == "train":
            shutil.copy(data / sound.audio, backgrounds)
    return out / "corpus.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder for the corpus.")
    options = parser.parse_args()
    print(corpus(options.data, options.out))


if __name__ == "__main__":
    main()
