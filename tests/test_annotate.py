"""From a corpus to a manifest: every utterance in it, each with its own reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason, Status, Tally
from sal_anchors.align import Alignment, Interval, Lexicon, Provenance
from sal_anchors.align.aligner import Capabilities
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.anchors.recipe import Recipe, WeightConfig, keyword_recipe, onset_recipe
from sal_anchors.annotate import build_manifest
from sal_anchors.corpus import Utterance, read_sidecar_corpus
from sal_anchors.errors import EngineError, RecipeError
from sal_anchors.manifest import Header, Manifest, Row
from sal_anchors.manifest.write import StagedManifest
from sal_anchors.rerender import rerender

CopyPrompts = Callable[..., Path]

ACCOUNTS = {
    "again": None,
    "corrupt": Reason.CORRUPT_AUDIO,
    "empty-file": Reason.EMPTY_AUDIO,
    "empty-transcript": Reason.EMPTY_TRANSCRIPT,
    "latin1": Reason.UNREADABLE_TRANSCRIPT,
    "no-audio": Reason.MISSING_AUDIO,
    "no-transcript": Reason.MISSING_TRANSCRIPT,
    "oov": Reason.OOV,
    "silence": Reason.SILENT,
    "substituted": Reason.LOW_CONFIDENCE,
    "text": Reason.NOT_AUDIO,
    "twice": None,
    "twice.wav": Reason.DUPLICATE_ID,
    "unrelated": Reason.TRANSCRIPT_MISMATCH,
}


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory, prompts: Path) -> Path:
    """A corpus with one utterance of every sort of trouble, and two that are right."""
    corpus = tmp_path_factory.mktemp("troubled") / "corpus"
    corpus.mkdir()
    speech = (prompts / "please-try-again.flac").read_bytes()
    said = "Please try again."
    files: dict[str, bytes | str] = {
        "again.flac": speech,
        "again.txt": said,
        "corrupt.flac": speech[: len(speech) // 2],
        "corrupt.txt": said,
        "empty-file.wav": b"",
        "empty-file.txt": said,
        "empty-transcript.flac": speech,
        "empty-transcript.txt": "\n",
        "latin1.flac": speech,
        "latin1.txt": b"caf\xe9",
        "no-audio.txt": said,
        "no-transcript.flac": speech,
        "oov.flac": speech,
        "oov.txt": "Please пожалуйста again.",
        "silence.txt": said,
        "substituted.flac": speech,
        "substituted.txt": "Please frobnicate again.",
        "text.wav": "this is no recording",
        "text.txt": said,
        "twice.flac": speech,
        "twice.txt": said,
        "twice.wav": speech,
        "unrelated.flac": speech,
        "unrelated.txt": "elephants do not appear",
    }
    for name, content in files.items():
        (corpus / name).write_bytes(content.encode() if isinstance(content, str) else content)
    soundfile.write(corpus / "silence.wav", np.zeros(16_000), 16_000)
    return corpus


def _build(corpus: Path, out: Path, jobs: int = 1) -> Tally:
    return build_manifest(
        read_sidecar_corpus(corpus),
        out,
        audio_root=corpus,
        recipe=keyword_recipe(("please",)),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
        jobs=jobs,
    )


@pytest.fixture(scope="module")
def accounted(troubled: Path) -> tuple[Tally, dict[str, Row]]:
    out = troubled.with_name("corpus.anchors")
    tally = _build(troubled, out)
    return tally, {row.id: row for row in Manifest.open(out).rows()}


def test_every_utterance_is_in_the_manifest_with_its_own_reason(
    accounted: tuple[Tally, dict[str, Row]],
) -> None:
    _, rows = accounted
    assert {id_: row.reason for id_, row in rows.items()} == ACCOUNTS
    assert list(rows) == sorted(rows)
    for id_, row in rows.items():
        assert row.status is (row.reason.status if row.reason else Status.OK), id_


def test_every_message_names_its_file(
    troubled: Path, accounted: tuple[Tally, dict[str, Row]]
) -> None:
    for id_, row in accounted[1].items():
        if row.reason is None:
            assert row.message == ""
        else:
            assert f"{troubled}/{id_.removesuffix('.wav')}." in row.message


def test_counts_add_up(troubled: Path, accounted: tuple[Tally, dict[str, Row]]) -> None:
    tally, rows = accounted
    assert tally.total == len(rows) == len(ACCOUNTS) == tally.statuses.total()
    assert tally.usable == 3
    assert tally.statuses == {
        Status.OK: 2,
        Status.SUSPECT: 1,
        Status.FAILED: 9,
        Status.SKIPPED: 2,
    }
    assert dict(tally.reasons) == {reason: 1 for reason in ACCOUNTS.values() if reason}
    counts = Manifest.open(troubled.with_name("corpus.anchors")).header.counts
    assert counts["total"] == sum(counts[status] for status in Status)
    assert sum(counts["reasons"].values()) == counts["total"] - counts["ok"]


def test_only_usable_rows_carry_targets(accounted: tuple[Tally, dict[str, Row]]) -> None:
    for row in accounted[1].values():
        assert len(row.labels) == len(row.weights) == row.num_frames
        assert bool(row.num_frames) == bool(row.words) == bool(row.anchors) == row.usable


def test_failed_rows_still_tell_what_audio_they_have(
    accounted: tuple[Tally, dict[str, Row]],
) -> None:
    rows = accounted[1]
    for id_ in ("oov", "no-transcript", "empty-transcript", "unrelated", "silence"):
        assert rows[id_].sample_rate == 16_000
        assert rows[id_].duration > 0.9
        assert len(rows[id_].content_hash) == 64


def test_two_jobs_give_the_same_bytes_as_one(tmp_path: Path, troubled: Path) -> None:
    first = troubled.with_name("one.anchors")
    second = troubled.with_name("two.anchors")
    _build(troubled, first)
    _build(troubled, second, jobs=2)
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(p.relative_to(second) for p in second.rglob("*") if p.is_file())
    assert all((first / n).read_bytes() == (second / n).read_bytes() for n in names)


def test_anchors_are_placed_by_the_grid_and_weighted_highest_there(
    speech_manifest: Manifest,
) -> None:
    for row in speech_manifest.rows(usable=True):
        assert len(row.anchors) == len(row.events)
        for anchor, event in zip(row.anchors, row.events, strict=True):
            assert (anchor.time, anchor.kind, anchor.label) == (event.time, event.kind, event.label)
            assert anchor.frame == speech_manifest.grid.frame_of(anchor.time) < row.num_frames
            assert 0 <= anchor.confidence <= 1
            if anchor.label == "please":
                assert row.weights[anchor.frame] == 5.0
                assert row.labels[anchor.frame] == 1
                assert anchor.time in [word.end for word in row.words if word.label == "please"]


def test_raw_times_are_kept_beside_refined_ones(speech_manifest: Manifest) -> None:
    for row in speech_manifest.rows(usable=True):
        assert [w.label for w in row.words] == [w.label for w in row.engine_words]
        assert [w.start for w in row.words] != [w.start for w in row.engine_words]
        edges = [edge for word in row.words for edge in (word.start, word.end)]
        assert edges == sorted(edges)
        assert edges[-1] <= row.duration


def test_speech_at_another_rate_up_to_the_last_sample_is_written(
    tmp_path: Path, prompts: Path
) -> None:
    """The grid's last sample may lie past the file's own end; that must not stop the run."""
    import soxr

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    speech, _ = soundfile.read(prompts / "please-try-again.flac")
    speech = soxr.resample(speech[: round(1.1 * 16_000)], 16_000, 44_100)
    for n in range(4):
        soundfile.write(corpus / f"{n}.wav", speech[: len(speech) - n], 44_100)
        (corpus / f"{n}.txt").write_text("please try again")
    tally = _build(corpus, tmp_path / "x.anchors")
    assert tally.usable == 4
    manifest = Manifest.open(tmp_path / "x.anchors")
    for row in manifest.rows():
        resampled = manifest.grid.resampled(row.num_samples, row.sample_rate)
        assert row.num_frames == manifest.grid.num_frames(resampled)
        assert all(anchor.frame < row.num_frames for anchor in row.anchors)


def test_the_onset_recipe_labels_speech(tmp_path: Path, copy_prompts: CopyPrompts) -> None:
    corpus = copy_prompts(tmp_path / "corpus", "agent-pass")
    build_manifest(
        read_sidecar_corpus(corpus),
        tmp_path / "x.anchors",
        audio_root=corpus,
        recipe=onset_recipe(),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
    )
    manifest = Manifest.open(tmp_path / "x.anchors")
    (row,) = manifest.rows()
    assert len(row.anchors) == 2
    grid = manifest.grid
    for frame in range(row.num_frames):
        inside = any(grid.frame_of(e.start) <= frame < grid.frame_of(e.end) for e in row.events)
        assert row.labels[frame] == inside


def _over_the_corpus(corpus: Path, out: Path, weights: WeightConfig) -> None:
    items = [item for item in read_sidecar_corpus(corpus) if isinstance(item, Utterance)]
    results = tuple(Alignment(item, (Interval("x", 0.25, 0.5),), (), None) for item in items)
    recipe = keyword_recipe(("x",))
    build_manifest(
        items,
        out,
        audio_root=corpus,
        recipe=Recipe(events=recipe.events if weights.floor else (), weights=weights),
        aligner=ScriptedAligner(results),
        lexicon=Lexicon(),
    )


def test_weights_over_the_corpus_are_in_the_one_manifest_that_is_committed(
    tmp_path: Path, copy_prompts: CopyPrompts, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, out = copy_prompts(tmp_path / "corpus", "im-sorry", "sorry"), tmp_path / "x.anchors"
    committed = []
    commit = StagedManifest.commit

    def recorded(self: StagedManifest, header: Header, tally: Tally, *, layout: str = "") -> None:
        committed.append(header.recipe)
        commit(self, header, tally, layout=layout)

    monkeypatch.setattr(StagedManifest, "commit", recorded)
    _over_the_corpus(corpus, out, WeightConfig(normalise="corpus"))
    manifest = Manifest.open(out)
    assert committed == [manifest.recipe]
    weights = np.concatenate([row.weights for row in manifest.rows(usable=True)])
    assert weights.max() > weights.min()
    assert weights.mean(dtype=float) == pytest.approx(1, rel=1e-6)
    assert len(list((out / "alignments").iterdir())) == 2
    before = {path.name: path.read_bytes() for path in out.glob("*-*")}
    rerender(out, manifest.recipe.with_mean(None))
    assert {path.name: path.read_bytes() for path in out.glob("*-*")} == before


def test_weights_that_cannot_be_divided_leave_no_manifest(
    tmp_path: Path, copy_prompts: CopyPrompts
) -> None:
    corpus, out = copy_prompts(tmp_path / "corpus", "sorry"), tmp_path / "x.anchors"
    with pytest.raises(RecipeError, match="is 0, weights cannot be divided"):
        _over_the_corpus(corpus, out, WeightConfig(normalise="corpus", floor=0.0))
    assert not (out / "manifest.json").exists()


@dataclass(frozen=True)
class ScriptedAligner:
    """An engine whose results are given beforehand."""

    results: tuple[Alignment | Failure, ...]

    provenance = Provenance("scripted", "1", "none")
    capabilities = Capabilities(frozenset({"en"}), 16_000, 0.01, False, None, 60.0)

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        for _, result in zip(utterances, self.results, strict=False):
            yield result


def _scripted(tmp_path: Path, copy_prompts: CopyPrompts, lose: int) -> tuple[Path, list[Utterance]]:
    corpus = copy_prompts(tmp_path / "corpus", "im-sorry", "sorry", "vm-press")
    items = [item for item in read_sidecar_corpus(corpus) if isinstance(item, Utterance)]
    results = [Alignment(item, (Interval("x", 0.25, 0.5),), (), None) for item in items]
    del results[lose]
    build_manifest(
        items,
        tmp_path / "x.anchors",
        audio_root=corpus,
        recipe=keyword_recipe(("x",)),
        aligner=ScriptedAligner(tuple(results)),
        lexicon=Lexicon(),
    )
    return corpus, items


@pytest.mark.parametrize("lose", [0, 1, 2])
def test_an_engine_that_loses_an_utterance_is_an_error_and_no_manifest_is_written(
    tmp_path: Path, copy_prompts: CopyPrompts, lose: int
) -> None:
    with pytest.raises(EngineError, match=("im-sorry", "sorry", "vm-press")[lose]):
        _scripted(tmp_path, copy_prompts, lose)
    assert not (tmp_path / "x.anchors" / "manifest.json").exists()


@dataclass(frozen=True)
class ChattyAligner(ScriptedAligner):
    """An engine that prints to a log, and may then stop."""

    stops: bool = False

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        log = workdir.resolve() / "chatty-x1.log"
        log.write_text("three files read")
        if self.stops:
            raise EngineError("it stopped", where=log, hint="Read it")
        yield from super().align_corpus(utterances, lexicon, workdir, jobs)


@pytest.mark.parametrize("stops", [False, True])
def test_what_an_engine_prints_is_kept_and_its_error_points_there(
    tmp_path: Path, copy_prompts: CopyPrompts, stops: bool
) -> None:
    corpus = copy_prompts(tmp_path / "corpus", "sorry")
    (item,) = read_sidecar_corpus(corpus)
    assert isinstance(item, Utterance)
    out = tmp_path / "x.anchors"
    aligner = ChattyAligner((Alignment(item, (Interval("x", 0.25, 0.5),), (), None),), stops=stops)
    with pytest.raises(EngineError) if stops else nullcontext() as caught:
        build_manifest(
            [item],
            out,
            audio_root=corpus,
            recipe=keyword_recipe(("x",)),
            aligner=aligner,
            lexicon=Lexicon(),
        )
    assert (out / "logs" / "chatty.log").read_text() == "three files read"
    if caught:
        assert str(caught.value) == f"{out}/logs/chatty.log: it stopped. Read it"
        build_manifest(
            [item],
            out,
            audio_root=corpus,
            recipe=keyword_recipe(("x",)),
            aligner=ChattyAligner(aligner.results),
            lexicon=Lexicon(),
        )
    assert Manifest.open(out).header.counts["total"] == 1


def test_an_utterance_in_a_language_the_engine_does_not_know_is_left_out(
    tmp_path: Path, copy_prompts: CopyPrompts
) -> None:
    corpus = copy_prompts(tmp_path / "corpus", "im-sorry", "sorry")
    first, second = (u for u in read_sidecar_corpus(corpus) if isinstance(u, Utterance))
    tally = build_manifest(
        [replace(first, language="en-AU"), replace(second, language="de")],
        tmp_path / "x.anchors",
        audio_root=corpus,
        recipe=keyword_recipe(("sorry",)),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
    )
    assert tally.statuses == {Status.OK: 1, Status.SKIPPED: 1}
    row = Manifest.open(tmp_path / "x.anchors").row("sorry")
    assert row.reason is Reason.OTHER_LANGUAGE
    assert f"{corpus}/sorry.flac: it is in 'de', the engine knows en" in row.message


def test_a_transcript_of_nothing_but_noise_is_a_recording_without_words(
    tmp_path: Path, copy_prompts: CopyPrompts
) -> None:
    corpus = copy_prompts(tmp_path / "corpus", "im-sorry")
    noise = np.random.default_rng(0).normal(0, 0.1, 16_000)
    for name, transcript in {"a": "[noise]", "b": "<SIL> (music)", "c": "[noise] <unk>"}.items():
        soundfile.write(corpus / f"{name}.wav", noise, 16_000)
        (corpus / f"{name}.txt").write_text(transcript)
    tally = _build(corpus, tmp_path / "x.anchors")
    assert tally.statuses == {Status.OK: 3, Status.FAILED: 1}
    manifest = Manifest.open(tmp_path / "x.anchors")
    row = manifest.row("a")
    assert (row.words, row.events, row.findings, row.num_frames) == ((), (), (), 100)
    assert not row.labels.any()
    assert [change.written for change in manifest.row("b").changes] == ["<SIL>", "(music)"]
    assert manifest.row("c").reason is Reason.EMPTY_TRANSCRIPT
