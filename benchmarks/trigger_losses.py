"""What each loss gains on a trigger of two sorts: "computer" ends while the wrist moves.

    PYTHONPATH=. python benchmarks/trigger_losses.py DATA OUT --jobs 2

makes what is not there of ``OUT/keywords.anchors`` (keyword_corpus.py), ``OUT/versions``
(training_versions.py, training_stretches.py) and ``OUT/trigger.anchors``, then compares by
``trigger_plan.toml`` into ``OUT/trigger.comparison``. ``--plan`` names another plan.

Audio and motion are both real and were recorded apart (recipes/multimodal/README.md). A clip of
wake words is there twice, with a wrist that moves while somebody speaks and with one that does
not. Augmented versions, other speech and noise are there once, most of them with a wrist that
moves: a still one is soon learnt, the word is not. The class ``trigger`` begins where "computer"
ends, if the wrist moves. Of ``dev`` only the clips of wake words are kept, since the comparison is
measured on ``test`` and chooses no epoch.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from keyword_losses import manifest_of

from recipes.multimodal.compose import Composer, write
from recipes.multimodal.motions import motions
from sal_anchors import augment
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.rules import PartialRule, PhraseRule
from sal_anchors.manifest import Manifest, Row
from sal_anchors.manifest.header import HEADER_NAME

PLAN = Path(__file__).with_name("trigger_plan.toml")
KEYWORD = "computer"
TRIGGER = "trigger"
CLIPS = "wake-words/"
"""What the ids of clips of wake words begin with."""
MOVING = 0.75
"""Share of the recordings that are there once in which the wrist moves."""


def trigger(data: Path, out: Path, *, jobs: int = 2) -> Path:
    """The manifest with motions, made if it is not there."""
    path = out / "trigger.anchors"
    if (path / HEADER_NAME).is_file():
        return path
    made = Manifest.open(manifest_of(data, out, jobs))
    recipe = trigger_recipe(made.recipe)
    composer = Composer(made, recipe, motions(out / "motions"), made.audio_root)
    write(composer, rows(composer), path)
    return path


def rows(composer: Composer) -> Iterator[Row]:
    """The usable rows, each with the motions that it is to have."""
    for row in composer.aligned.rows(usable=True):
        for moving in wrists(row):
            yield composer.composed(row, moving)


def wrists(row: Row) -> tuple[bool, ...]:
    """Whether the wrist moves, in each row that is composed of one."""
    if row.id.startswith(CLIPS) and "+" not in row.id:
        return True, False
    if row.split == "dev":
        return ()
    return (bool(augment.generator(0, 1, row.id).random() < MOVING),)


def trigger_recipe(recipe: Recipe) -> Recipe:
    """The recipe's rules of the keyword alone, with the trigger as their class."""
    kept = (
        rule.model_copy(update={"class_name": rule.class_name and TRIGGER})
        for rule in recipe.events
        if isinstance(rule, PhraseRule | PartialRule) and rule.pattern == KEYWORD
    )
    return Recipe(**{**dict(recipe), "events": tuple(kept)})


def counts(manifest: Manifest) -> Iterator[str]:
    """What each split holds, a line each."""
    for split in ("train", "dev", "test"):
        held: Counter[str] = Counter()
        for row in manifest.rows(split, usable=True):
            held["rows"] += 1
            held["seconds"] += round(row.duration)
            held["moving"] += row.id.endswith("+moving")
            held["triggers"] += sum(anchor.class_index > 0 for anchor in row.anchors)
        yield f"{split}: {held['rows']} recordings, {held['seconds'] / 3600:.2f} h, " + ", ".join(
            f"{held[what]} {what}" for what in ("moving", "triggers")
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="Folder of all sets.")
    parser.add_argument("out", type=Path, help="Folder for everything that is made.")
    parser.add_argument("--plan", type=Path, default=PLAN, help="What is compared.")
    parser.add_argument("--jobs", type=int, default=2, help="Processes at a time.")
    options = parser.parse_args()
    manifest = trigger(options.data, options.out, jobs=options.jobs)
    print(*counts(Manifest.open(manifest)), sep="\n", flush=True)
    command = [str(Path(sys.executable).with_name("sal-anchors")), "compare", str(manifest)]
    cache = f"data.cache.folder='{(options.out / 'cache').resolve()}'"
    more = ["--plan", str(options.plan), "--jobs", str(options.jobs), "--set", cache]
    raise SystemExit(subprocess.run([*command, *more], check=False).returncode)  # noqa: S603


if __name__ == "__main__":
    main()
