"""The sidecar layout: every file of the corpus becomes an utterance or a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sal_anchors.accounting import Failure, Reason
from sal_anchors.corpus import Utterance, read_sidecar_corpus
from sal_anchors.errors import CorpusError


def _put(root: Path, name: str, content: bytes | str = b"") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _items(root: Path) -> dict[str, Utterance | Failure]:
    found = list(read_sidecar_corpus(root))
    ids = [item.id if isinstance(item, Utterance) else item.utterance.id for item in found]
    assert len(set(ids)) == len(ids)
    return dict(zip(ids, found, strict=True))


def _utterance(item: Utterance | Failure) -> Utterance:
    assert isinstance(item, Utterance)
    return item


def _failure(item: Utterance | Failure) -> Failure:
    assert isinstance(item, Failure)
    return item


def test_txt_and_lab_are_read_at_any_depth_and_txt_comes_first(tmp_path: Path) -> None:
    _put(tmp_path, "a.wav")
    _put(tmp_path, "a.txt", " please \n")
    _put(tmp_path, "deep/er/b.flac")
    _put(tmp_path, "deep/er/b.lab", "try again")
    _put(tmp_path, "c.WAV")
    _put(tmp_path, "c.lab", "not this")
    _put(tmp_path, "c.txt", "this")
    items = _items(tmp_path)
    assert {id_: _utterance(item).transcript for id_, item in items.items()} == {
        "a": "please",
        "c": "this",
        "deep/er/b": "try again",
    }
    assert _utterance(items["deep/er/b"]).audio == tmp_path / "deep/er/b.flac"


def test_a_byte_order_mark_is_no_part_of_the_transcript(tmp_path: Path) -> None:
    _put(tmp_path, "a.wav")
    _put(tmp_path, "a.txt", b"\xef\xbb\xbfplease")
    assert _utterance(_items(tmp_path)["a"]).transcript == "please"


def test_audio_without_a_transcript_has_none_and_an_empty_one_is_empty(tmp_path: Path) -> None:
    _put(tmp_path, "a.wav")
    _put(tmp_path, "b.wav")
    _put(tmp_path, "b.txt", "  \n")
    items = _items(tmp_path)
    assert _utterance(items["a"]).transcript is None
    assert _utterance(items["b"]).transcript == ""


@pytest.mark.parametrize(
    ("folder", "split"),
    [
        ("train", "train"),
        ("dev", "dev"),
        ("val", "dev"),
        ("valid", "dev"),
        ("Validation", "dev"),
        ("test", "test"),
        ("speakers", None),
    ],
)
def test_a_top_folder_names_the_split(tmp_path: Path, folder: str, split: str | None) -> None:
    _put(tmp_path, f"{folder}/x/a.wav")
    assert _utterance(_items(tmp_path)[f"{folder}/x/a"]).split == split


def test_a_file_or_an_inner_folder_named_like_a_split_is_none(tmp_path: Path) -> None:
    _put(tmp_path, "test.wav")
    _put(tmp_path, "speaker/test/a.wav")
    assert [_utterance(item).split for item in _items(tmp_path).values()] == [None, None]


def test_a_transcript_without_audio_is_told_and_skipped(tmp_path: Path) -> None:
    _put(tmp_path, "a.wav")
    _put(tmp_path, "lost.txt", "please")
    failure = _failure(_items(tmp_path)["lost"])
    assert failure.reason is Reason.MISSING_AUDIO
    assert failure.reason.status == "skipped"
    assert str(tmp_path / "lost.txt") in failure.message


def test_two_recordings_of_one_name_are_one_utterance_and_one_failure(tmp_path: Path) -> None:
    _put(tmp_path, "a.wav")
    _put(tmp_path, "a.flac")
    _put(tmp_path, "a.txt", "please")
    items = _items(tmp_path)
    assert _utterance(items["a"]).audio.name == "a.flac"
    failure = _failure(items["a.wav"])
    assert failure.reason is Reason.DUPLICATE_ID
    assert str(tmp_path / "a.wav") in failure.message


@pytest.mark.parametrize("content", [b"caf\xe9", "please".encode("utf-16")])
def test_a_transcript_that_is_not_utf_8_is_a_failure_that_names_it(
    tmp_path: Path, content: bytes
) -> None:
    _put(tmp_path, "a.wav")
    _put(tmp_path, "a.txt", content)
    failure = _failure(_items(tmp_path)["a"])
    assert failure.reason is Reason.UNREADABLE_TRANSCRIPT
    assert str(tmp_path / "a.txt") in failure.message
    assert failure.utterance.audio == tmp_path / "a.wav"


def test_hidden_files_and_folders_and_other_files_are_left_alone(tmp_path: Path) -> None:
    _put(tmp_path, "a.wav")
    _put(tmp_path, "._a.wav", b"finder")
    _put(tmp_path, ".cache/b.wav")
    _put(tmp_path, "notes.md", "x")
    (tmp_path / "folder.wav").mkdir()
    assert list(_items(tmp_path)) == ["a"]


def test_a_dot_inside_a_name_is_kept(tmp_path: Path) -> None:
    _put(tmp_path, "v1.2.wav")
    _put(tmp_path, "v1.2.txt", "please")
    _put(tmp_path, "v1.3.wav")
    assert _utterance(_items(tmp_path)["v1.2"]).transcript == "please"


def test_utterances_come_in_order_of_their_ids(tmp_path: Path) -> None:
    for name in ("b.wav", "a/z.wav", "a.wav", "a-1.wav", "B.wav", "c/1.wav"):
        _put(tmp_path, name)
    ids = list(_items(tmp_path))
    assert ids == sorted(ids)
    assert len(ids) == 6


def test_a_folder_without_audio_is_a_corpus_error(tmp_path: Path) -> None:
    _put(tmp_path, "a.txt", "please")
    with pytest.raises(CorpusError, match=r"no \.flac or \.wav") as caught:
        list(read_sidecar_corpus(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_a_folder_that_is_not_there_is_a_corpus_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        list(read_sidecar_corpus(tmp_path / "gone"))


def test_a_name_that_is_not_utf_8_is_an_error_that_shows_it(tmp_path: Path) -> None:
    _put(tmp_path, "a.wav")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav")).touch()
    except OSError as error:
        pytest.skip(f"this file system takes UTF-8 names only: {error}")
    with pytest.raises(CorpusError, match=r"caf\\xe9"):
        list(read_sidecar_corpus(tmp_path))
