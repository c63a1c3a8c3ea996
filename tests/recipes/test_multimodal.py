"""The composed corpus says what the recipe promises: a trigger is a keyword with a motion."""

from __future__ import annotations

import hashlib
import shutil
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recipes.multimodal import motions as source
from recipes.multimodal.compose import Composer, compose
from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.recipe_file import load_recipe
from sal_anchors.check import Severity, check_manifest
from sal_anchors.manifest import Manifest
from sal_anchors.models import build_model, sensors_of
from sal_anchors.rerender import rerender
from sal_anchors.train.config import TrainConfig

FOLDER = Path(source.__file__).parent
SPLITS = ("train", "dev", "test")


def _motions() -> dict[tuple[str, bool], list[source.Motion]]:
    """Two of each: a still wrist reads 0, a moving one 1, of each split and recording its own."""
    return {
        (split, moving): [
            np.full((100, 6), 10 * place + moving + number / 4, np.float32) for number in range(2)
        ]
        for place, split in enumerate(SPLITS)
        for moving in (False, True)
    }


@pytest.fixture(scope="module")
def composed(speech_manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    out = tmp_path_factory.mktemp("composed")
    compose(speech_manifest, _motions(), out)
    return Manifest.open(out / "multimodal.anchors")


def test_each_clip_is_there_with_and_without_a_motion_in_its_own_split(
    speech_manifest: Manifest, composed: Manifest
) -> None:
    before = {row.id: row for row in speech_manifest.rows(usable=True)}
    after = {row.id: row for row in composed.rows()}
    assert set(after) == {f"{id_}+{how}" for id_ in before for how in ("moving", "still")}
    for id_, row in after.items():
        clip = before[id_.rpartition("+")[0]]
        assert (row.split, row.transcript, row.num_frames) == (
            clip.split,
            clip.transcript,
            clip.num_frames,
        )
        heard = speech_manifest.recording(clip).samples
        assert np.array_equal(composed.recording(row).samples, heard)


def test_only_a_keyword_with_a_motion_is_a_trigger(
    speech_manifest: Manifest, composed: Manifest
) -> None:
    before = {row.id: row for row in speech_manifest.rows(usable=True)}
    for row in composed.rows():
        clip = before[row.id.rpartition("+")[0]]
        assert row.events == (clip.events if row.id.endswith("+moving") else ())
        assert bool(row.anchors) == bool(row.events)
        if row.events:
            assert np.array_equal(row.labels, clip.labels)
        else:
            assert not row.labels.any()


def test_the_wrist_moves_while_somebody_speaks_and_is_still_around(
    speech_manifest: Manifest, composed: Manifest
) -> None:
    for row in composed.rows():
        (stream,) = composed.streams(row)
        moves = stream.readings[:, 0] % 10 >= 1
        if row.id.endswith("+still"):
            assert not moves.any()
            continue
        words = speech_manifest.row(row.id.removesuffix("+moving")).words
        times = np.arange(len(moves)) / source.RATE
        assert moves[(times >= words[0].start) & (times < words[-1].end)].all()
        assert not moves[(times < words[0].start - 0.6) | (times > words[-1].end + 0.8)].any()


def test_events_without_a_rule_are_left_out(speech_manifest: Manifest, tmp_path: Path) -> None:
    row = next(row for row in speech_manifest.rows(usable=True) if row.events)
    composed = Composer(speech_manifest, Recipe(), _motions(), tmp_path).composed(row, True)
    assert (composed.events, composed.anchors) == ((), ())
    assert not composed.labels.any()


def test_where_nobody_speaks_the_wrist_moves_throughout(
    speech_manifest: Manifest, tmp_path: Path
) -> None:
    row = next(speech_manifest.rows(usable=True))
    silent = replace(row, words=(), events=())
    composer = Composer(speech_manifest, speech_manifest.recipe, _motions(), tmp_path)
    (stream,) = composer.composed(silent, True).streams
    assert (np.load(tmp_path / stream.path)[:, 0] % 10 >= 1).all()


def test_no_motion_is_in_two_splits(composed: Manifest) -> None:
    for row in composed.rows():
        (stream,) = composed.streams(row)
        assert set(stream.readings[:, 0] // 10) == {SPLITS.index(row.split)}


def test_the_manifest_holds_together_and_stays_what_it_is_when_rendered_anew(
    composed: Manifest, tmp_path: Path
) -> None:
    problems = [p for p in check_manifest(composed) if p.code.severity is Severity.ERROR]
    assert problems == []
    shutil.copytree(composed.path.parent, tmp_path / "copy")
    folder = tmp_path / "copy" / composed.path.name
    rerender(folder, composed.recipe)
    wider = composed.recipe.model_copy(update={"longest": not composed.recipe.longest})
    rerender(folder, wider)
    again = Manifest.open(folder)
    for one, other in zip(composed.rows(), again.rows(), strict=True):
        assert (one.id, one.events, one.streams) == (other.id, other.events, other.streams)
        assert np.array_equal(one.labels, other.labels)


def test_composing_again_gives_the_same_rows(
    speech_manifest: Manifest, composed: Manifest, tmp_path: Path
) -> None:
    compose(speech_manifest, _motions(), tmp_path)
    again = Manifest.open(tmp_path / "multimodal.anchors")
    assert [row.streams for row in again.rows()] == [row.streams for row in composed.rows()]


def test_the_configuration_takes_the_streams_that_are_composed() -> None:
    values = tomllib.loads((FOLDER / "train.toml").read_text())
    config = TrainConfig.model_validate(values)
    (wrist,) = sensors_of(config.model)
    assert (wrist.name, wrist.rate, wrist.channels) == ("wrist", source.RATE, source.CHANNELS)
    model = build_model(config.model, config.data.features.num_bins, 2)
    assert sum(p.numel() for p in model.parameters()) < 100_000
    assert load_recipe(FOLDER / "recipe.toml").classes == ("background", "trigger")


def test_the_motions_are_read_from_the_wheel_and_split_without_overlap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes = (*source.MOVING, *source.STILL)
    sums = {}
    with zipfile.ZipFile(tmp_path / "aeon-1.6.0-py3-none-any.whl", "w") as wheel:
        for part in ("TRAIN", "TEST"):
            lines = [
                ":".join(",".join([f"{k}.{c}"] * 4) for c in range(6)) + f":{name}"
                for name in classes
                for k in range(10)
            ]
            text = "#about\n@problemName x\n@data\n" + "\n".join(lines) + "\n"
            wheel.writestr(f"aeon/datasets/data/BasicMotions/BasicMotions_{part}.ts", text)
            sums[part] = hashlib.sha256(text.encode()).hexdigest()
    with pytest.raises(SystemExit, match="not the file that is expected"):
        source.motions(tmp_path)
    monkeypatch.setattr(source, "_SHA256", sums)
    found = source.motions(tmp_path)
    assert {key: len(held) for key, held in found.items()} == {
        (split, moving): count
        for split, count in (("train", 14), ("dev", 6), ("test", 20))
        for moving in (True, False)
    }
    first = found["train", True][0]
    assert first.shape == (4, 6)
    np.testing.assert_allclose(first[0], [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
