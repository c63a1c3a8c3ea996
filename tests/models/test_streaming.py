from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._pytree import tree_leaves, tree_map

from sal_anchors.models import MODELS, Reach, join_states, state_of
from sal_anchors.timebase import FrameGrid, kaldi_grid

from .models import settled, small, sound

each_kind = pytest.mark.parametrize("kind", MODELS)
TIMINGS = [(1, 0), (1, 3), (2, 0), (3, 2), (7, 1)]


def streamed(model, features, sizes):
    state, pieces = None, []
    for piece in features.split(sizes, dim=1):
        logits, state = model(piece, state)
        pieces.append(logits)
    return torch.cat(pieces, dim=1), state


@each_kind
@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.sampled_from(TIMINGS))
def test_a_stream_in_any_pieces_gives_the_logits_of_the_whole(kind, sizes, timing) -> None:
    stride, look_ahead = timing
    model = settled(small(kind, stride=stride, look_ahead=look_ahead))
    features = sound(2, sum(sizes))
    with torch.inference_mode():
        whole, last = model(features)
        pieces, state = streamed(model, features, sizes)
    assert whole.shape == (2, model.reach.num_outputs(sum(sizes)), 3)
    torch.testing.assert_close(pieces, whole, atol=1e-5, rtol=0)
    torch.testing.assert_close(state, last, atol=1e-4, rtol=1e-4)


@each_kind
def test_frame_by_frame_over_three_seconds_nothing_drifts(kind) -> None:
    model = settled(MODELS[kind]())
    features = sound(1, 300)
    with torch.inference_mode():
        whole, _ = model(features)
        pieces, _ = streamed(model, features, 1)
    assert whole.abs().max() > 0.1
    torch.testing.assert_close(pieces, whole, atol=1e-5, rtol=0)


@each_kind
@pytest.mark.parametrize("timing", TIMINGS)
def test_an_output_depends_on_the_stated_inputs_and_no_others(kind, timing) -> None:
    stride, look_ahead = timing
    model = copy.deepcopy(settled(small(kind, stride=stride, look_ahead=look_ahead))).double()
    reach = model.reach
    assert (reach.stride, reach.look_ahead) == timing
    frames = (reach.receptive_field or 20) + 4 * stride
    features = sound(3, frames).double().requires_grad_()
    output = reach.num_outputs(frames) - 2
    model(features)[0][:, output].square().sum().backward()
    seen = (features.grad.abs().sum((0, 2)) > 0).nonzero().flatten()
    newest = output * stride + look_ahead
    oldest = 0 if reach.past is None else newest - reach.receptive_field + 1
    assert newest < frames - 1
    assert oldest > 0 or reach.past is None
    assert seen.tolist() == list(range(oldest, newest + 1))


@each_kind
def test_a_changed_frame_changes_no_logits_outside_its_reach(kind) -> None:
    model = settled(small(kind, stride=2, look_ahead=1))
    reach = model.reach
    features = sound(1, 400)
    other = features.clone()
    other[0, 100] += 5.0
    with torch.inference_mode():
        changed = (model(features)[0] != model(other)[0]).any(-1)[0].nonzero().flatten().tolist()
    assert changed[0] == (100 - 1 + 1) // 2
    if reach.past is not None:
        assert changed[-1] <= (100 + reach.past) // 2


@each_kind
def test_the_default_looks_at_no_later_frame_and_has_up_to_a_hundred_thousand_parameters(
    kind,
) -> None:
    model = settled(MODELS[kind]())
    assert model.reach.look_ahead == 0
    assert model.reach.delay == model.reach.stride == 1
    assert 10_000 < sum(p.numel() for p in model.parameters()) < 100_000


@each_kind
def test_streams_join_to_a_batch_and_part_again(kind) -> None:
    model = settled(small(kind, stride=2))
    first, second = sound(1, 30), sound(1, 30)
    with torch.inference_mode():
        states = [model(stream[:, :13])[1] for stream in (first, second)]
        joined = join_states(states)
        both, after = model(torch.cat([first, second])[:, 13:], joined)
        for index, stream in enumerate((first, second)):
            alone, last = model(stream[:, 13:], states[index])
            torch.testing.assert_close(both[index : index + 1], alone, atol=1e-5, rtol=0)
            torch.testing.assert_close(state_of(after, index), last, atol=1e-5, rtol=0)


@each_kind
def test_a_call_changes_neither_the_state_it_was_given_nor_the_model(kind) -> None:
    model = settled(small(kind))
    with torch.inference_mode():
        _, state = model(sound(2, 9))
        kept = tree_map(torch.clone, state)
        weights = copy.deepcopy(model.state_dict())
        features = sound(2, 5)
        first, _ = model(features, state)
        again, _ = model(features, state)
    assert torch.equal(first, again)
    assert all(map(torch.equal, tree_leaves(state), tree_leaves(kept)))
    assert all(torch.equal(weights[n], w) for n, w in model.state_dict().items())


@each_kind
def test_the_state_is_all_that_a_stream_keeps_and_does_not_grow(kind) -> None:
    model = settled(small(kind))
    with torch.inference_mode():
        _, early = model(sound(1, 200))
        _, late = model(sound(1, 150), early)
    sizes = [[leaf.shape for leaf in tree_leaves(state)] for state in (early, late)]
    assert sizes[0] == sizes[1]
    assert all(leaf.untyped_storage().nbytes() == leaf.nbytes for leaf in tree_leaves(late))


@given(
    st.sampled_from([FrameGrid(), kaldi_grid(), FrameGrid(8_000, 80, 200, "centred")]),
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 40_000),
)
def test_outputs_targets_and_decisions_lie_on_grids_that_agree(
    grid, stride, look_ahead, samples
) -> None:
    reach = Reach(None, look_ahead, stride)
    frames = grid.num_frames(samples)
    targets, decisions = reach.target_grid(grid), reach.decision_grid(grid)
    assert decisions.num_frames(samples) == reach.num_outputs(frames)
    assert targets.num_frames(samples) == reach.num_outputs(frames + look_ahead) or not frames
    for output in range(3):
        newest = output * stride + look_ahead
        assert decisions.frame_end(output) == grid.frame_end(newest)
        assert targets.frame_end(output) == grid.frame_end(output * stride)


@given(st.integers(0, 30_000), st.integers(1, 9), st.integers(0, 9))
def test_an_instant_is_decided_on_at_most_the_delay_later(sample, stride, look_ahead) -> None:
    grid, reach = FrameGrid(), Reach(None, look_ahead, stride)
    output = reach.target_grid(grid).frame_of(grid.time_of(sample))
    waited = reach.decision_grid(grid).frame_end(output) - sample
    if output:
        assert look_ahead * grid.hop <= waited < reach.delay * grid.hop
    else:
        assert waited <= (look_ahead + 1) * grid.hop


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(1, 3)), max_size=4),
    st.integers(0, 3),
)
def test_the_reach_of_layers_does_not_depend_on_how_they_are_grouped(parts, cut) -> None:
    reaches = [Reach(*part) for part in parts]

    def chained(some):
        whole = Reach()
        for reach in some:
            whole = whole.then(reach)
        return whole

    assert chained(reaches) == chained(reaches[:cut]).then(chained(reaches[cut:]))
