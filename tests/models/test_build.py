from __future__ import annotations

import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from sal_anchors.models import (
    MODELS,
    GRUConfig,
    LSTMConfig,
    ModelConfig,
    TCNConfig,
    build_model,
    model_card,
)
from sal_anchors.timebase import FrameGrid

configurations = TypeAdapter(ModelConfig)


def test_the_kind_says_which_network_and_without_one_it_is_a_gru() -> None:
    assert configurations.validate_python({"hidden": 8}) == GRUConfig(hidden=8)
    for kind, config in MODELS.items():
        assert configurations.validate_python({"kind": kind, "stride": 2}) == config(stride=2)
        assert configurations.validate_json(config().model_dump_json()) == config()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hiden": 3}, "hiden"),
        ({"hidden": 1_000_000}, "1000000"),
        ({"kind": "transformer"}, "'transformer'.*'gru', 'lstm', 'tcn', 'bcresnet', 'crnn'"),
        ({"kind": "tcn", "projection": 8}, "projection"),
        ({"kind": "lstm", "projection": 0, "stride": 2}, "projection of at least 1 unit"),
    ],
)
def test_options_that_are_not_the_networks_are_errors(values, message) -> None:
    with pytest.raises(ValidationError, match=message):
        configurations.validate_python(values)


def test_normalisation_is_part_of_the_weights() -> None:
    network = build_model(GRUConfig(), 40, 3)
    network.normalise_by(torch.full((40,), 8.0), torch.zeros(40))
    state = network.state_dict()
    assert (state["mean"] == 8).all()
    assert (state["std"] > 0).all()


def test_costs_are_those_counted_by_hand() -> None:
    grid = FrameGrid()
    gru = model_card(build_model(GRUConfig(hidden=72, projection=48), 40, 2), "gru", grid)
    per_frame = 40 * 48 + 3 * 72 * (48 + 72) + 72 * 2
    assert gru.macs_per_second == 100 * per_frame
    assert gru.parameters == per_frame + 48 + 2 * 3 * 72 + 2
    lstm = model_card(build_model(LSTMConfig(stride=4, look_ahead=2), 40, 2), "lstm", grid)
    assert lstm.macs_per_second == 25 * (6 * 40 * 48 + 4 * 64 * (48 + 64) + 64 * 2)
    config = TCNConfig(hidden=10, kernel=3, dilations=(1, 2), stacks=1)
    tcn = model_card(build_model(config, 40, 2), "tcn", grid)
    assert tcn.macs_per_second == 100 * (3 * 40 * 10 + 2 * (3 * 10 + 2 * 100) + 20)


def test_a_card_states_reach_and_delay_in_frames_and_milliseconds() -> None:
    config = TCNConfig(kernel=3, dilations=(1, 2), stacks=2, stride=2, look_ahead=3)
    card = model_card(build_model(config, 40, 2), "tcn", FrameGrid())
    # 3 taps and the look-ahead at 10 ms, then 2 * (2 * 1 + 2 * 2) frames of 20 ms
    assert card.receptive_field == 3 + 3 + 2 * 12
    assert (card.look_ahead, card.stride, card.delay) == (3, 2, 5)
    assert "sees 30 frames (300 ms), look-ahead 3 frames (30 ms), delay 5 frames (50 ms)" in str(
        card
    )
    recurrent = model_card(build_model(GRUConfig(), 40, 2), "gru", FrameGrid())
    assert recurrent.receptive_seconds is None
    assert "sees all of the past" in str(recurrent)
    assert "delay 1 frames (10 ms)" in str(recurrent)
