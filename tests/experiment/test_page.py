from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

from sal_anchors.experiment.job import Job
from sal_anchors.experiment.plan import Plan
from sal_anchors.experiment.plots import figures, save_figures
from sal_anchors.experiment.run import compared, write_comparison
from sal_anchors.manifest import Manifest

ByHand = Callable[..., tuple[Plan, tuple[Job, ...]]]
HIT, ALARM = {(0, 5): 0.9, (2, 9): 0.8}, {(0, 7): 0.7, (1, 50): 0.6, (2, 12): 0.9}


def test_a_browser_shows_the_curves_of_a_comparison_and_what_is_said_of_it(
    by_hand: ByHand,
    tones: Manifest,
    tmp_path: Path,
    browse: Callable[..., str],
    shown_images: Callable[[str], list[bool]],
) -> None:
    plan, done = by_hand({"ce": [ALARM, HIT], "sal": [HIT, HIT]})
    comparison = compared(plan, tones, done)
    write_comparison(comparison, tmp_path)
    page = tmp_path / "comparison.html"
    assert shown_images(page.read_text(encoding="utf-8")) == [True] * 2
    seen = browse("--dump-dom", page.as_uri())
    assert all(said.split(":")[0] in seen for said in comparison.statements)
    assert "http" not in seen.replace("http-equiv", "")


def test_the_curves_of_many_arms_have_room_beside_their_names(
    by_hand: ByHand, tones: Manifest, tmp_path: Path
) -> None:
    names = [f"sal, hold 300, peak {n}, partial {n}" for n in range(24)]
    plan, done = by_hand({name: [HIT] for name in names})
    drawn = figures(compared(plan, tones, done))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save_figures(drawn, tmp_path)
    for figure in drawn.values():
        assert all(axes.get_position().height > 0.5 for axes in figure.axes)
