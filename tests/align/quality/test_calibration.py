"""Probabilities from evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.align.quality.calibration import Calibration, calibration_of
from sal_anchors.align.quality.evidence import Evidence

scores = st.floats(-1e5, 0)
evidence = st.builds(
    Evidence,
    score=scores,
    lowest=scores,
    others=scores,
    blurred_edges=st.sampled_from([0.0, 1.0, 2.0]),
    fading_end=st.sampled_from([0.0, 1.0]),
    after_pause=st.sampled_from([0.0, 1.0]),
    pace=st.floats(-8, 8),
)
GOOD = Evidence(-1.0, -2.0, -1.2, 0.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def shipped() -> Calibration:
    calibration = calibration_of("pocketsphinx")
    assert calibration is not None
    return calibration


@given(evidence)
def test_all_are_probabilities(one: Evidence) -> None:
    calibration = calibration_of("pocketsphinx")
    assert calibration is not None
    for of in (calibration.own_of, calibration.match_of, calibration.boundary_of):
        assert 0 <= of(one) <= 1
    assert calibration.confidence_of(one) <= calibration.match_of(one)


@given(evidence, scores, st.sampled_from(["score", "lowest", "others"]))
def test_a_lower_score_is_never_surer(one: Evidence, other: float, name: str) -> None:
    calibration = calibration_of("pocketsphinx")
    assert calibration is not None
    low, high = sorted((getattr(one, name), other))
    worse, better = replace(one, **{name: low}), replace(one, **{name: high})
    assert calibration.confidence_of(worse) <= calibration.confidence_of(better)
    assert calibration.own_of(worse) <= calibration.own_of(better)


def test_usual_words_are_sure_and_hopeless_ones_are_not(shipped: Calibration) -> None:
    assert shipped.confidence_of(GOOD) > 0.85
    assert shipped.own_of(GOOD) > shipped.low_own
    bad = replace(GOOD, score=-8.0, lowest=-20.0)
    assert shipped.confidence_of(bad) < 0.2
    assert shipped.own_of(bad) < shipped.low_own


def test_blurred_and_fading_edges_make_less_sure(shipped: Calibration) -> None:
    sure = shipped.confidence_of(GOOD)
    assert shipped.confidence_of(replace(GOOD, blurred_edges=1.0)) < sure - 0.02
    assert shipped.confidence_of(replace(GOOD, fading_end=1.0)) < sure - 0.01


@pytest.mark.parametrize("engine", ["mfa", "", "../pocketsphinx"])
def test_engines_without_a_calibration_have_none(engine: str) -> None:
    assert calibration_of(engine) is None


def test_the_formula_is_the_documented_one() -> None:
    made = Calibration(own=(0.0, 1.0, 0.0), match=(0.0,) * 4, boundary=(0.0,) * 5, low_own=0.5)
    assert made.match_of(GOOD) == made.boundary_of(GOOD) == 0.5
    assert made.own_of(GOOD) == pytest.approx(2 / 3)
    assert made.confidence_of(GOOD) == 0.25
    doubted = replace(made, own=(-1.0, 0.0, 0.0))
    assert doubted.confidence_of(GOOD) == doubted.own_of(GOOD) / 2
