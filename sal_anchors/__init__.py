"""Training targets for streaming speech detectors: anchors, labels and loss weights a frame."""

__version__ = "0.1.0"
