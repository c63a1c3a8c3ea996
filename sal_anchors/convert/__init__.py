"""Manifests to and from other formats, and annotations made by people as events."""

from sal_anchors.convert.convert import convert
from sal_anchors.convert.format import Account, ConvertError, ConvertOptions

__all__ = ["Account", "ConvertError", "ConvertOptions", "convert"]
