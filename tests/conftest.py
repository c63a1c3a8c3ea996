"""A corpus of synthetic tones with events known to the sample, and a detector trained on it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch; small work, two cores

import numpy as np
import pytest
import soundfile
from hypothesis import settings

from sal_anchors.accounting import Failure, Status, Tally
from sal_anchors.align import Alignment, Interval, Lexicon, Provenance
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.anchors.recipe import GridConfig, Recipe, keyword_recipe
from sal_anchors.anchors.render import render
from sal_anchors.annotate import build_manifest
from sal_anchors.corpus import Utterance, read_sidecar_corpus
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Header, Manifest, Row, write_manifest
from sal_anchors.manifest.header import counts_of

settings.register_profile("no deadline", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("no deadline")

RATE = 16_000
SECONDS = 1.5

ManifestMaker = Callable[..., Manifest]


def _tone(first_hz: float, last_hz: float, seconds: float = 0.25) -> np.ndarray:
    steps = round(seconds * RATE)
    phase = 2 * np.pi * np.cumsum(np.linspace(first_hz, last_hz, steps)) / RATE
    return (0.3 * np.sin(phase)).astype(np.float32)


def _row(folder: Path, recipe: Recipe, split: str, number: int, positive: bool) -> Row:
    """A rising tone is the keyword, a falling one is not."""
    rng = np.random.default_rng([number, len(split), ord(split[-1])])
    samples = (0.003 * rng.standard_normal(round(SECONDS * RATE))).astype(np.float32)
    tone = _tone(600, 2_400) if positive else _tone(2_400, 600)
    first = int(rng.integers(3_000, 12_000))
    samples[first : first + len(tone)] += tone
    name = f"{split}-{number:03d}"
    soundfile.write(folder / f"{name}.wav", samples, RATE, subtype="PCM_16")
    start, end = first / RATE, (first + len(tone)) / RATE
    events: tuple[Event, ...] = ()
    if positive:
        events = (Event(EventKind.KEYWORD_END, "up", end, start, end, 1.0, 0.0, "truth"),)
    grid = recipe.grid.grid()
    targets = render(events, recipe, grid.num_frames(len(samples)))
    return Row(
        id=name,
        status=Status.OK,
        audio=f"{name}.wav",
        sample_rate=RATE,
        num_samples=len(samples),
        transcript="up" if positive else "down",
        split=split,
        events=events,
        anchors=targets.anchors,
        num_frames=len(targets.labels),
        labels=targets.labels,
        weights=targets.weights,
    )


@pytest.fixture(scope="session")
def tone_manifest(tmp_path_factory: pytest.TempPathFactory) -> ManifestMaker:
    """Makes a manifest of tones: ``tone_manifest(train=12, dev=4, test=6, recipe=..., ...)``.

    Every other recording of a split holds the keyword ``up``, unless ``positive`` is False.
    """

    def make(
        *,
        train: int = 12,
        dev: int = 4,
        test: int = 6,
        recipe: Recipe | None = None,
        positive: bool = True,
        hop: int = 160,
    ) -> Manifest:
        recipe = recipe or keyword_recipe(("up",)).model_copy(update={"grid": GridConfig(hop=hop)})
        folder = tmp_path_factory.mktemp("tones")
        rows = [
            _row(folder, recipe, split, number, positive and number % 2 == 0)
            for split, count in (("train", train), ("dev", dev), ("test", test))
            for number in range(count)
        ]
        path = folder / "tones.anchors"
        write_manifest(
            path,
            rows,
            lambda parts, tally: Header(
                tool_version="0",
                audio_root="..",
                grid=recipe.grid.grid(),
                recipe=recipe,
                provenance=Provenance("truth", "0", "none"),
                counts=counts_of(tally),
                audio_seconds=tally.audio_seconds,
                parts=parts,
            ),
        )
        return Manifest.open(path)

    return make


@pytest.fixture(scope="session")
def tones(tone_manifest: ManifestMaker) -> Manifest:
    """A manifest of tones with all three splits."""
    return tone_manifest()


@pytest.fixture(scope="session")
def tone_run(tones: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a detector trained on ``tones``."""
    from sal_anchors.dataset import DataConfig
    from sal_anchors.models import GRUConfig
    from sal_anchors.train.config import TrainConfig
    from sal_anchors.train.loop import train

    run = tmp_path_factory.mktemp("runs") / "tones.run"
    config = TrainConfig(
        epochs=20,
        data=DataConfig(batch=2),
        learning_rate=0.01,
        model=GRUConfig(hidden=24, projection=16),
    )
    train(tones, run, config)
    return run


# Real speech: a small corpus aligned once, and synthesised clips with exact word times.

SAMPLE_DATA = Path(__file__).parents[1] / "sample_data"
PROMPTS = (
    "agent-pass",
    "auth-incorrect",
    "call-waiting",
    "dictate-playback",
    "dir-pls-enter",
    "im-sorry",
    "is-in-use",
    "one-moment-please",
    "please-try-again",
    "sorry",
    "vm-pls-try-again",
    "vm-press",
)


@pytest.fixture(scope="session")
def prompts() -> Path:
    """The folder of real prompts: ``NAME.flac`` and ``NAME.txt``."""
    return SAMPLE_DATA / "prompts"


@pytest.fixture(scope="session")
def copy_prompts(prompts: Path) -> Callable[..., Path]:
    """``copy_prompts(folder, *names)`` copies audio and transcripts and returns the folder."""

    def copy(folder: Path, *names: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            for suffix in (".flac", ".txt"):
                shutil.copy(prompts / f"{name}{suffix}", folder)
        return folder

    return copy


@pytest.fixture(scope="session")
def speech_manifest(
    tmp_path_factory: pytest.TempPathFactory, copy_prompts: Callable[..., Path]
) -> Manifest:
    """Twelve real prompts, aligned once with the default engine; the keyword is "please"."""
    corpus = copy_prompts(tmp_path_factory.mktemp("speech") / "corpus", *PROMPTS)
    out = corpus.with_name("corpus.anchors")
    build_manifest(
        read_sidecar_corpus(corpus),
        out,
        audio_root=corpus,
        recipe=keyword_recipe(("please",)),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
    )
    return Manifest.open(out)


@pytest.fixture(scope="session")
def exact_clips() -> list[dict[str, Any]]:
    """Rows of ``sample_data/exact/truth.jsonl``, each with its audio as a full path."""
    folder = SAMPLE_DATA / "exact"
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [{**row, "audio": folder / row["audio"]} for row in rows]


@pytest.fixture(scope="session")
def align_files() -> Callable[..., list[Alignment | Failure]]:
    """``align_files((audio, transcript), ..., lexicon=, jobs=)``: results of the real engine."""

    def align(
        *pairs: tuple[Path, str | None], lexicon: Lexicon | None = None, jobs: int = 1
    ) -> list[Alignment | Failure]:
        utterances = [
            Utterance(id=f"{number}", audio=audio, transcript=transcript)
            for number, (audio, transcript) in enumerate(pairs)
        ]
        results = PocketsphinxAligner().align_corpus(
            utterances, lexicon or Lexicon(), Path(), jobs=jobs
        )
        return list(results)

    return align


@pytest.fixture(scope="session")
def exact_alignments(
    exact_clips: list[dict[str, Any]], align_files: Callable[..., list[Alignment | Failure]]
) -> list[tuple[dict[str, Any], Alignment]]:
    """Eight synthesised clips, two a voice, each with its alignment by the real engine."""
    clips = [clip for clip in exact_clips if clip["id"].endswith(("-02", "-05"))]
    results = align_files(*((clip["audio"], clip["text"]) for clip in clips))
    assert all(isinstance(result, Alignment) for result in results)
    return list(zip(clips, results, strict=True))


@pytest.fixture(scope="session")
def write_rows() -> Callable[..., Tally]:
    """``write_rows(folder, rows, audio_root="..", keywords=("please",))`` writes a manifest."""

    def write(
        folder: Path,
        rows: Iterable[Row],
        *,
        audio_root: str = "..",
        keywords: tuple[str, ...] = ("please",),
    ) -> Tally:
        recipe = keyword_recipe(keywords)
        return write_manifest(
            folder,
            rows,
            lambda parts, tally: Header(
                tool_version="0",
                audio_root=audio_root,
                grid=recipe.grid.grid(),
                recipe=recipe,
                provenance=Provenance("truth", "0", "none", (("a", "1"), ("b", "2"))),
                counts=counts_of(tally),
                audio_seconds=tally.audio_seconds,
                parts=parts,
            ),
        )

    return write


@pytest.fixture(scope="session")
def make_row() -> Callable[..., Row]:
    """``make_row(id, **fields)``: a row of one second that says "please" at half a second."""

    def make(id_: str = "one", **fields: Any) -> Row:
        recipe = keyword_recipe(("please",))
        event = Event(EventKind.KEYWORD_END, "please", 0.5, 0.25, 0.5, 0.75, 0.03125, "truth")
        targets = render([event], recipe, 100)
        values = {
            "status": Status.OK,
            "audio": f"{id_}.wav",
            "sample_rate": RATE,
            "num_samples": RATE,
            "split": "train",
            "transcript": "please",
            "words": (Interval("please", 0.25, 0.5, -1.0),),
            "events": (event,),
            "anchors": targets.anchors,
            "num_frames": 100,
            "labels": targets.labels,
            "weights": targets.weights,
        }
        return Row(id=id_, **{**values, **fields})

    return make


SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """``shared_data(name)``: a set of real speech that is not part of the project, else a skip."""

    def find(name: str) -> Path:
        folder = SHARED_DATA / name
        if not folder.is_dir():
            pytest.skip(f"needs ../shared/data/{name}, which is not part of the project")
        return folder

    return find


@pytest.fixture
def browse() -> Callable[..., str]:
    """A headless browser: ``browse(*options)`` returns what it prints."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("needs a chromium on PATH (Debian package chromium)")
    common = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"]

    def run(*options: str) -> str:
        done = subprocess.run([chromium, *common, *options], capture_output=True, timeout=120)
        return done.stdout.decode()

    return run


@pytest.fixture
def shown_images(browse: Callable[..., str], tmp_path: Path) -> Callable[[str], list[bool]]:
    """Of each image of a page whether a browser shows it in full size.

    The page itself forbids scripts; the copy that tells what was loaded has one of its own.
    """
    probe = (
        "<script>addEventListener('load', () => { document.body.dataset.loaded = "
        "[...document.images].map(i => i.complete && i.naturalWidth > 300 && "
        "i.getBoundingClientRect().width > 300).join() })</script></body>"
    )

    def shown(page: str) -> list[bool]:
        policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', page)
        assert policy is not None
        path = tmp_path / "probed.html"
        path.write_text(page.replace(policy[0], "").replace("</body>", probe), encoding="utf-8")
        seen = browse("--window-size=1200,900", "--dump-dom", path.as_uri())
        loaded = re.search(r'data-loaded="([^"]*)"', seen)
        assert loaded is not None
        return [value == "true" for value in loaded[1].split(",")]

    return shown
