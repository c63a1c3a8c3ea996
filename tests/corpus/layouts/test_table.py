"""Tables of named columns: each row becomes an utterance or a failure that names the row."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sal_anchors.accounting import Reason
from sal_anchors.corpus import Utterance
from sal_anchors.errors import CorpusError


def _jsonl(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", 'audio,text,speaker,split\na.wav,"Please, try",ann,validation\n'),
        ("x.csv", "path;sentence;client_id;subset\na.wav;Please, try;ann;dev\n"),
        ("x.tsv", "File_Name\tTranscript\tspeaker_id\tSplit\na.wav\tPlease, try\tann\tval\n"),
        (
            "x.jsonl",
            _jsonl({"audio": "a.wav", "text": "Please, try", "speaker": "ann", "split": "dev"}),
        ),
        ("x.csv", "\ufeffaudio,text,speaker,split\r\na.wav,'Please try',ann,dev\r\n"),
    ],
)
def test_a_table_is_read_whatever_its_separator_and_headers(
    workshop: Any, name: str, content: str
) -> None:
    workshop.clip("a.wav")
    workshop.put(name, content)
    assert workshop.read().layout == "table"
    (utterance,) = workshop.utterances().values()
    assert "Please" in utterance.transcript and "try" in utterance.transcript
    assert (utterance.id, utterance.speaker, utterance.split) == ("a", "ann", "dev")
    assert utterance.audio == workshop.root / "a.wav"


def test_segments_of_one_file_have_ids_of_their_own_that_stay_when_rows_are_added(
    workshop: Any,
) -> None:
    workshop.clip("long.wav")
    rows = [
        {"audio": "long.wav", "start": 1.25, "end": 2.5, "text": "one"},
        {"audio": "long.wav", "start": 3, "duration": 0.5, "text": "two", "channel": 1},
    ]
    workshop.put("x.jsonl", _jsonl(*rows))
    before = workshop.utterances()
    assert list(before) == ["long-00001250", "long-00003000-1"]
    assert [(u.start, u.duration, u.channel) for u in before.values()] == [
        (1.25, 1.25, None),
        (3.0, 0.5, 1),
    ]
    workshop.put("x.jsonl", _jsonl({"audio": "long.wav", "start": 0, "end": 1}, *rows))
    assert set(before) < set(workshop.utterances())


def test_a_duration_without_a_start_is_that_of_the_whole_file(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put("x.jsonl", _jsonl({"audio": "a.wav", "duration": 0.1}))
    assert workshop.utterances()["a"].duration is None


def test_a_keyword_is_the_transcript_where_there_is_no_text(workshop: Any) -> None:
    workshop.clip("a.wav", "b.wav", "c.wav")
    workshop.put(
        "x.jsonl",
        _jsonl(
            {"audio": "a.wav", "keyword": "alexa"},
            {"audio": "b.wav", "keyword": "alexa", "text": "alexa stop"},
            {"audio": "c.wav", "keyword": "alexa", "text": ""},
        ),
    )
    said = [utterance.transcript for utterance in workshop.utterances().values()]
    assert said == ["alexa", "alexa stop", ""]


def test_columns_can_be_named(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put("x.csv", "clip,said,who\na.wav,please,ann\n")
    columns = {"audio": "clip", "text": "said", "speaker": "who"}
    utterance = workshop.utterances(layout="table", columns=columns)["a"]
    assert (utterance.transcript, utterance.speaker) == ("please", "ann")


def test_a_named_column_that_is_not_there_is_an_error_that_lists_the_others(workshop: Any) -> None:
    workshop.put("x.csv", "audio,text\na.wav,please\n")
    with pytest.raises(CorpusError, match="no column 'said' for text; it has audio, text"):
        workshop.read(columns={"text": "said"})


def test_a_table_without_a_column_of_audio_is_an_error_that_lists_its_columns(
    workshop: Any,
) -> None:
    workshop.put("x.csv", "clip,text\na.wav,please\n")
    with pytest.raises(CorpusError, match="it has clip, text"):
        workshop.read(layout="table")


BAD = {
    "absent audio": {"text": "please"},
    "audio that is no text": {"audio": True},
    "text that is no text": {"audio": "a.wav", "text": 1.5},
    "a start before 0": {"audio": "a.wav", "start": -0.1},
    "a start that is no number": {"audio": "a.wav", "start": "soon"},
    "a start that is not finite": {"audio": "a.wav", "start": float("nan")},
    "a huge start": {"audio": "a.wav", "start": 10**400},
    "an end before the start": {"audio": "a.wav", "start": 2, "end": 1},
    "no length": {"audio": "a.wav", "start": 2, "duration": 0},
    "an end and a duration that disagree": {"audio": "a.wav", "start": 1, "end": 2, "duration": 3},
    "a channel that is no index": {"audio": "a.wav", "channel": -1},
    "a split that is none": {"audio": "a.wav", "split": "monday"},
    "an id that leaves the folder": {"audio": "a.wav", "id": "../../x"},
    "an absolute id": {"audio": "a.wav", "id": "/etc/x"},
    "an id with a control character": {"audio": "a.wav", "id": "a\nb"},
    "a long id": {"audio": "a.wav", "id": "x" * 5_000},
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_a_bad_row_is_a_failure_with_its_number_and_the_others_are_read(
    workshop: Any, row: dict[str, Any]
) -> None:
    workshop.clip("a.wav", "b.wav")
    workshop.put("x.jsonl", _jsonl({"audio": "b.wav", "text": "please"}, row))
    items = workshop.items()
    assert isinstance(items.pop("b"), Utterance)
    (failure,) = items.values()
    assert failure.reason is Reason.BAD_ROW
    assert "x.jsonl, row 2" in failure.message


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[1, 2]",
        b"null",
        b'{"audio": "a.wav", "text": "caf\xe9"}',
        b"[" * 100_000,
        b'{"audio": 1' + b"0" * 5_000 + b"}",
        b'{"audio": "a\\u0000.wav"}',
        b'{"audio": "a\\ud800.wav"}',
    ],
)
def test_a_line_that_cannot_be_read_is_a_failure_with_its_number(
    workshop: Any, line: bytes
) -> None:
    workshop.clip("b.wav")
    workshop.put("x.jsonl", b'{"audio": "b.wav"}\n' + line + b"\n")
    (failure,) = workshop.failures().values()
    assert failure.reason is Reason.BAD_ROW
    assert "x.jsonl, row 2" in failure.message
    failure.message.encode()


def test_rows_of_csv_that_do_not_fit_their_header_are_failures_and_swallow_no_other(
    workshop: Any,
) -> None:
    workshop.clip("a.wav", "b.wav", "c.wav", "d.wav")
    workshop.put(
        "x.csv",
        b'audio,text\na.wav\nb.wav,please,again\nc.wav,"so" said he\nd.wav,caf\xe9\na.wav,ok\n',
    )
    items = workshop.items()
    assert {id_ for id_, item in items.items() if isinstance(item, Utterance)} == {"a"}
    assert set(items) == {"a", *(f"x.csv, row {n}" for n in (2, 3, 4, 5))}


def test_a_quotation_mark_in_a_tsv_is_a_character_like_others(workshop: Any) -> None:
    workshop.clip("a.wav", "b.wav")
    workshop.put("x.tsv", 'audio\ttext\na.wav\t"please\nb.wav\tsorry\n')
    assert [u.transcript for u in workshop.utterances().values()] == ['"please', "sorry"]


def test_an_open_quotation_mark_in_a_csv_loses_no_row_silently(workshop: Any) -> None:
    workshop.clip("a.wav", "b.wav")
    workshop.put("x.csv", 'audio,text\na.wav,sorry\nb.wav,"please\n')
    assert list(workshop.items()) == ["a", "x.csv, row 3"]


@pytest.mark.parametrize(
    "path", ["../secret.wav", "sub/../../secret.wav", "./../corpus2/a.wav", "x/" * 3000 + ".."]
)
def test_a_relative_path_that_leaves_the_corpus_is_refused(workshop: Any, path: str) -> None:
    workshop.clip("../secret.wav")
    workshop.put("x.jsonl", _jsonl({"audio": path, "id": "a"}))
    failure = workshop.failures()["a"]
    assert failure.reason in (Reason.OUTSIDE_ROOT, Reason.MISSING_AUDIO)
    assert failure.reason is Reason.OUTSIDE_ROOT or not path.startswith((".", "sub"))
    assert "x.jsonl, row 1" in failure.message


def test_an_absolute_path_widens_the_audio_root_to_the_common_parent(workshop: Any) -> None:
    workshop.clip("../elsewhere/a.wav", "b.wav")
    outside = (workshop.root / "../elsewhere/a.wav").resolve()
    workshop.put("x.jsonl", _jsonl({"audio": str(outside)}, {"audio": "b.wav"}))
    assert workshop.read().audio_root == workshop.root.parent.absolute()
    assert len(workshop.utterances()) == 2


def test_a_relative_path_stays_bound_to_the_corpus_when_the_audio_root_is_wider(
    workshop: Any,
) -> None:
    workshop.clip("../elsewhere/a.wav", "../secret.wav")
    outside = (workshop.root / "../elsewhere/a.wav").resolve()
    workshop.clip("b.wav")
    workshop.put(
        "x.jsonl",
        _jsonl({"audio": str(outside), "id": "a"}, {"audio": "b.wav"}, {"audio": "../secret.wav"}),
    )
    assert list(workshop.reasons().values()) == [Reason.OUTSIDE_ROOT]


def test_a_named_audio_root_is_where_relative_paths_start_and_a_bound_for_all(
    workshop: Any,
) -> None:
    workshop.clip("../store/a.wav", "../secret.wav")
    store = workshop.root.parent / "store"
    rows = [
        {"audio": "a.wav"},
        {"audio": "../secret.wav", "id": "one"},
        {"audio": str(workshop.root.parent / "secret.wav"), "id": "two"},
    ]
    workshop.put("x.jsonl", _jsonl(*rows))
    items = workshop.items(audio_root=store)
    assert items["a"].audio == store / "a.wav"
    assert [items[id_].reason for id_ in ("one", "two")] == [Reason.OUTSIDE_ROOT] * 2


def test_ids_given_twice_and_audio_that_is_not_there_are_told(workshop: Any) -> None:
    workshop.clip("a.wav", "b.wav")
    workshop.put(
        "x.jsonl",
        _jsonl(
            {"audio": "a.wav", "id": "one"},
            {"audio": "b.wav", "id": "one"},
            {"audio": "gone.wav"},
            {"audio": "https://example.org/a.wav"},
        ),
    )
    failures = workshop.failures()
    assert {id_: failure.reason for id_, failure in failures.items()} == {
        "gone": Reason.MISSING_AUDIO,
        "one (2)": Reason.DUPLICATE_ID,
        "x.jsonl, row 4": Reason.UNSUPPORTED_SOURCE,
    }
    assert "x.jsonl, row 2" in failures["one (2)"].message
    assert "x.jsonl, row 1" in failures["one (2)"].message
    assert "x.jsonl, row 3" in failures["gone"].message


def test_tables_named_by_their_splits_are_one_corpus(workshop: Any) -> None:
    workshop.clip("a.wav", "b.wav")
    workshop.put("train.csv", "audio,text\na.wav,please\n")
    workshop.put("dev.csv", "audio,text\nb.wav,please\n")
    assert {u.id: u.split for u in workshop.utterances().values()} == {"a": "train", "b": "dev"}


def test_two_tables_that_are_no_splits_are_not_guessed_between(workshop: Any) -> None:
    workshop.clip("a.wav")
    workshop.put("x.csv", "audio,text\na.wav,please\n")
    workshop.put("y.csv", "audio,text\na.wav,sorry\n")
    with pytest.raises(CorpusError, match=r"x\.csv, y\.csv"):
        workshop.read(layout="table")


def test_a_table_may_be_named_instead_of_its_folder(workshop: Any) -> None:
    from sal_anchors.corpus import read_corpus

    workshop.clip("a.wav")
    table = workshop.put("x.csv", "audio,text\na.wav,please\n")
    workshop.put("y.csv", "audio,text\na.wav,sorry\n")
    corpus = read_corpus(table)
    assert [item.transcript for item in corpus.items] == ["please"]
    assert corpus.audio_root == workshop.root


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
ROLES = st.sampled_from(
    ["id", "audio", "text", "keyword", "start", "end", "duration", "speaker", "split", "channel"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.dictionaries(ROLES, JSON_VALUES), max_size=6))
def test_whatever_the_rows_hold_each_ends_as_one_item(workshop: Any, rows: list[Any]) -> None:
    workshop.clip("a.wav")
    workshop.put("x.jsonl", _jsonl({"audio": "a.wav", "id": "first"}, *rows))
    assert len(workshop.items(layout="table")) == len(rows) + 1
