"""The default engine: pocketsphinx, with the acoustic model and dictionary inside its wheel.

Settings and guards follow measurements on hand-labelled speech (``benchmarks/README.md``).
"""

from sal_anchors.align.pocketsphinx.decoder import new_decoder
from sal_anchors.align.pocketsphinx.engine import PocketsphinxAligner
from sal_anchors.align.pocketsphinx.pronounce import check_lexicon

__all__ = ["PocketsphinxAligner", "check_lexicon", "new_decoder"]
