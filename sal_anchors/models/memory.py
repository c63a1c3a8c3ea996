"""Weights of recurrent cells before training, such that they remember from the first step on."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LONGEST = 50
"""Frames that the units with the longest memory keep it for, before training."""


@torch.no_grad()
def begin_with_memory(cell: nn.GRU | nn.LSTM) -> None:
    """Set the weights of a cell; torch's own forget within two frames, and training from them is
    slow and uncertain.

    Recurrent matrices are orthogonal and input matrices Xavier's uniform ones, gate by gate. The
    bias of the gate that keeps the memory, a GRU's update or an LSTM's forget gate, is
    ``log(u)`` with ``u`` uniform in [1, ``LONGEST`` - 1], so that unit by unit the memory lasts
    1 to ``LONGEST`` frames; that of an LSTM's input gate is its negative, other biases are 0
    (chrono initialisation: Tallec and Ollivier, 2018, arXiv 1804.11188).

    Args:
        cell: changed in place, from torch's global generator.
    """
    gates = 3 if isinstance(cell, nn.GRU) else 4
    for name, parameter in cell.named_parameters():
        for gate in parameter.chunk(gates):
            if name.startswith("weight_hh"):
                nn.init.orthogonal_(gate)
            elif name.startswith("weight_ih"):
                nn.init.xavier_uniform_(gate)
            else:
                nn.init.zeros_(gate)
    for layer in range(cell.num_layers):
        _keep(cell, getattr(cell, f"bias_ih_l{layer}"))


def _keep(cell: nn.GRU | nn.LSTM, bias: Tensor) -> None:
    """The biases of the gates that decide what is kept. Order of gates: torch.nn.GRU and LSTM."""
    kept = torch.empty(cell.hidden_size).uniform_(1, LONGEST - 1).log()
    if isinstance(cell, nn.GRU):
        bias.chunk(3)[1].copy_(kept)
    else:
        bias.chunk(4)[1].copy_(kept)
        bias.chunk(4)[0].copy_(-kept)
