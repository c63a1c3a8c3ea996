"""Corpora: utterances, and the layouts on disk that they are read from."""

from sal_anchors.corpus.sidecar import read_sidecar_corpus
from sal_anchors.corpus.split import assign_split
from sal_anchors.corpus.utterance import Utterance

__all__ = ["Utterance", "assign_split", "read_sidecar_corpus"]
