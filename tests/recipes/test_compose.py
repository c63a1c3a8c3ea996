"""The keyword and the onset recipe, from a few real recordings to a measured detector."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from recipes.compose import SPEECH, compose
from recipes.sets import NOISE, Recording, noises, recordings, split_of
from sal_anchors.anchors.recipe_file import load_recipe
from sal_anchors.manifest import Manifest
from sal_anchors.train.config_file import config_of

RECIPES = Path(sys.modules[compose.__module__].__file__ or "").parent
COMMAND = Path(sys.executable).with_name("sal-anchors")
WORDS = ("alexa", "computer", "smart mirror", "snowboy", "enter", "rubout")


@dataclass(frozen=True, slots=True)
class Small:
    """A few recordings of each set, and what was composed of them."""

    data: Path
    out: Path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, shared_data: Callable[[str], Path]) -> Small:
    whole = shared_data("wake-words").parent
    data, out = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("out")
    for name in (*SPEECH, "esc10-folds1-4"):
        rows = _chosen(name, whole)
        for row in rows:
            (data / row.audio).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(whole / row.audio, data / row.audio)
        kept = {row.id for row in rows}
        lines = (whole / name / "utterances.jsonl").read_text().splitlines()
        lines = [line for line in lines if f"{name}/{json.loads(line)['id']}" in kept]
        (data / name / "utterances.jsonl").write_text("\n".join(lines))
    compose(data, out)
    return Small(data, out)


def _chosen(name: str, whole: Path) -> list[Recording]:
    """Three recordings of each word in train, and one of each in dev and test."""
    held: defaultdict[tuple[str, str], list[Recording]] = defaultdict(list)
    for row in noises(whole) if name.startswith("esc10") else recordings(whole, name):
        said = row.text.lower().split()
        word = next((w for w in WORDS if w == row.text or w in said), "")
        word = word or (row.text if row.text == NOISE or name.startswith("speechocean") else "")
        group = held[word and (word if word in WORDS else "other"), row.split]
        if word and len(group) < (3 if row.split == "train" else 1):
            group.append(row)
    return [row for group in held.values() for row in group]


def _run(*arguments: str | Path) -> str:
    answer = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def keywords(small: Small) -> Path:
    out = small.out / "keywords.anchors"
    recipe = RECIPES / "keywords" / "recipe.toml"
    corpus = small.out / "corpus.jsonl"
    _run("align", corpus, "--audio-root", small.data, "--recipe", recipe, "-o", out)
    return out


def test_speakers_are_in_one_split_each_and_noise_has_no_words(small: Small) -> None:
    rows = [json.loads(line) for line in (small.out / "corpus.jsonl").read_text().splitlines()]
    splits: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        splits[row["speaker"]].add(row["split"])
        assert (row["text"] == NOISE) == row["id"].startswith("esc10")
    assert all(len(found) == 1 for found in splits.values())
    mixed = {path.stem for path in (small.out / "noise").iterdir()}
    train = {
        r["id"].partition("/")[2] for r in rows if r["split"] == "train" and r["text"] == NOISE
    }
    assert mixed == train


def test_splits_hold_the_shares_they_are_said_to() -> None:
    splits = [split_of(f"speaker {number}") for number in range(4_000)]
    assert splits.count("train") / 4_000 == pytest.approx(0.7, abs=0.02)
    assert splits.count("test") / 4_000 == pytest.approx(0.15, abs=0.02)


@pytest.mark.parametrize("task", ["keywords", "onset", "multimodal"])
def test_its_files_are_valid(task: str) -> None:
    load_recipe(RECIPES / task / "recipe.toml")
    config_of(tomllib.loads((RECIPES / task / "train.toml").read_text()))


@pytest.mark.parametrize("task", ["keywords", "onset"])
def test_it_runs_from_recordings_to_a_report(task: str, small: Small, keywords: Path) -> None:
    manifest, run = small.out / f"{task}.anchors", small.out / f"{task}.run"
    if task == "onset":
        recipe = RECIPES / task / "recipe.toml"
        _run("render", keywords, "--recipe", recipe, "--out", manifest)
    classes = Manifest.open(manifest).classes
    assert classes == ("background", *(WORDS if task == "keywords" else ("speech",)))
    audio = ("--audio-root", small.data)
    noise = f"data.augment.noise.folder={json.dumps(str(small.out / 'noise'))}"
    config = RECIPES / task / "train.toml"
    quick = ("--epochs", "1", "--set", "data.sampling.examples=30", "--set", "data.batch=10")
    _run("train", manifest, "--config", config, "--out", run, *audio, "--set", noise, *quick)
    report = json.loads(_run("evaluate", run, manifest, *audio, "--json", "--bootstrap", "20"))
    assert [of_class["name"] for of_class in report["classes"]] == list(classes[1:])
    assert all(of_class["positives"] for of_class in report["classes"])
    assert (run / "curves.png").is_file()
