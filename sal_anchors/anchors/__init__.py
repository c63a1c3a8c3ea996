"""Anchors: events on a frame grid, and the labels and weights rendered from them."""
