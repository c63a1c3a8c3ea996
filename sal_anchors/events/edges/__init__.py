"""Edge refinement: from coarse word edges to exact ones, each with its uncertainty."""

from sal_anchors.events.edges.refine import refine_words

__all__ = ["refine_words"]
