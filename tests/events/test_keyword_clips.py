"""Keyword clips without transcripts: the folder's word is found between any silences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import soundfile

from sal_anchors.align import Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.annotate import build_manifest
from sal_anchors.corpus import read_corpus
from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Manifest, Row

KEYWORDS = ("please wait", "green")
VOICES = 2
SILENCES = ((0.0, 0.0), (0.25, 0.25), (1.5, 0.0), (0.25, 1.5))


def _cut(clip: dict[str, Any], keyword: str) -> np.ndarray:
    """The samples of a keyword in a synthesised clip, by its exact times."""
    samples, rate = soundfile.read(clip["audio"])
    wanted = keyword.split()
    words = clip["words"]
    first = next(
        n
        for n in range(len(words))
        if [label for _, _, label in words[n : n + len(wanted)]] == wanted
    )
    start, end = words[first][0], words[first + len(wanted) - 1][1]
    return samples[round(start * rate) : round(end * rate)]


@pytest.fixture(scope="module")
def found(
    tmp_path_factory: pytest.TempPathFactory, exact_clips: list[dict[str, Any]]
) -> dict[str, tuple[Row, float]]:
    """Each clip's row, and where its keyword truly ends."""
    corpus = tmp_path_factory.mktemp("clips") / "corpus"
    rng = np.random.default_rng(0)
    truth = {}
    spoken = [clip for clip in exact_clips if clip["text"].startswith("Please wait here")]
    for clip in spoken[:VOICES]:
        for keyword in KEYWORDS:
            samples = _cut(clip, keyword)
            for before, behind in SILENCES:
                lead, trail = round(before * 16_000), round(behind * 16_000)
                padded = np.pad(samples, (lead, trail))
                noise = rng.normal(0, 3e-4, len(padded))
                name = f"{keyword.replace(' ', '_')}/{clip['voice']}-{before}-{behind}"
                path = corpus / f"{name}.wav"
                path.parent.mkdir(parents=True, exist_ok=True)
                soundfile.write(path, padded + noise, 16_000)
                truth[name] = (lead + len(samples)) / 16_000
    out = corpus.with_name("corpus.anchors")
    build_manifest(
        read_corpus(corpus).items,
        out,
        audio_root=corpus,
        recipe=keyword_recipe(KEYWORDS),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
    )
    return {row.id: (row, truth[row.id]) for row in Manifest.open(out).rows()}


def test_every_clip_has_its_folder_s_keyword_once(found: dict[str, tuple[Row, float]]) -> None:
    assert len(found) == VOICES * len(KEYWORDS) * len(SILENCES)
    for id_, (row, _) in found.items():
        keyword = id_.split("/")[0].replace("_", " ")
        ends = [e.label for e in row.events if e.kind is EventKind.KEYWORD_END]
        assert ends.count(keyword) == 1, id_
        assert row.transcript == keyword


def test_it_ends_where_it_was_said_whatever_the_silences(
    found: dict[str, tuple[Row, float]],
) -> None:
    errors = []
    for id_, (row, true_end) in found.items():
        keyword = id_.split("/")[0].replace("_", " ")
        (event,) = (e for e in row.events if (e.kind, e.label) == (EventKind.KEYWORD_END, keyword))
        errors.append(abs(event.time - true_end))
    assert np.median(errors) < 0.03
    assert np.quantile(errors, 0.9) < 0.15
