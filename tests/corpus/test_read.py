"""Reading a corpus: detection, patterns, order, and the same answer each time."""

from __future__ import annotations

from typing import Any

import pytest

from sal_anchors.accounting import Reason
from sal_anchors.corpus import CorpusOptions, Utterance, read_corpus
from sal_anchors.corpus.detect import LAYOUTS
from sal_anchors.errors import CorpusError


def test_marks_of_several_layouts_are_an_error_that_lists_them(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put("a.txt", "please")
    workshop.put("x.csv", "audio,text\na.wav,please\n")
    workshop.put("wav.scp", "a a.wav\n")
    with pytest.raises(CorpusError) as caught:
        workshop.read()
    for name in ("kaldi", "table", "sidecar", "--layout"):
        assert name in str(caught.value)
    for name in ("kaldi", "table", "sidecar"):
        assert workshop.read(layout=name).layout == name


def test_a_table_beside_audio_that_all_has_transcripts_is_no_corpus_table(workshop: Any) -> None:
    for name in ("a", "b"):
        workshop.clip(f"{name}.wav")
        workshop.put(f"{name}.txt", "please")
    workshop.put("notes.csv", "audio,text\na.wav,other words\n")
    assert workshop.read().layout == "sidecar"
    workshop.clip("c.wav")
    with pytest.raises(CorpusError, match="several layouts"):
        workshop.read()


def test_an_unknown_layout_is_an_error_that_lists_all(workshop: Any) -> None:
    with pytest.raises(CorpusError, match=r"no layout 'lists'.*an4.*vctk"):
        workshop.read(layout="lists")


@pytest.mark.parametrize(
    "layout",
    [*LAYOUTS, "auto"],
)
def test_a_layout_named_for_a_folder_without_it_is_an_error_that_names_the_folder(
    workshop: Any, layout: str
) -> None:
    workshop.put("notes.md", "nothing here")
    with pytest.raises(CorpusError) as caught:
        workshop.read(layout=layout)
    assert str(workshop.root) in str(caught.value)
    assert caught.value.hint


def test_patterns_find_speaker_and_split_in_the_id(workshop: Any) -> None:
    workshop.clip("train/ann-1.wav", "valid/bob-2.wav", "valid/nobody.wav")
    utterances = workshop.utterances(
        layout="sidecar", speaker_pattern=r"/([a-z]+)-\d", split_pattern=r"^(\w+)/"
    )
    assert {u.id: (u.speaker, u.split) for u in utterances.values()} == {
        "train/ann-1": ("ann", "train"),
        "valid/bob-2": ("bob", "dev"),
        "valid/nobody": (None, "dev"),
    }


def test_a_split_pattern_that_finds_no_split_s_name_is_told_by_utterance(workshop: Any) -> None:
    workshop.clip("a.wav", "monday-b.wav")
    failures = workshop.failures(split_pattern=r"^(\w+)-")
    assert failures["monday-b"].reason is Reason.BAD_ROW
    assert "'monday' is none of train, dev, test" in failures["monday-b"].message


@pytest.mark.parametrize(
    "pattern", ["(", "[a-z]+", "(a)(b)", "x" * 2_000 + "()", "(?P<a>x", "(nowhere)"]
)
@pytest.mark.parametrize("name", ["speaker_pattern", "split_pattern"])
def test_a_pattern_that_cannot_be_used_is_one_error(workshop: Any, name: str, pattern: str) -> None:
    workshop.clip("a.wav")
    with pytest.raises(CorpusError, match=name.replace("_", " ")) as caught:
        workshop.read(**{name: pattern})
    assert caught.value.hint


def test_a_column_role_that_does_not_exist_is_an_error_that_lists_the_roles() -> None:
    with pytest.raises(CorpusError, match=r"no column role 'voice'.*speaker"):
        CorpusOptions(columns={"voice": "x"})


def test_a_channel_of_the_user_s_stands_before_the_corpus_s_own(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put("x.csv", "audio,channel\na.wav,0\n")
    assert workshop.utterances()["a"].channel == 0
    assert workshop.utterances(channel=1)["a"].channel == 1
    with pytest.raises(CorpusError, match="counted from 0"):
        CorpusOptions(channel=-1)


def test_the_language_of_the_user_s_is_for_what_the_corpus_does_not_tell(workshop: Any) -> None:
    workshop.clip("a.wav", "b.wav")
    workshop.put("x.csv", "audio,language\na.wav,fr\nb.wav,\n")
    assert [u.language for u in workshop.utterances(language="de").values()] == ["fr", "de"]


def test_a_corpus_is_read_the_same_each_time(workshop: Any) -> None:
    workshop.clip("a.wav", "b.flac", "b.wav", "c/d.wav")
    workshop.put("a.txt", "please")
    workshop.put("lost.txt", "please")
    assert workshop.read() == workshop.read()


def test_a_relative_root_gives_paths_below_it(
    workshop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import Path

    workshop.clip("sub/a.wav")
    monkeypatch.chdir(workshop.root.parent)
    corpus = read_corpus(Path("corpus"))
    (item,) = corpus.items
    assert isinstance(item, Utterance)
    assert (item.audio, corpus.audio_root) == (Path("corpus/sub/a.wav"), Path("corpus"))


def test_links_to_audio_elsewhere_are_followed(workshop: Any) -> None:
    workshop.clip("../elsewhere/a.wav", "b.wav")
    (workshop.root / "a.wav").symlink_to(workshop.root.parent / "elsewhere/a.wav")
    assert list(workshop.utterances()) == ["a", "b"]


def test_a_row_that_fails_writes_a_manifest_row_with_its_reason(workshop: Any) -> None:
    from sal_anchors.align import Lexicon
    from sal_anchors.align.pocketsphinx import PocketsphinxAligner
    from sal_anchors.anchors.recipe import onset_recipe
    from sal_anchors.annotate import build_manifest
    from sal_anchors.manifest import Manifest

    workshop.put(
        "x.jsonl", '{"audio": "../x.wav", "id": "out"}\n{"audio": 7.5}\n{"audio": "no.wav"}\n'
    )
    corpus = workshop.read()
    out = workshop.root.with_name("x.anchors")
    tally = build_manifest(
        corpus.items,
        out,
        audio_root=corpus.audio_root,
        recipe=onset_recipe(),
        aligner=PocketsphinxAligner(),
        lexicon=Lexicon(),
    )
    assert tally.total == 3
    assert {row.id: row.reason for row in Manifest.open(out).rows()} == {
        "no": Reason.MISSING_AUDIO,
        "out": Reason.OUTSIDE_ROOT,
        "x.jsonl, row 2": Reason.BAD_ROW,
    }
