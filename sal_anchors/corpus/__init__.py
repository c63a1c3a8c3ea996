"""Corpora: utterances, and the layouts on disk that they are read from."""

from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.read import Corpus, read_corpus, read_sidecar_corpus
from sal_anchors.corpus.split import assign_split
from sal_anchors.corpus.utterance import Utterance

__all__ = [
    "Corpus",
    "CorpusOptions",
    "Utterance",
    "assign_split",
    "read_corpus",
    "read_sidecar_corpus",
]
