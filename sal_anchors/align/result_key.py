"""What a result depends on, as one hash: equal keys mean that the engine would say the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sal_anchors import __version__
from sal_anchors.align.aligner import Aligner
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.normalise import normalise
from sal_anchors.audio import content_hash
from sal_anchors.corpus.utterance import Utterance


class ResultKeys:
    """Makes the key of each utterance for one engine and lexicon.

    The key is the SHA-256 of the audio file's content hash, the stretch and channel taken from
    it, transcript, language, the words it is normalised to, the user's pronunciations of these
    words, whether pronunciations are guessed, and the engine's name, version, model and settings
    with the version of this package. Ids, file names, speakers, splits and keywords are not part
    of it.
    """

    def __init__(self, aligner: Aligner, lexicon: Lexicon):
        provenance = aligner.provenance
        self._engine = [
            __version__,
            provenance.engine,
            provenance.version,
            provenance.model,
            sorted(provenance.settings),
            aligner.capabilities.phones,
            lexicon.guess,
        ]
        self._lexicon = lexicon

    def key(self, utterance: Utterance) -> bytes | None:
        """32 bytes; None if the audio cannot be read, since then there is nothing to keep."""
        content = _hash_of(utterance.audio)
        if content is None:
            return None
        words = normalise(utterance.transcript or "", utterance.language).words
        return digest(
            [
                *self._engine,
                content,
                utterance.start,
                utterance.duration,
                utterance.channel,
                utterance.transcript,
                utterance.language,
                words,
                {word: self._lexicon.user(word) for word in sorted(set(words))},
            ]
        )


def digest(values: Any) -> bytes:
    """SHA-256 of the canonical JSON text of plain values."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _hash_of(path: Path) -> str | None:
    try:
        return content_hash(path) if path.is_file() else None
    except OSError:
        return None
