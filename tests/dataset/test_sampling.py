from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sal_anchors.dataset.config import SamplingConfig
from sal_anchors.dataset.sampling import Draw, Purpose, Stratum, draws, quotas, strata_of
from sal_anchors.errors import DataError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Row

from .recordings import RECIPE, keyword, row_of

UP = row_of("up", 2.0, [keyword(0.5, 1.0)])
DOWN = row_of("down", 2.0, [keyword(0.5, 1.0, "down")])
NOTHING = row_of("nothing", 2.0)
BEGUN = row_of(
    "begun", 2.0, [Event(EventKind.PARTIAL_KEYWORD, "dow", 1.0, 0.7, 1.0, 0.9, 0.0, "made")]
)


def epoch_of(rows: list[Row], config: SamplingConfig, epoch: int = 0) -> list[Draw]:
    sizes = Counter(s for row in rows for s in strata_of(row, RECIPE, config))
    wanted = quotas(sizes, len(rows), config)
    return list(draws(rows, RECIPE, config, sizes, wanted, epoch))


def corpus(ups: int, downs: int, nothings: int, begun: int = 0) -> list[Row]:
    return [UP] * ups + [DOWN] * downs + [NOTHING] * nothings + [BEGUN] * begun


def test_by_default_each_recording_comes_once() -> None:
    for epoch in range(3):
        drawn = epoch_of(corpus(3, 1, 5), SamplingConfig(), epoch)
        assert [draw.row.id for draw in drawn] == ["up"] * 3 + ["down"] + ["nothing"] * 5
        assert {draw.stratum for draw in drawn} == {Stratum(Purpose.ANY)}


counts = st.integers(1, 12)
shares = st.integers(0, 25).map(lambda percent: percent / 100)


@settings(max_examples=60)
@given(counts, counts, counts, counts, shares, shares, shares, shares, st.integers(1, 300))
def test_the_shares_of_an_epoch_are_those_asked_for(
    ups: int,
    downs: int,
    nothings: int,
    begun: int,
    events: float,
    partial: float,
    excluding: float,
    hard: float,
    examples: int,
) -> None:
    config = SamplingConfig(
        examples=examples, events=events, partial=partial, excluding=excluding, hard=hard
    )
    rows = corpus(ups, downs, nothings, begun)
    asked = {
        Purpose.EVENT: events,
        Purpose.PARTIAL: partial,
        Purpose.EXCLUDING: excluding,
        Purpose.HARD: hard,
        Purpose.ANY: 1 - events - partial - excluding - hard,
    }
    for epoch in (0, 1, 7):
        drawn = epoch_of(rows, config, epoch)
        assert len(drawn) == examples
        found = Counter(draw.stratum.purpose for draw in drawn)
        for purpose, share in asked.items():
            assert abs(found[purpose] - share * examples) < 1 + 1e-6
        classes = Counter(
            draw.stratum.class_index for draw in drawn if draw.stratum.purpose is Purpose.EVENT
        )
        assert abs(classes[1] - classes[2]) <= 1


@settings(max_examples=40)
@given(st.integers(1, 20), st.integers(1, 60))
def test_over_epochs_each_recording_is_drawn_as_often_as_any_other(size: int, quota: int) -> None:
    rows = [row_of(f"r{number}", 1.0) for number in range(size)]
    config = SamplingConfig(examples=quota)
    seen: Counter[str] = Counter()
    for epoch in range(size):
        once = Counter(draw.row.id for draw in epoch_of(rows, config, epoch))
        assert once.total() == quota
        assert max(once.values()) - min(once[row.id] for row in rows) <= 1
        seen += once
    assert set(seen.values()) == {quota}


def test_without_balance_classes_come_as_often_as_they_are_there() -> None:
    config = SamplingConfig(examples=100, events=0.8, balance=False)
    drawn = epoch_of(corpus(15, 5, 10), config)
    classes = Counter(draw.stratum.class_index for draw in drawn)
    assert classes == {1: 60, 2: 20, 0: 20}


def test_each_example_of_an_epoch_has_a_key_of_its_own() -> None:
    rows = [row_of(f"r{n}", 2.0, [keyword(0.5, 1.0)]) for n in range(3)] + [NOTHING]
    drawn = epoch_of(rows, SamplingConfig(examples=50, events=0.6, partial=0.2))
    assert len({draw.key for draw in drawn}) == 50


@pytest.mark.parametrize(
    ("rows", "shares", "message"),
    [
        (corpus(0, 0, 3), {"events": 0.5}, r"with an event of a class.*events"),
        (corpus(2, 2, 0), {"events": 0.5}, r"without an event.*leave to 1"),
        (corpus(2, 2, 2), {"hard": 0.5}, r"beginning of a keyword.*hard"),
        (corpus(0, 0, 2), {"partial": 0.5}, r"end before a keyword does.*partial"),
        ([row_of("full", 0.6, [keyword(0.05, 0.5)])], {"excluding": 1.0}, "between events"),
    ],
)
def test_a_share_of_what_is_not_there_is_refused(
    rows: list[Row], shares: dict[str, float], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        epoch_of(rows, SamplingConfig(examples=10, **shares))


def test_no_recordings_give_no_examples() -> None:
    assert epoch_of([], SamplingConfig(events=0.5)) == []
