"""A run that ends early goes on where it was, and nothing is aligned twice or taken for another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason, Status, Tally
from sal_anchors.align import Alignment, Lexicon, Provenance
from sal_anchors.align.aligner import Capabilities, Scope
from sal_anchors.align.pocketsphinx import PocketsphinxAligner
from sal_anchors.align.result_key import ResultKeys
from sal_anchors.anchors.recipe import Recipe, keyword_recipe
from sal_anchors.annotate import build_manifest
from sal_anchors.corpus import Utterance, read_sidecar_corpus
from sal_anchors.errors import ManifestError, TooManyFailuresError
from sal_anchors.manifest import Manifest, Row

CopyPrompts = Callable[..., Path]

CLIPS = ("agent-pass", "call-waiting", "im-sorry", "please-try-again", "sorry")


class Counting:
    """The real engine, with a record of what it was asked to align."""

    def __init__(self, engine: PocketsphinxAligner | None = None, scope: Scope | None = None):
        self._engine = engine or PocketsphinxAligner()
        self._scope = scope
        self.asked: list[str] = []

    @property
    def capabilities(self) -> Capabilities:
        found = self._engine.capabilities
        return replace(found, scope=self._scope) if self._scope else found

    @property
    def provenance(self) -> Provenance:
        return self._engine.provenance

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        def counted() -> Iterator[Utterance]:
            for utterance in utterances:
                self.asked.append(utterance.id)
                yield utterance

        yield from self._engine.align_corpus(counted(), lexicon, workdir, jobs)


def _speaker(item: Utterance | Failure) -> Utterance | Failure:
    return replace(item, speaker=item.id[0]) if isinstance(item, Utterance) else item


class Runs:
    """Runs over one corpus into one manifest folder."""

    def __init__(self, corpus: Path, out: Path):
        self.corpus = corpus
        self.out = out
        self.rows: list[Row] = []

    def run(
        self,
        *,
        lexicon: Lexicon | None = None,
        recipe: Recipe | None = None,
        scope: Scope | None = None,
        die_after: int | None = None,
        **options: object,
    ) -> list[str]:
        """Ids that the engine was asked to align; ``die_after`` rows the run is broken off."""
        engine = Counting(scope=scope)
        self.rows = []

        def on_row(row: Row) -> None:
            self.rows.append(row)
            if len(self.rows) == die_after:
                raise KeyboardInterrupt

        try:
            self.tally: Tally = build_manifest(
                map(_speaker, read_sidecar_corpus(self.corpus)),
                self.out,
                audio_root=self.corpus,
                recipe=recipe or keyword_recipe(("please",)),
                aligner=engine,
                lexicon=lexicon or Lexicon(),
                on_row=on_row,
                **options,  # type: ignore[arg-type]
            )
        except KeyboardInterrupt:
            assert die_after
        return engine.asked


@pytest.fixture
def runs(tmp_path: Path, copy_prompts: CopyPrompts) -> Runs:
    return Runs(copy_prompts(tmp_path / "corpus", *CLIPS), tmp_path / "x.anchors")


def _files(folder: Path) -> dict[str, bytes]:
    """Everything in a manifest's folder but the results kept for the next run."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".results" not in path.relative_to(folder).parts
    }


def test_a_second_run_aligns_nothing_and_writes_the_same_bytes(runs: Runs) -> None:
    assert runs.run() == list(CLIPS)
    before = _files(runs.out)
    assert runs.run() == []
    assert runs.tally.resumed == len(CLIPS)
    assert _files(runs.out) == before


def test_other_keywords_align_nothing_again(runs: Runs) -> None:
    runs.run()
    assert runs.run(recipe=keyword_recipe(("sorry",))) == []
    assert Manifest.open(runs.out).row("sorry").anchors[-1].label == "sorry"


def test_a_changed_transcript_aligns_its_utterance_alone_again(runs: Runs) -> None:
    runs.run()
    (runs.corpus / "sorry.txt").write_text("Sorry sorry.")
    assert runs.run() == ["sorry"]
    (runs.corpus / "sorry.txt").write_text("Sorry.")
    assert runs.run() == ["sorry"], "what a finished run did not use should not be kept"


def test_changed_audio_of_the_same_name_and_time_is_aligned_again(runs: Runs) -> None:
    runs.run()
    audio = runs.corpus / "sorry.flac"
    times = audio.stat().st_atime_ns, audio.stat().st_mtime_ns
    samples, rate = soundfile.read(audio)
    soundfile.write(audio, samples * 0.5, rate)
    os.utime(audio, ns=times)
    assert runs.run() == ["sorry"]


def test_the_same_content_under_another_name_is_not_aligned_again(runs: Runs) -> None:
    (runs.corpus / "sorry.txt").write_text("Sorry zqxj1_%.")
    runs.run(lexicon=Lexicon(guess=False))
    for suffix in ("flac", "txt"):
        (runs.corpus / "new").mkdir(exist_ok=True)
        shutil.move(runs.corpus / f"sorry.{suffix}", runs.corpus / "new" / f"name.{suffix}")
    assert runs.run(lexicon=Lexicon(guess=False)) == []
    row = Manifest.open(runs.out).row("new/name")
    assert row.reason is Reason.OOV
    assert row.message.startswith(f"{runs.corpus}/new/name.flac: ")


def test_a_pronunciation_aligns_the_utterances_that_say_its_word_again(runs: Runs) -> None:
    runs.run()
    please = Lexicon({"please": (("P", "L", "IY", "S"),)})
    asked = runs.run(lexicon=please)
    assert asked == [row.id for row in runs.rows if "please" in (row.transcript or "").lower()]
    assert runs.run(lexicon=Lexicon({**please.entries, "zorp": (("Z", "AO"),)})) == []


@pytest.mark.parametrize("die_after", [1, 3, len(CLIPS)])
def test_a_run_that_was_broken_off_goes_on_where_it_was(runs: Runs, die_after: int) -> None:
    first = runs.run(die_after=die_after)
    assert not (runs.out / "manifest.json").exists()
    second = runs.run()
    assert [*first[:die_after], *second] == list(CLIPS)
    whole = Runs(runs.corpus, runs.out.with_name("whole.anchors"))
    whole.run(resume=False)
    assert _files(runs.out) == _files(whole.out)


def test_results_kept_behind_one_to_be_aligned_keep_their_places(runs: Runs) -> None:
    runs.run()
    before = _files(runs.out)
    for name in ("im-sorry", "agent-pass"):
        (runs.corpus / f"{name}.txt").write_text("something else")
    assert runs.run() == ["agent-pass", "im-sorry"]
    assert [row.id for row in runs.rows] == list(CLIPS)
    for name in ("im-sorry", "agent-pass"):
        shutil.copy(Path(__file__).parents[1] / f"sample_data/prompts/{name}.txt", runs.corpus)
    runs.run(jobs=2)
    assert _files(runs.out) == before


def test_without_resuming_everything_is_aligned_and_nothing_kept(runs: Runs) -> None:
    assert runs.run(resume=False) == list(CLIPS)
    assert not (runs.out / ".results").exists()
    assert runs.run() == list(CLIPS)


def test_failures_are_kept_and_tried_again_when_asked_for(runs: Runs) -> None:
    (runs.corpus / "sorry.txt").write_text("elephants do not appear in this")
    runs.run()
    assert runs.tally.statuses[Status.FAILED] == 1
    assert runs.run() == []
    (runs.corpus / "silence.txt").write_text("please")
    soundfile.write(runs.corpus / "silence.wav", [0.0] * 16_000, 16_000)
    assert runs.run() == ["silence"]
    assert runs.run(retry_failed=True) == ["silence"]
    assert runs.run() == []


def test_a_recording_that_was_damaged_is_aligned_once_it_is_repaired(runs: Runs) -> None:
    (runs.corpus / "broken.flac").write_bytes((runs.corpus / "sorry.flac").read_bytes()[:2000])
    (runs.corpus / "broken.txt").write_text("Sorry again.")
    assert "broken" in runs.run()
    assert Manifest.open(runs.out).row("broken").reason is Reason.CORRUPT_AUDIO
    shutil.copy(runs.corpus / "sorry.flac", runs.corpus / "broken.flac")
    assert runs.run() == ["broken"]
    assert Manifest.open(runs.out).row("broken").reason is not Reason.CORRUPT_AUDIO


@pytest.mark.parametrize("audio", ["gone.wav", "folder.wav"])
def test_what_is_no_file_has_no_key(tmp_path: Path, audio: str) -> None:
    (tmp_path / "folder.wav").mkdir()
    keys = ResultKeys(PocketsphinxAligner(), Lexicon())
    assert keys.key(Utterance(id="a", audio=tmp_path / audio, transcript="please")) is None


@pytest.mark.parametrize(
    "other",
    [
        {"start": 0.1},
        {"duration": 0.5},
        {"channel": 0},
        {"transcript": "please "},
        {"transcript": None},
        {"language": "en-GB"},
    ],
)
def test_the_key_tells_apart_what_the_engine_would(prompts: Path, other: dict[str, Any]) -> None:
    keys = ResultKeys(PocketsphinxAligner(), Lexicon())
    one = Utterance(id="a", audio=prompts / "sorry.flac", transcript="please")
    assert keys.key(one) == keys.key(replace(one, id="b", speaker="s", split="dev"))
    assert keys.key(one) != keys.key(replace(one, **other))


def test_where_results_depend_on_the_speaker_all_of_a_speaker_s_are_aligned_again(
    runs: Runs,
) -> None:
    speaker = Scope.SPEAKER
    for name in ("audio", "audience"):
        for suffix in ("flac", "txt"):
            shutil.copy(runs.corpus / f"sorry.{suffix}", runs.corpus / f"{name}.{suffix}")
    runs.run(scope=speaker)
    assert runs.run(scope=speaker) == []
    (runs.corpus / "audio.txt").write_text("Sorry sorry.")
    assert runs.run(scope=speaker) == ["agent-pass", "audience", "audio"]
    assert runs.run(scope=speaker) == []


def test_where_results_depend_on_the_corpus_all_are_aligned_again(runs: Runs) -> None:
    runs.run(scope=Scope.CORPUS, die_after=3)
    everything = runs.run(scope=Scope.CORPUS)
    assert everything == list(CLIPS), "half of a joint result is none"
    assert runs.run(scope=Scope.CORPUS) == []
    (runs.corpus / "sorry.txt").write_text("Sorry sorry.")
    assert runs.run(scope=Scope.CORPUS) == list(CLIPS)


def test_where_results_depend_on_files_nothing_is_kept(runs: Runs) -> None:
    runs.run(scope=Scope.FILES)
    assert not (runs.out / ".results").exists()
    assert runs.run(scope=Scope.FILES) == list(CLIPS)


def test_another_setting_of_the_engine_aligns_everything_again(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.run()
    found = PocketsphinxAligner().provenance
    monkeypatch.setattr(
        PocketsphinxAligner,
        "provenance",
        property(lambda self: replace(found, settings=(*found.settings, ("another", "1")))),
    )
    assert runs.run() == list(CLIPS)


def test_too_many_failures_stop_the_run_and_keep_what_is_done(runs: Runs) -> None:
    for name in ("agent-pass", "im-sorry", "sorry"):
        (runs.corpus / f"{name}.txt").write_text("elephants do not appear in this")
    with pytest.raises(TooManyFailuresError, match="2 of the first 3 utterances failed") as error:
        runs.run(max_failures=1)
    assert "transcript_mismatch 2" in str(error.value) or "no_path" in str(error.value)
    assert not (runs.out / "manifest.json").exists()
    asked = runs.run(max_failures=3)
    assert set(asked) <= set(CLIPS[3:])
    assert runs.tally.statuses[Status.FAILED] == 3


def test_a_damaged_store_is_told_with_its_way_out(runs: Runs) -> None:
    (runs.out / ".results" / "results.sqlite").mkdir(parents=True)
    with pytest.raises(ManifestError, match="--no-resume"):
        runs.run()
    assert runs.run(resume=False) == list(CLIPS)
