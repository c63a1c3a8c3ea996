"""The corpus of the keyword and the onset recipe.

    python -m recipes.compose DATA OUT

writes ``OUT/corpus.jsonl``, whose audio lies below ``DATA``: wake words (``wake-words``), words
inside sentences (``an4-train``), other speech (``speechocean762-train``) and sounds without speech
(``esc10-folds1-4``). Split by speaker; the clips of wake-words have no speaker ids and are split by
clip: a voice may be in two splits. ``OUT/noise`` gets the sounds of the training split, to be mixed
with speech.
"""

from __future__ import annotations

import argparse
import shutil
from itertools import chain
from pathlib import Path

from recipes.sets import noises, recordings, write_table

SPEECH = ("wake-words", "an4-train", "speechocean762-train")


def compose(data: Path, out: Path) -> int:
    """Write the corpus and its noises; returns the number of recordings."""
    sounds = list(noises(data))
    speech = (recordings(data, name) for name in SPEECH)
    written = write_table(chain(*speech, sounds), out / "corpus.jsonl")
    backgrounds = out / "noise"
    backgrounds.mkdir(exist_ok=True)
    for sound in sounds:
        if sound.split == "train":
            shutil.copy(data / sound.audio, backgrounds)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder for the corpus.")
    options = parser.parse_args()
    print(f"{options.out / 'corpus.jsonl'}: {compose(options.data, options.out)} recordings")


if __name__ == "__main__":
    main()
