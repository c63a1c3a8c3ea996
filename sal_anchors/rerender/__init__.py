"""Labels and weights of a manifest by another recipe, from the alignments stored in it."""

from sal_anchors.rerender.events import event_source
from sal_anchors.rerender.run import render_staged, rerender

__all__ = ["event_source", "render_staged", "rerender"]
