"""Results kept on disk: exact, bounded, and never believed more than they deserve."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align import Alignment, Interval
from sal_anchors.align.alignment import Change, Pronunciation, PronunciationSource
from sal_anchors.align.cache import ResultStore, decode, encode
from sal_anchors.corpus import Utterance
from sal_anchors.errors import ManifestError

UTTERANCE = Utterance(id="a/b", audio=Path("/corpus/a/b.wav"), transcript="please")
OTHER = Utterance(id="c", audio=Path("/elsewhere/c.wav"), transcript="please")
KEY = bytes(32)

times = st.floats(0, 1e5, allow_nan=False)
scores = st.none() | st.floats(-1e6, 0, allow_nan=False)
intervals = st.builds(Interval, st.text(), times, times, scores, st.none() | st.floats(0, 1))
alignments = st.builds(
    Alignment,
    st.just(UTTERANCE),
    st.lists(intervals, max_size=4).map(tuple),
    st.lists(intervals, max_size=4).map(tuple),
    scores,
    st.lists(st.builds(Change, st.text(), st.text()), max_size=2).map(tuple),
    st.lists(
        st.builds(Pronunciation, st.text(), st.text(), st.sampled_from(PronunciationSource)),
        max_size=2,
    ).map(tuple),
)


def _alignment(label: str = "please") -> Alignment:
    return Alignment(UTTERANCE, (Interval(label, 0.1, 0.1 + 0.2, -1.5),), (), -1.5)


@given(alignments)
def test_an_alignment_comes_back_equal_to_the_last_bit(alignment: Alignment) -> None:
    assert decode(encode(alignment), UTTERANCE) == alignment


def test_an_alignment_comes_back_as_that_of_the_utterance_asked_for() -> None:
    found = decode(encode(_alignment()), OTHER)
    assert isinstance(found, Alignment)
    assert found.utterance is OTHER


@given(st.sampled_from(Reason), st.text(st.characters(exclude_characters="\0")))
def test_a_failure_comes_back_with_the_path_of_the_utterance_asked_for(
    reason: Reason, rest: str
) -> None:
    failure = Failure(UTTERANCE, reason, f"{UTTERANCE.audio}: {rest}")
    assert decode(encode(failure), UTTERANCE) == failure
    moved = decode(encode(Failure(UTTERANCE, reason, f"{UTTERANCE.audio}: silent")), OTHER)
    assert moved == Failure(OTHER, reason, f"{OTHER.audio}: silent")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"reason": "no such reason", "message": ""}',
        '{"reason": 1}',
        '{"words": 1, "phones": [], "score": null}',
        '{"words": [{"label": "x"}], "phones": []}',
    ],
)
def test_a_text_that_is_no_result_is_none(text: str) -> None:
    assert decode(text, UTTERANCE) is None


def test_results_outlive_the_store_that_kept_them(tmp_path: Path) -> None:
    with ResultStore(tmp_path / "r") as store:
        assert store.get(KEY, UTTERANCE) is None
        store.put(KEY, _alignment("first"))
        store.put(KEY, _alignment())
    with ResultStore(tmp_path / "r") as store:
        assert store.get(KEY, UTTERANCE) == _alignment()
        assert len(store) == 1


def test_an_empty_store_leaves_nothing_behind(tmp_path: Path) -> None:
    with ResultStore(tmp_path / "r"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_a_run_did_not_use_is_dropped_and_the_file_shrinks(tmp_path: Path) -> None:
    keys = [bytes([number]) * 32 for number in range(200)]
    with ResultStore(tmp_path) as store:
        for key in keys:
            store.put(key, _alignment("long " * 200))
    before = (tmp_path / "results.sqlite").stat().st_size
    with ResultStore(tmp_path) as store:
        store.get(keys[7], UTTERANCE)
        store.put(b"new", _alignment("new"))
        store.drop_unused()
    with ResultStore(tmp_path) as store:
        assert len(store) == 2
        assert store.get(keys[7], UTTERANCE) is not None
        assert store.get(b"new", UTTERANCE) == _alignment("new")
    assert (tmp_path / "results.sqlite").stat().st_size < before / 10


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_store_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "results.sqlite").write_bytes(content)
    with ResultStore(tmp_path) as store:
        assert len(store) == 0
        store.put(KEY, _alignment())
    with ResultStore(tmp_path) as store:
        assert store.get(KEY, UTTERANCE) == _alignment()


def test_a_store_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    with ResultStore(tmp_path) as store:
        store.put(KEY, _alignment())
    with sqlite3.connect(tmp_path / "results.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with ResultStore(tmp_path) as store:
        assert len(store) == 0


def test_a_store_that_cannot_be_written_is_told_with_its_way_out(tmp_path: Path) -> None:
    (tmp_path / "results.sqlite").mkdir()
    with pytest.raises(ManifestError, match=r"results\.sqlite: .*--no-resume"):
        ResultStore(tmp_path).__enter__()


def test_what_put_returned_from_outlives_a_kill(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from sal_anchors.accounting import Failure, Reason\n"
        "from sal_anchors.align.cache import ResultStore\n"
        "from sal_anchors.corpus import Utterance\n"
        "failure = Failure(Utterance(id='a', audio=Path('a')), Reason.SILENT, 'x' * 3000)\n"
        "with ResultStore(Path(sys.argv[1])) as store:\n"
        "    for number in range(100_000):\n"
        "        store.put(number.to_bytes(32), failure)\n"
        "        print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.3)
        os.kill(child.pid, signal.SIGKILL)
        told = child.stdout.read().split("\n")[:-1]
    assert child.returncode == -signal.SIGKILL
    assert len(told) > 100
    with ResultStore(tmp_path) as store:
        assert len(store) >= len(told)
        assert store.get(int(told[-1]).to_bytes(32), UTTERANCE) is not None
