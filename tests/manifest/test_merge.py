"""Shards merged: the bytes of one run, and a clear word where they do not belong together."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align import Lexicon
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.annotate import build_manifest
from sal_anchors.corpus import Utterance, read_corpus
from sal_anchors.corpus.shard import Shard
from sal_anchors.errors import CorpusError, ManifestError
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.merge import merge_manifests

NAMES = ("agent-pass", "call-waiting", "im-sorry", "please-try-again", "sorry")
SHARDS = 3


def _align(corpus: Path, out: Path, shard: Shard | None = None) -> None:
    found = read_corpus(corpus)
    build_manifest(
        found.items,
        out,
        audio_root=found.audio_root,
        recipe=keyword_recipe(("please",)),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
        layout=found.layout,
        resume=False,
        shard=shard,
    )


@pytest.fixture(scope="module")
def aligned(tmp_path_factory: pytest.TempPathFactory, copy_prompts: Callable[..., Path]) -> Path:
    """A folder with ``whole.anchors`` of one run and ``x.anchors.N-of-3``; one row failed."""
    folder = tmp_path_factory.mktemp("shards")
    corpus = copy_prompts(folder / "corpus", *NAMES)
    (corpus / "broken.wav").write_text("no audio")
    (corpus / "broken.txt").write_text("please")
    _align(corpus, folder / "whole.anchors")
    for number in range(1, SHARDS + 1):
        shard = Shard(number, SHARDS)
        _align(corpus, shard.folder(folder / "x.anchors"), shard)
    return folder


@pytest.fixture
def folder(aligned: Path, tmp_path: Path) -> Path:
    shutil.copytree(aligned, tmp_path / "copy")
    return tmp_path / "copy"


def _shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("x.anchors.*-of-*"))


def _files(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_merged_shards_are_the_bytes_of_one_run(folder: Path) -> None:
    tally = merge_manifests(_shards(folder)[::-1], folder / "x.anchors")
    merged, whole = _files(folder / "x.anchors"), _files(folder / "whole.anchors")
    assert merged == whole
    assert {"manifest.json", "report.json", "failures.jsonl", ".lock"} < set(whole)
    assert sum(name.startswith("part-") for name in whole) == 1
    assert tally.total == len(NAMES) + 1
    assert [len(Manifest.open(shard)) for shard in _shards(folder)] == [2, 2, 2]


def test_a_merged_manifest_elsewhere_still_finds_its_audio(folder: Path) -> None:
    merge_manifests(_shards(folder), folder / "deep" / "er" / "y.anchors")
    manifest = Manifest.open(folder / "deep" / "er" / "y.anchors")
    assert manifest.header.audio_root == "../../../corpus"
    assert len(manifest.recording(manifest.row("sorry")).samples)


def test_a_missing_shard_is_named_and_nothing_is_written(folder: Path) -> None:
    first, _, third = _shards(folder)
    with pytest.raises(ManifestError, match=r"shard 2/3 is missing"):
        merge_manifests([first, third], folder / "x.anchors")
    assert not (folder / "x.anchors").exists()


def test_a_shard_given_twice_is_refused(folder: Path) -> None:
    first, second, third = _shards(folder)
    shutil.copytree(second, folder / "again")
    with pytest.raises(ManifestError, match=r"again: is shard 2/3, as is "):
        merge_manifests([first, second, third, folder / "again"], folder / "x.anchors")


def test_a_whole_manifest_is_no_shard(folder: Path) -> None:
    with pytest.raises(ManifestError, match=r"whole\.anchors: is not a shard"):
        merge_manifests([folder / "whole.anchors"], folder / "x.anchors")


def _change(folder: Path, **values: object) -> None:
    header = folder / "manifest.json"
    header.write_text(json.dumps(json.loads(header.read_text()) | values))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tool_version": "99"}, "its tool version differs"),
        ({"audio_root": "../other"}, "its audio root is"),
        ({"shard": "2/4"}, "the shards are of 3 and of 4"),
        ({"shard": "4/3"}, "there is no shard 4/3"),
        ({"shard": "x"}, "'x' is no shard"),
    ],
)
def test_shards_that_do_not_belong_together_are_refused(
    folder: Path, values: dict[str, object], message: str
) -> None:
    _change(_shards(folder)[1], **values)
    with pytest.raises(ManifestError, match=message):
        merge_manifests(_shards(folder), folder / "x.anchors")
    assert not (folder / "x.anchors").exists()


def test_an_id_in_two_shards_is_refused_and_named(folder: Path) -> None:
    first, second, third = _shards(folder)
    shutil.rmtree(second)
    shutil.copytree(first, second)
    _change(second, shard="2/3")
    with pytest.raises(ManifestError, match=r"the id 'agent-pass' is in .* too"):
        merge_manifests([first, second, third], folder / "x.anchors")


def test_a_shard_is_not_written_over(folder: Path) -> None:
    shards = _shards(folder)
    before = _files(shards[0])
    with pytest.raises(ManifestError, match="is one of the shards"):
        merge_manifests(shards, shards[0])
    assert _files(shards[0]) == before


@given(st.integers(1, 9), st.lists(st.integers(0, 5), max_size=40), st.booleans())
def test_each_utterance_is_in_exactly_one_shard(
    of: int, speakers: list[int], by_speaker: bool
) -> None:
    items = [
        Utterance(id=f"{n}", audio=Path("a"), speaker=f"s{s}" if s else None)
        for n, s in enumerate(speakers)
    ]
    shards = [list(Shard(n, of).take(items, by_speaker=by_speaker)) for n in range(1, of + 1)]
    assert sorted((i for s in shards for i in s), key=items.index) == items
    if by_speaker:
        held = [{item.speaker for item in shard} for shard in shards]
        assert sum(map(len, held)) == len({item.speaker for item in items})
    else:
        assert max(map(len, shards)) - min(map(len, shards)) <= 1


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "a/b", "1/0", "-1/3", "1/3/5", "٣/٤"])
def test_a_text_that_is_no_shard_is_an_error(text: str) -> None:
    with pytest.raises(CorpusError, match="no shard"):
        Shard.parse(text)
