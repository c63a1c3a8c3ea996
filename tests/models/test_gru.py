from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sal_anchors.models import ModelConfig, StreamingGRU, build_model


def model(**options: int) -> StreamingGRU:
    torch.manual_seed(0)
    return build_model(ModelConfig(**options), 40, 3).eval()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=8),
    st.sampled_from([{}, {"projection": 0}, {"layers": 2, "hidden": 16}]),
)
def test_a_stream_in_any_pieces_gives_the_logits_of_the_whole(
    sizes: list[int], options: dict[str, int]
) -> None:
    network = model(**options)
    features = torch.randn(2, sum(sizes), 40) * 3 + 8
    with torch.inference_mode():
        whole, last = network(features)
        state = None
        pieces = []
        for piece in features.split(sizes, dim=1):
            logits, state = network(piece, state)
            pieces.append(logits)
    torch.testing.assert_close(torch.cat(pieces, dim=1), whole, atol=1e-5, rtol=0)
    torch.testing.assert_close(state, last, atol=1e-5, rtol=0)


def test_logits_depend_on_no_later_frame() -> None:
    network = model()
    features = torch.randn(1, 20, 40).requires_grad_()
    network(features)[0][0, 9].sum().backward()
    assert features.grad is not None
    reached = features.grad[0].abs().sum(-1) > 0
    assert reached[:10].all()
    assert not reached[10:].any()
    assert network.look_ahead_frames == 0


def test_the_default_has_about_thirty_thousand_parameters() -> None:
    count = sum(p.numel() for p in build_model(ModelConfig(), 40, 2).parameters())
    assert 25_000 < count < 35_000


def test_normalisation_is_part_of_the_weights() -> None:
    network = model()
    network.normalise_by(torch.full((40,), 8.0), torch.zeros(40))
    state = network.state_dict()
    assert (state["mean"] == 8).all()
    assert (state["std"] > 0).all()


def test_unknown_options_are_errors() -> None:
    with pytest.raises(ValidationError, match="hiden"):
        ModelConfig(hiden=3)
    with pytest.raises(ValidationError, match="1000000"):
        ModelConfig(hidden=1_000_000)
