from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.augment import generator

SHOW = "from sal_anchors.augment import generator as g; print(g(3, 1, 'Grüße').integers(2**62))"
keys = st.tuples(st.integers(0, 2**40), st.integers(0, 10_000), st.text(max_size=20))


@given(keys)
def test_the_same_recording_and_epoch_draw_the_same(key: tuple[int, int, str]) -> None:
    assert generator(*key).integers(2**62) == generator(*key).integers(2**62)


def test_another_seed_epoch_or_recording_draws_otherwise() -> None:
    drawn = [
        int(generator(seed, epoch, row).integers(2**62))
        for seed in range(5)
        for epoch in range(5)
        for row in ("", "a", "b", "ab", "ba")
    ]
    assert len(set(drawn)) == 125


def test_another_process_draws_the_same() -> None:
    command = [sys.executable, "-c", SHOW]
    printed = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "17"}
    )
    assert int(printed.stdout) == generator(3, 1, "Grüße").integers(2**62)
