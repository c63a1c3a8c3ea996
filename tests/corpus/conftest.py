"""A folder to build small corpora in, from a real recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from sal_anchors.accounting import Failure, Reason
from sal_anchors.corpus import Corpus, CorpusOptions, Utterance, read_corpus


class Workshop:
    """Builds a corpus in ``root`` and reads it."""

    def __init__(self, root: Path, speech: np.ndarray, rate: int):
        self.root = root
        self._speech, self._rate = speech, rate
        root.mkdir()

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a text file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def clip(self, *names: str) -> None:
        """Write a tenth of a second of speech under each name."""
        for name in names:
            path = self.put(name, "")
            suffix = "NIST" if path.suffix == ".sph" else None
            soundfile.write(path, self._speech, self._rate, format=suffix)

    def read(self, **options: Any) -> Corpus:
        """The corpus."""
        return read_corpus(self.root, CorpusOptions(**options))

    def items(self, **options: Any) -> dict[str, Utterance | Failure]:
        """Its items by id; ids are unique, in order, and all audio is below the audio root."""
        corpus = self.read(**options)
        items = {
            item.id if isinstance(item, Utterance) else item.utterance.id: item
            for item in corpus.items
        }
        assert len(items) == len(corpus.items)
        assert list(items) == sorted(items)
        for item in corpus.items:
            audio = item.audio if isinstance(item, Utterance) else item.utterance.audio
            assert ".." not in audio.relative_to(corpus.audio_root).parts
            if isinstance(item, Failure):
                assert item.message
        return items

    def utterances(self, **options: Any) -> dict[str, Utterance]:
        """Its items by id, none of which failed."""
        items = self.items(**options)
        failed = [item.message for item in items.values() if isinstance(item, Failure)]
        assert not failed
        return {id_: item for id_, item in items.items() if isinstance(item, Utterance)}

    def failures(self, **options: Any) -> dict[str, Failure]:
        """Those of its items that failed, by id."""
        return {
            id_: item for id_, item in self.items(**options).items() if isinstance(item, Failure)
        }

    def reasons(self, **options: Any) -> dict[str, Reason]:
        """The reasons of those that failed, by id."""
        return {id_: failure.reason for id_, failure in self.failures(**options).items()}


@pytest.fixture
def workshop(tmp_path: Path, prompts: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """An empty corpus folder; a command that were run would run in the folder above it."""
    monkeypatch.chdir(tmp_path)
    speech, rate = soundfile.read(prompts / "sorry.flac", frames=1_600, start=3_200)
    return Workshop(tmp_path / "corpus", speech, rate)
