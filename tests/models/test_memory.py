from __future__ import annotations

import math
from typing import Literal

import pytest
import torch
from torch import nn

from sal_anchors.models import GRUConfig, build_model
from sal_anchors.models.memory import LONGEST, begin_with_memory
from sal_anchors.models.recurrent import Recurrent


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_an_untrained_cell_still_knows_after_a_while_what_it_was_told(
    cell: Literal["gru", "lstm"],
) -> None:
    torch.manual_seed(0)
    layer = Recurrent(cell, inputs=16, hidden=64, layers=1)
    assert _kept(layer.cell) > 0.3
    assert _kept((nn.GRU if cell == "gru" else nn.LSTM)(16, 64, batch_first=True)) < 0.1


@torch.no_grad()
def _kept(cell: nn.GRU | nn.LSTM) -> float:
    """How alike two states are, 15 frames after they began in opposite ones, to how they began;
    0 if they are the same by then."""
    begin = torch.randn(1, 1, cell.hidden_size).tanh()
    silence = torch.zeros(1, 15, cell.input_size)
    ends = []
    for state in (begin, -begin):
        _, after = cell(silence, state if isinstance(cell, nn.GRU) else (state.tanh(), state))
        ends.append(after if isinstance(cell, nn.GRU) else after[1])
    return float((ends[0] - ends[1]).norm() / (2 * begin.norm()))


@pytest.mark.parametrize(("kind", "gates"), [(nn.GRU, 3), (nn.LSTM, 4)])
def test_gates_begin_orthogonal_and_memories_last_one_to_the_longest_frame(kind, gates) -> None:
    cell = kind(8, 32, 2)
    begin_with_memory(cell)
    for layer in range(2):
        for gate in getattr(cell, f"weight_hh_l{layer}").chunk(gates):
            torch.testing.assert_close(gate @ gate.T, torch.eye(32), atol=1e-5, rtol=0)
        assert not getattr(cell, f"bias_hh_l{layer}").any()
        keeps, *_ = getattr(cell, f"bias_ih_l{layer}").chunk(gates)[1:]
        assert ((keeps >= 0) & (keeps <= math.log(LONGEST - 1))).all()
        assert keeps.max() > 2
    others = [0, 2] if kind is nn.GRU else [2, 3]
    assert not any(cell.bias_ih_l0.chunk(gates)[gate].any() for gate in others)


def test_before_training_the_background_is_as_much_likelier_as_was_asked_for() -> None:
    model = build_model(GRUConfig(hidden=8, projection=4), 40, 5)
    model.begin_with_background(20.0)
    with torch.no_grad():
        model.head.weight.zero_()
    posteriors = model(torch.zeros(1, 3, 40))[0].softmax(-1)
    torch.testing.assert_close(posteriors[..., 1:], torch.full((1, 3, 4), 1 / 24))
    torch.testing.assert_close(posteriors[..., 0], torch.full((1, 3), 20 / 24))
