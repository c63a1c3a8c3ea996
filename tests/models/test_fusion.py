from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sal_anchors.models import (
    BCResNetConfig,
    FusionConfig,
    GRUConfig,
    SensorConfig,
    StreamingModel,
    TCNConfig,
    build_fusion,
)

from .models import FEATURES, small, sound

STREAMS = (
    SensorConfig(name="wrist", rate=50, channels=3),
    SensorConfig(name="gyro", rate=10, channels=2, resampling="linear"),
)
COLUMNS = FEATURES + 5
WAYS = [
    ("early", "gru", (1, 0)),
    ("early", "tcn", (3, 2)),
    ("late", "gru", (2, 0)),
    ("late", "tcn", (1, 2)),
    ("late", "bcresnet", (2, 1)),
]


def fused(mode: str, audio: str, timing: tuple[int, int] = (1, 0), **options) -> StreamingModel:
    torch.manual_seed(0)
    config = FusionConfig(
        mode=mode,
        streams=STREAMS,
        audio=small(audio),
        sensor=small("gru" if audio == "gru" else "tcn"),
        stride=timing[0],
        look_ahead=timing[1],
        **options,
    )
    model = build_fusion(config, FEATURES, 3)
    for _ in range(20):
        model(sound(4, 80, features=COLUMNS))
    return model.eval()


@pytest.mark.parametrize(("mode", "audio", "timing"), WAYS)
@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_a_stream_in_any_pieces_gives_the_logits_of_the_whole(mode, audio, timing, sizes) -> None:
    model = fused(mode, audio, timing)
    features = sound(2, sum(sizes), features=COLUMNS)
    features[0, 5:15, FEATURES : FEATURES + 3] = torch.nan
    features[1, :, FEATURES + 3 :] = torch.nan
    state, pieces = None, []
    with torch.inference_mode():
        whole, _ = model(features)
        for piece in features.split(sizes, dim=1):
            logits, state = model(piece, state)
            pieces.append(logits)
    assert whole.isfinite().all()
    assert whole.shape[1] == model.reach.num_outputs(sum(sizes))
    torch.testing.assert_close(torch.cat(pieces, dim=1), whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("mode", "audio", "timing"), WAYS)
def test_every_stream_is_seen_and_none_of_them_early(mode, audio, timing) -> None:
    model = fused(mode, audio, timing)
    features = sound(2, 100, features=COLUMNS).requires_grad_()
    output = 20
    model(features)[0][:, output].square().sum().backward()
    seen = features.grad.abs().sum(0)
    newest = output * timing[0] + timing[1]
    assert not seen[newest + 1 :].any()
    for columns in (slice(0, FEATURES), slice(FEATURES, FEATURES + 3), slice(FEATURES + 3, None)):
        assert seen[: newest + 1, columns].any()


def test_an_absent_stream_is_not_the_same_as_one_that_reads_its_mean() -> None:
    model = fused("late", "gru")
    features = sound(1, 30, features=COLUMNS)
    absent, mean = features.clone(), features.clone()
    absent[..., FEATURES : FEATURES + 3] = torch.nan
    mean[..., FEATURES : FEATURES + 3] = 0.0
    with torch.inference_mode():
        assert not torch.allclose(model(absent)[0], model(mean)[0], atol=1e-4)


def test_modality_dropout_takes_streams_away_in_training_only_and_never_all() -> None:
    fusion = fused("early", "gru", modality_dropout=0.6).network.layers[0]
    inputs = torch.ones(400, COLUMNS, 4)
    seen = torch.stack([s[:, 0] for s in fusion.train()._present(inputs)], 1)
    assert (seen == seen[..., :1]).all()
    kept = seen[..., 0]
    assert (kept.sum(1) >= 1).all()
    assert ((kept.mean(0) > 0.35) & (kept.mean(0) < 0.65)).all()
    assert all((stream == 1).all() for stream in fusion.eval()._present(inputs))


@pytest.mark.parametrize("mode", ["early", "late"])
def test_it_learns_to_trigger_only_on_both(mode) -> None:
    torch.manual_seed(0)
    config = FusionConfig(
        mode=mode,
        streams=STREAMS[:1],
        audio=GRUConfig(hidden=12, projection=8),
        sensor=GRUConfig(hidden=8, projection=4),
        dropout=0,
        modality_dropout=0,
    )
    model = build_fusion(config, 4, 2)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)

    def drawn() -> tuple[torch.Tensor, torch.Tensor]:
        word, motion = torch.rand(2, 32).round()
        features = 0.3 * torch.randn(32, 12, 7)
        features[:, 4, :4] += 2 * word[:, None]
        features[:, 6, 4:] += 2 * motion[:, None]
        return features, (word * motion).long()

    for _ in range(120):
        features, both = drawn()
        loss = torch.nn.functional.cross_entropy(model(features)[0][:, -1], both)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    features, both = drawn()
    assert (model.eval()(features)[0][:, -1].argmax(-1) == both).float().mean() > 0.95


def test_networks_on_images_are_refused_where_columns_are_no_frequencies() -> None:
    with pytest.raises(ValidationError, match="late fusion, else one of gru, lstm, tcn"):
        FusionConfig(mode="early", streams=STREAMS, audio=BCResNetConfig())
    with pytest.raises(ValidationError, match="frequencies only"):
        FusionConfig(streams=STREAMS, sensor=BCResNetConfig())
    with pytest.raises(ValidationError, match="same name: wrist, wrist"):
        FusionConfig(streams=STREAMS[:1] * 2)


def test_a_configuration_survives_json() -> None:
    config = FusionConfig(mode="late", streams=STREAMS, audio=BCResNetConfig(), sensor=TCNConfig())
    assert FusionConfig.model_validate_json(config.model_dump_json()) == config
