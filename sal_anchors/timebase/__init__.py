"""The frame grid: the only place where time and frames meet.

``convention`` says where named conventions put their frames, ``grid`` converts between time and
frames, ``extractors`` gives the grids of feature extractors by their own parameters.
"""

from __future__ import annotations

from sal_anchors.timebase.convention import Convention
from sal_anchors.timebase.extractors import grid_in_ms, kaldi_grid, stft_grid
from sal_anchors.timebase.grid import FrameGrid, Placement

__all__ = ["Convention", "FrameGrid", "Placement", "grid_in_ms", "kaldi_grid", "stft_grid"]
