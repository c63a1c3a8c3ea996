from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sal_anchors import augment
from sal_anchors.augment import Example
from sal_anchors.dataset import DataConfig
from sal_anchors.dataset.config import SamplingConfig
from sal_anchors.dataset.cropping import Plan, plan
from sal_anchors.dataset.sampling import Draw, Purpose, Stratum
from sal_anchors.dataset.stretch import free_stretches, keyword_cuts, length_of
from sal_anchors.events.event import EventKind
from sal_anchors.manifest import Row

from .recordings import GRID, RATE, RECIPE, keyword, row_of, rows

seeds = st.integers(0, 1_000)
limits = st.floats(1.0, 12.0)


def planned(row: Row, stratum: Stratum, config: DataConfig, seed: int) -> Plan:
    return plan(Draw(row, stratum), RECIPE, config, epoch=0, seed=seed)


def cropped(row: Row, found: Plan) -> Example:
    silence = np.zeros(length_of(row, GRID), np.float32)
    stretch = found.stretch
    return augment.crop(
        Example(silence, RATE, row.events), first=stretch.first, length=stretch.length
    )


@settings(max_examples=150)
@given(rows(), limits, seeds)
def test_a_partial_keyword_is_no_keyword_and_has_no_label(
    row: Row, limit: float, seed: int
) -> None:
    config = DataConfig(max_seconds=limit)
    assume(keyword_cuts(row, RECIPE, config.sampling.keep))
    example = cropped(row, planned(row, Stratum(Purpose.PARTIAL), config, seed))
    assert not [event for event in example.events if event.kind is EventKind.KEYWORD_END]
    targets = augment.targets(example, RECIPE)
    assert not targets.labels.any()
    assert not targets.anchors
    end = planned(row, Stratum(Purpose.PARTIAL), config, seed).stretch.end / RATE
    (begun,) = (event for event in row.events if event.start < end < event.time)
    assert 0.4 - 0.01 <= (end - begun.start) / (begun.time - begun.start) <= 0.8 + 0.01


@settings(max_examples=150)
@given(rows(), limits, seeds)
def test_a_crop_between_events_holds_none_and_nothing_of_their_sound(
    row: Row, limit: float, seed: int
) -> None:
    sampling = SamplingConfig(shortest_seconds=0.3)
    assume(free_stretches(row, RECIPE, round(0.3 * RATE)))
    config = DataConfig(max_seconds=limit, sampling=sampling)
    found = planned(row, Stratum(Purpose.EXCLUDING), config, seed)
    example = cropped(row, found)
    assert not example.events
    assert not augment.targets(example, RECIPE).labels.any()
    assert len(example.samples) >= 0.3 * RATE
    first, end = found.stretch.first / RATE, found.stretch.end / RATE
    assert all(end < event.start or event.time + 0.3 <= first for event in row.events)


@settings(max_examples=150)
@given(rows(), limits, seeds)
def test_a_crop_for_a_class_holds_an_event_of_it(row: Row, limit: float, seed: int) -> None:
    index = row.anchors[0].class_index
    config = DataConfig(max_seconds=limit)
    found = planned(row, Stratum(Purpose.EVENT, index), config, seed)
    targets = augment.targets(cropped(row, found), RECIPE)
    assert index in {anchor.class_index for anchor in targets.anchors}
    assert (targets.labels == index).any()


@settings(max_examples=100)
@given(rows(min_keywords=0), limits, seeds)
def test_any_crop_begins_with_a_frame_is_no_longer_than_allowed_and_inside(
    row: Row, limit: float, seed: int
) -> None:
    found = planned(row, Stratum(Purpose.ANY), DataConfig(max_seconds=limit), seed)
    total = length_of(row, GRID)
    assert 0 <= found.stretch.first <= found.stretch.end <= total
    assert found.stretch.length <= round(limit * RATE)
    assert found.whole == (found.stretch.length == total)
    assert found.stretch.first % 160 == 0
    assert augment.targets(cropped(row, found), RECIPE).labels[0] == 0


def test_all_of_an_event_is_kept_where_it_fits() -> None:
    row = row_of("long", 30.0, [keyword(14.0, 15.0)])
    config = DataConfig(max_seconds=3.0)
    firsts = set()
    for seed in range(50):
        stretch = planned(row, Stratum(Purpose.EVENT, 1), config, seed).stretch
        assert stretch.first <= 14.0 * RATE and stretch.end >= 15.3 * RATE - 160
        firsts.add(stretch.first)
    assert len(firsts) > 30


def test_a_keyword_that_another_s_label_reaches_into_is_not_cut() -> None:
    near = row_of("near", 4.0, [keyword(0.5, 1.0), keyword(1.1, 1.6)])
    cuts = keyword_cuts(near, RECIPE, (0.4, 0.8))
    assert [cut.begin for cut in cuts] == [round(0.5 * RATE)]


def test_a_faster_example_is_cut_from_more_audio() -> None:
    config = DataConfig.model_validate(
        {"max_seconds": 2.0, "augment": {"speed": {"probability": 1.0, "ratio": [1.25, 1.25]}}}
    )
    found = planned(row_of("long", 10.0), Stratum(Purpose.ANY), config, 0)
    assert found.speed == 1.25
    assert found.stretch.length == 2.5 * RATE
    assert found.length == 2.0 * RATE
