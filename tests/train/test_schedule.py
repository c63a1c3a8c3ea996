from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.train.schedule import Schedule

schedules = st.builds(
    Schedule,
    peak=st.floats(1e-5, 1),
    warmup=st.floats(0, 1),
    epochs=st.integers(1, 20),
    steps_per_epoch=st.integers(1, 30),
)


def _rates(schedule: Schedule) -> list[float]:
    return [
        schedule.rate(epoch, step)
        for epoch in range(1, schedule.epochs + 1)
        for step in range(schedule.steps_per_epoch)
    ]


@given(schedules)
def test_the_rate_rises_to_its_peak_and_then_only_falls(schedule: Schedule) -> None:
    rates = _rates(schedule)
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[top] == pytest.approx(schedule.peak)
    assert min(rates) >= 0


def test_the_last_step_is_close_to_nothing() -> None:
    assert _rates(Schedule(1.0, 0.1, 10, 100))[-1] < 1e-5


def test_a_pass_that_is_longer_than_expected_stays_at_its_last_rate() -> None:
    schedule = Schedule(1.0, 0.0, 2, 5)
    assert schedule.rate(1, 7) == schedule.rate(1, 4) > schedule.rate(2, 0)
