"""The recordings that annotations may belong to."""

from __future__ import annotations

from pathlib import Path

from sal_anchors.accounting import Failure, Status
from sal_anchors.corpus.options import CorpusOptions
from sal_anchors.corpus.read import read_corpus
from sal_anchors.corpus.tree import require_audio, scan, stem_of
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.manifest import Manifest
from sal_anchors.manifest.header import HEADER_NAME
from sal_anchors.manifest.row import Row


def manifest_at(path: Path) -> Manifest | None:
    """The manifest in a folder; None if it is a folder of audio."""
    return Manifest.open(path) if (path / HEADER_NAME).is_file() else None


def utterances_of(path: Path, layout: str | None) -> tuple[list[Utterance | Failure], Path]:
    """The recordings of a folder, in order of their ids, and the folder that holds all audio.

    Args:
        path: a folder of audio, or a manifest: then its rows are the utterances, with their
            stretches, transcripts, speakers and splits.
        layout: of the folder as a corpus; None to take each audio file as an utterance.

    Raises:
        CorpusError: no audio in it.
    """
    if manifest := manifest_at(path):
        rows = sorted(manifest.rows(), key=lambda row: row.id)
        return [_utterance(row, manifest) for row in rows], manifest.audio_root
    if layout is not None:
        corpus = read_corpus(path, CorpusOptions(layout=layout))
        return corpus.items, corpus.audio_root
    tree = scan(path)
    require_audio(tree)
    named: dict[str, str] = {}
    for name in tree.audio:
        id_ = stem_of(name)
        named[name if id_ in named else id_] = name
    return [Utterance(id=id_, audio=tree.path(name)) for id_, name in named.items()], path


def _utterance(row: Row, manifest: Manifest) -> Utterance | Failure:
    utterance = Utterance(
        id=row.id,
        audio=manifest.audio_path(row),
        start=row.start,
        duration=row.duration or None,
        channel=row.channel,
        transcript=row.transcript,
        speaker=row.speaker,
        split=row.split,
        streams=row.streams,
    )
    if row.reason is not None and (row.status is Status.SKIPPED or not row.duration):
        return Failure(utterance, row.reason, row.message)
    return utterance
