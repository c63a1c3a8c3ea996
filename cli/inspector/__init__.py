"""The terminal application of ``sal-anchors inspect``."""
