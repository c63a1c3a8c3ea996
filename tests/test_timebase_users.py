"""Whoever uses the frame grid works on the grid of every convention, or says why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sal_anchors.anchors.recipe import GridConfig, Recipe, keyword_recipe, onset_recipe
from sal_anchors.anchors.render import render
from sal_anchors.augment import Example, crop, targets
from sal_anchors.errors import GridMismatchError
from sal_anchors.evaluate.match import EventConfig, instants
from sal_anchors.evaluate.recorded import class_track
from sal_anchors.evaluate.run import evaluate
from sal_anchors.evaluate.stream import Streamed, tail_samples
from sal_anchors.events.event import Event, EventKind
from sal_anchors.features import LogMelConfig, OnlineLogMel, log_mel
from sal_anchors.manifest import Manifest
from sal_anchors.models import GRUConfig
from sal_anchors.runtime.stream import StreamingDetector
from sal_anchors.runtime.trigger import Trigger, TriggerConfig
from sal_anchors.timebase import FrameGrid, kaldi_grid, stft_grid
from sal_anchors.train.checkpoint import load_checkpoint
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.loop import train

TEN_HOURS = 36_000
GRIDS = {
    "causal": FrameGrid(),
    "causal 80 ms": FrameGrid(16_000, 1_280, 1_280),
    "kaldi": kaldi_grid(),
    "kaldi, edges kept": kaldi_grid(snip_edges=False),
    "kaldi at 22.05 kHz": kaldi_grid(22_050, frame_shift_ms=16, snip_edges=False),
    "torch centred": stft_grid(16_000, n_fft=512, hop_length=160, win_length=400),
    "torch not centred": stft_grid(16_000, n_fft=512, hop_length=200, win_length=400, center=False),
    "torch centred at 48 kHz": stft_grid(48_000, n_fft=2_048, hop_length=1_536),
    "whisper": stft_grid(16_000, n_fft=400, hop_length=160, drop_last=True),
    "x2": FrameGrid().strided(2),
    "x3 at 8 kHz": FrameGrid(8_000, 80, 200).stacked(3),
    "x4 of kaldi": kaldi_grid().stacked(4, pad=True),
    "x4 of two convolutions": FrameGrid()
    .convolved(3, 2, before=1, after=1)
    .convolved(3, 2, before=1, after=1),
    "inside": FrameGrid(16_000, 320, 400, "explicit", origin=100, after=0),
}
grids = st.sampled_from(list(GRIDS.values()))
each_grid = pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())


def _on(grid: FrameGrid, recipe: Recipe) -> Recipe:
    return recipe.model_copy(update={"grid": GridConfig(**grid.to_dict())})


def _keyword(time: float) -> Event:
    start = max(0.0, time - 0.3)
    return Event(EventKind.KEYWORD_END, "up", time, start, time, 0.9, 0.02, "test")


def _speech(start: float, end: float) -> Event:
    return Event(EventKind.SPEECH_ONSET, "speech", start, start, end, 0.9, 0.02, "test")


@each_grid
def test_a_recipe_holds_the_grid_whole(grid: FrameGrid) -> None:
    recipe = _on(grid, keyword_recipe(("up",)))
    assert Recipe.model_validate_json(recipe.model_dump_json()).grid.grid() == grid


@settings(max_examples=60)
@given(
    grids,
    st.just(0.0) | st.floats(0, 0.2) | st.floats(0, 60) | st.floats(0, TEN_HOURS),
    st.lists(st.floats(0, 1), max_size=4),
    st.booleans(),
)
def test_labels_and_weights_have_the_grid_s_frame_count_up_to_ten_hours(
    grid: FrameGrid, seconds: float, shares: list[float], onset: bool
) -> None:
    num_samples = grid.sample_of(seconds)
    events = [
        _speech(share * seconds, min(seconds, share * seconds + 1))
        if onset
        else _keyword(share * seconds)
        for share in shares
    ]
    recipe = _on(grid, onset_recipe() if onset else keyword_recipe(("up",)))
    rendered = render(events, recipe, grid.num_frames(num_samples))
    assert rendered.labels.shape == rendered.weights.shape == (grid.num_frames(num_samples),)
    assert len(rendered.anchors) == len(events)
    for anchor in rendered.anchors:
        assert anchor.frame == grid.frame_of(anchor.time)
        if anchor.frame < len(rendered.labels):
            assert rendered.labels[anchor.frame] == 1
            assert rendered.weights[anchor.frame] == 5.0


@pytest.mark.parametrize("seconds", [0, TEN_HOURS])
@each_grid
def test_the_shortest_and_the_longest_recording_are_rendered_whole(
    grid: FrameGrid, seconds: int
) -> None:
    frames = grid.num_frames(seconds * grid.sample_rate)
    recipe = _on(grid, keyword_recipe(("up",)))
    assert len(render([_keyword(float(seconds))], recipe, frames).labels) == frames


@each_grid
def test_no_frame_is_labelled_before_it_has_seen_the_event(grid: FrameGrid) -> None:
    rate = grid.sample_rate
    for sample in (rate // 2, rate // 2 + 1, rate // 2 + grid.hop - 1):
        rendered = render(
            [_keyword(sample / rate)],
            _on(grid, keyword_recipe(("up",))),
            grid.num_frames(2 * rate),
        )
        labelled = np.flatnonzero(rendered.labels)
        assert grid.frame_end(int(labelled[0])) >= sample
        assert grid.frame_end(int(labelled[0]) - 1) < sample


@given(grids, st.integers(0, 60), st.integers(1, 40_000))
def test_targets_of_a_crop_at_a_hop_are_the_crop_of_the_targets(
    grid: FrameGrid, hops: int, sample: int
) -> None:
    recipe = _on(grid, keyword_recipe(("up",)))
    first, rate = grid.samples_in(hops), grid.sample_rate
    if (sample - first) % grid.hop == 0:
        sample += 1  # an instant on a hop's edge is that of frame 0 in audio that begins with it
    assume(sample > grid.latency - grid.hop)  # else frame 0 stands for an earlier one
    samples = np.zeros(3 * rate, np.float32)
    assume(first <= len(samples) and sample < len(samples))
    event = _keyword(sample / rate)
    whole = Example(samples, rate, (event,))
    cropped = crop(whole, first=first, length=len(samples))
    found, expected = targets(cropped, recipe), targets(whole, recipe)
    if sample <= first:
        assert not found.anchors and not found.labels.any() and (found.weights == 1.0).all()
        return
    if sample <= first + grid.latency - grid.hop:
        assert found.anchors[0].frame == 0
        return
    frames = len(found.labels)
    assert found.anchors[0].frame == expected.anchors[0].frame - hops
    assert found.labels.tolist() == expected.labels[hops : hops + frames].tolist()
    assert found.weights.tolist() == expected.weights[hops : hops + frames].tolist()


@settings(max_examples=60)
@given(grids, st.lists(st.integers(0, 3_000), max_size=5))
def test_features_have_the_grid_s_frames_whole_and_in_pieces(
    grid: FrameGrid, sizes: list[int]
) -> None:
    samples = np.random.default_rng(1).standard_normal(sum(sizes)).astype(np.float32) * 0.1
    config = LogMelConfig(num_bins=8)
    whole = log_mel(samples, grid, config)
    assert whole.shape == (grid.num_frames(len(samples)), 8)
    online = OnlineLogMel(grid, config)
    pieces, received = [np.zeros((0, 8), np.float32)], 0
    for piece in np.split(samples, np.cumsum(sizes)[:-1]) if sizes else []:
        pieces.append(online.accept(piece))
        received += len(piece)
        known = sum(grid.frame_end(t) <= received for t in range(received + 1))
        assert sum(map(len, pieces)) == known
    streamed = np.concatenate([*pieces, online.flush()])
    assert np.array_equal(streamed[: len(whole)], whole)
    assert len(streamed) == len(whole) or grid.after < 0


@each_grid
def test_a_feature_frame_hears_its_window_and_nothing_else(grid: FrameGrid) -> None:
    length = 10 * (grid.window + grid.hop)
    for at in (0, 1, length // 2, length // 2 + grid.hop // 2, length - 1):
        samples = np.zeros(length, np.float32)
        samples[at] = 0.9
        features = log_mel(samples, grid, LogMelConfig(num_bins=8, floor=-16.0))
        loud = set(np.flatnonzero((features > -15.0).any(axis=1)).tolist())
        inside = {
            t
            for t in range(len(features))
            if grid.frame_start(t) < at < grid.frame_end(t) - 1  # the window is 0 at its ends
        }
        around = {t for t in range(len(features)) if grid.frame_start(t) <= at < grid.frame_end(t)}
        assert inside <= loud <= around


def test_on_kaldi_s_grid_the_features_are_kaldi_s() -> None:
    samples = (0.1 * np.random.default_rng(2).standard_normal(8_000)).astype(np.float32)
    options = knf.FbankOptions()
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = 40
    fbank = knf.OnlineFbank(options)
    fbank.accept_waveform(16_000, (samples * 32_768).tolist())
    fbank.input_finished()
    expected = np.stack([fbank.get_frame(t) for t in range(fbank.num_frames_ready)])
    assert np.array_equal(log_mel(samples, kaldi_grid()), np.maximum(expected, 3.0))


@each_grid
def test_a_detection_comes_when_its_frame_is_known_and_no_earlier(grid: FrameGrid) -> None:
    posteriors = np.zeros((20, 2), np.float32)
    posteriors[7, 1] = 1.0
    config = EventConfig(smooth_ms=0)
    trigger = Trigger(grid, ("background", "up"), threshold=0.5, config=TriggerConfig(smooth_ms=0))
    (detection,) = trigger.accept(posteriors)
    end = grid.origin + 7 * grid.hop + grid.window
    assert detection.time == end / grid.sample_rate
    track = class_track(Streamed("a", posteriors, (), 0), 1, grid, config)
    assert instants(np.flatnonzero(track.scores), grid).tolist() == [end]


@each_grid
def test_the_tail_of_an_evaluated_recording_leaves_time_for_late_detections(
    grid: FrameGrid,
) -> None:
    config = EventConfig()
    num_samples = 3 * grid.sample_rate + 17
    last = grid.num_frames(num_samples + tail_samples(config, grid)) - 1
    assert grid.frame_end(last) >= num_samples + config.window(grid)[1]


@each_grid
def test_the_plot_of_an_utterance_has_an_energy_for_each_frame(grid: FrameGrid) -> None:
    plot = pytest.importorskip("sal_anchors_cli.plot")
    for num_samples in (0, 1, grid.window, grid.window + grid.hop - 1, 5_000):
        frames = grid.num_frames(num_samples)
        if frames:
            energy = plot._frame_energy(np.ones(num_samples, np.float32), grid, frames)
            assert energy.shape == (frames,)


@pytest.mark.parametrize("name", ["kaldi", "torch centred"])
def test_a_detector_is_trained_evaluated_and_streamed_on_it(
    name: str, tone_manifest: Callable[..., Manifest], tmp_path: Path
) -> None:
    grid = GRIDS[name]
    manifest = tone_manifest(train=4, dev=2, test=2, recipe=_on(grid, keyword_recipe(("up",))))
    assert manifest.grid == grid
    assert all(row.num_frames == grid.num_frames(row.num_samples) for row in manifest.rows())
    config = TrainConfig(epochs=1, model=GRUConfig(hidden=4, projection=4))
    checkpoint = load_checkpoint(train(manifest, tmp_path, config).checkpoint)
    assert checkpoint.grid == grid
    assert evaluate(checkpoint, manifest).overall.positives == 1
    detector = StreamingDetector(checkpoint)
    posteriors = [detector.accept(np.zeros(16_017, np.float32)), detector.flush()]
    assert sum(map(len, posteriors)) == grid.num_frames(16_017)
    other = tone_manifest(train=0, dev=0, test=2)
    with pytest.raises(GridMismatchError, match=r"they differ in origin.*, after") as caught:
        evaluate(checkpoint, other)
    assert f"checkpoint is on the {grid}, {other.path} is on the {other.grid}" in str(caught.value)
