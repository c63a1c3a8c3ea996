"""What rows share, against a slow and obvious search."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.accounting import Status
from sal_anchors.check.repeats import RowKeys
from sal_anchors.corpus.split import SPLITS
from sal_anchors.manifest import Row

_ROWS = st.lists(
    st.builds(
        Row,
        id=st.sampled_from("abcdef"),
        status=st.sampled_from([Status.OK, Status.OK, Status.FAILED]),
        audio=st.just("a.wav"),
        split=st.sampled_from(SPLITS),
        speaker=st.sampled_from([None, "x", "y", ""]),
        content_hash=st.sampled_from(["", "h", "i"]),
        start=st.sampled_from([0.0, 1.0]),
    ),
    max_size=12,
)


def _shared(rows: list[Row], *fields: str) -> set[tuple[int, ...]]:
    """The first row of each split, of those usable that are alike."""
    groups: defaultdict[tuple[object, ...], dict[str, int]] = defaultdict(dict)
    for number, row in enumerate(rows):
        key = tuple(getattr(row, field) for field in fields)
        if row.usable and key[0]:
            groups[key].setdefault(row.split, number)
    return {
        tuple(found[split] for split in SPLITS if split in found)
        for found in groups.values()
        if len(found) > 1
    }


@given(_ROWS)
def test_what_is_in_several_splits_is_found_once(rows: list[Row]) -> None:
    keys = RowKeys()
    for number, row in enumerate(rows):
        keys.add(number, row)
    assert set(keys.shared_speakers()) == _shared(rows, "speaker")
    recordings = _shared(rows, "content_hash", "start")
    assert set(keys.shared_recordings()) == recordings
    told = {rows[numbers[0]].content_hash for numbers in recordings}
    assert set(keys.shared_files()) == {
        numbers
        for numbers in _shared(rows, "content_hash")
        if rows[numbers[0]].content_hash not in told
    }


@given(_ROWS)
def test_each_further_row_of_an_id_is_told_with_the_first(rows: list[Row]) -> None:
    keys, first = RowKeys(), {}
    repeated = []
    for number, row in enumerate(rows):
        keys.add(number * 3, row)
        if row.id in first:
            repeated.append((first[row.id] * 3, number * 3))
        first.setdefault(row.id, number)
    assert sorted(keys.repeated_ids()) == sorted(repeated)
