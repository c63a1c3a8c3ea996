"""Transforms of audio and events together: an event stays where its sound is.

Each is pure: it returns a new :class:`Example` in which every field survives. Labels and weights
are rendered anew afterwards, by :func:`targets`. ``example`` says which fields are moments and
lengths of time; ``cropping``, ``extending`` and ``resampling`` change times; ``mixing``, ``room``
and ``channel`` change sound alone; ``masking`` works on features.
"""

from __future__ import annotations

from sal_anchors.augment.channel import Codec, band_limit, telephone
from sal_anchors.augment.cropping import crop
from sal_anchors.augment.drawing import generator
from sal_anchors.augment.example import Example, Samples
from sal_anchors.augment.extending import LOW_NOISE_RMS, concatenate, pad, shift
from sal_anchors.augment.masking import mask
from sal_anchors.augment.mixing import Colour, add_noise, gain, mix, noise
from sal_anchors.augment.rendering import targets
from sal_anchors.augment.resampling import resample, speed
from sal_anchors.augment.room import direct_path, reverberate

__all__ = [
    "LOW_NOISE_RMS",
    "Codec",
    "Colour",
    "Example",
    "Samples",
    "add_noise",
    "band_limit",
    "concatenate",
    "crop",
    "direct_path",
    "gain",
    "generator",
    "mask",
    "mix",
    "noise",
    "pad",
    "resample",
    "reverberate",
    "shift",
    "speed",
    "targets",
    "telephone",
]
