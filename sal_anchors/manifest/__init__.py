"""The manifest on disk: one row an utterance, in Parquet, with a JSON header."""

from sal_anchors.manifest.header import Header
from sal_anchors.manifest.read import Manifest
from sal_anchors.manifest.row import Row
from sal_anchors.manifest.select import Select
from sal_anchors.manifest.write import write_manifest

__all__ = ["Header", "Manifest", "Row", "Select", "write_manifest"]
