"""From a folder to utterances: every file and row of it becomes one, or a failure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.corpus.detect import layout_of
from sal_anchors.corpus.entry import Entry, id_fault
from sal_anchors.corpus.options import CorpusOptions, compiled
from sal_anchors.corpus.places import Places, places_of
from sal_anchors.corpus.split import SPLITS, split_within
from sal_anchors.corpus.stream import StreamRef
from sal_anchors.corpus.tree import scan
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus as it was read.

    Attributes:
        items: an utterance or a failure for each that the layout tells of, in order of their
            ids, which are unique. The audio of each lies below ``audio_root``.
        layout: the layout's name.
        audio_root: the folder that holds all audio.
    """

    items: list[Utterance | Failure]
    layout: str
    audio_root: Path


def read_corpus(root: Path, options: CorpusOptions | None = None) -> Corpus:
    """Read a corpus folder, or the table of one.

    Args:
        root: the folder; for the table layouts the table itself may be named.
        options: what the folder does not tell; None to detect all.

    Raises:
        CorpusError: the folder is absent, its layout cannot be told, it lacks a file that the
            layout needs, or a pattern of the options fits no id. What is wrong with one utterance
            is a Failure among the items instead.
    """
    options = options or CorpusOptions()
    tree = scan(root)
    layout = layout_of(tree, options.layout)
    entries = sorted(layout.entries(tree, options), key=lambda entry: entry.id)
    if not entries:
        raise CorpusError(
            f"no utterance in it, read as {layout.name}",
            where=root,
            hint="Name another --layout, or the folder that holds the audio",
        )
    patterned = _by_patterns(entries, options)
    places = places_of(tree.root, options.audio_root, patterned)
    items = [_item(entry, places, options) for entry in _unique(patterned)]
    return Corpus(sorted(items, key=_id_of), layout.name, places.audio_root)


def read_sidecar_corpus(root: Path) -> Iterator[Utterance | Failure]:
    """The items of a corpus of audio files with their transcripts beside them."""
    yield from read_corpus(root, CorpusOptions(layout="sidecar")).items


def _id_of(item: Utterance | Failure) -> str:
    return item.id if isinstance(item, Utterance) else item.utterance.id


def _by_patterns(entries: list[Entry], options: CorpusOptions) -> list[Entry]:
    """The entries with speaker and split as the user's patterns find them in the ids."""
    speaker = compiled("speaker_pattern", options.speaker_pattern)
    split = compiled("split_pattern", options.split_pattern)
    found: dict[str, int] = {"speaker_pattern": 0, "split_pattern": 0}
    result = []
    for entry in entries:
        if speaker and (match := speaker.search(entry.id)) and match[1]:
            found["speaker_pattern"] += 1
            entry = replace(entry, speaker=match[1])
        if split and (match := split.search(entry.id)) and match[1]:
            found["split_pattern"] += 1
            entry = replace(entry, split=match[1])
        result.append(entry)
    for name, count in found.items():
        pattern = getattr(options, name)
        if pattern is not None and not count:
            raise CorpusError(
                f"the {name.replace('_', ' ')} {pattern!r} is found in no id, "
                f"such as {entries[0].id!r}",
                hint="Correct it; it is searched in the id",
            )
    return result


def _unique(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries with ids that can name files and are given once; others get new ids and a
    problem. An entry without problems comes before another of its id."""
    ordered = sorted(entries, key=lambda entry: (entry.id, entry.problem is not None))
    given: dict[str, Entry] = {}
    for entry in ordered:
        fault = id_fault(entry.id)
        if fault:
            safe = entry.where.replace("\\", "/")
            problem = entry.problem or (Reason.BAD_ROW, f"{entry.where}: {fault}")
            entry = replace(entry, id=safe if not id_fault(safe) else "unnamed", problem=problem)
        first = given.get(entry.id)
        if first is not None:
            message = (
                f"{entry.where}: the id {entry.id!r} was given before, in {first.where}; "
                "give each utterance an id of its own"
            )
            problem = entry.problem or (Reason.DUPLICATE_ID, message)
            entry = replace(entry, id=_free(entry.id, given), problem=problem)
        given[entry.id] = entry
        yield entry


def _free(id_: str, given: dict[str, Entry]) -> str:
    number = 2
    while f"{id_} ({number})" in given:
        number += 1
    return f"{id_} ({number})"


def _item(entry: Entry, places: Places, options: CorpusOptions) -> Utterance | Failure:
    audio = places.place(entry.audio, relative=not entry.absolute)
    split, problem = entry.split, entry.problem
    if problem is None and audio is None:
        problem = (
            Reason.OUTSIDE_ROOT,
            f"{entry.where}: {str(entry.audio)[:300]!r} is not below {places.audio_root}; move it "
            "there, or name the folder that holds all audio with --audio-root",
        )
    if problem is None and not os.path.isfile(audio or ""):  # noqa: PTH113 -- it never raises
        problem = (
            Reason.MISSING_AUDIO,
            f"{str(audio)[:300]}: no such file, named in {entry.where}; put it back, or name the "
            "folder that relative paths start from with --audio-root",
        )
    if split is not None and split not in SPLITS:
        split = split_within(split)
        if split is None and problem is None:
            problem = (
                Reason.BAD_ROW,
                f"{entry.where}: the split {entry.split!r} is none of {', '.join(SPLITS)}",
            )
    streams, problem = _streams(entry, places, problem)
    utterance = Utterance(
        id=entry.id,
        audio=audio or places.audio_root,
        start=entry.start,
        duration=entry.duration,
        channel=entry.channel if options.channel is None else options.channel,
        transcript=entry.transcript,
        speaker=entry.speaker,
        split=split,
        language=entry.language or options.language,
        streams=streams,
    )
    return utterance if problem is None else Failure(utterance, *problem)


def _streams(
    entry: Entry, places: Places, problem: tuple[Reason, str] | None
) -> tuple[tuple[StreamRef, ...], tuple[Reason, str] | None]:
    """The streams with their paths under the audio root, and what is wrong with the entry."""
    placed = []
    for stream in entry.streams:
        path = places.place(Path(stream.path), relative=not entry.absolute)
        told = f"{stream.path[:300]}: stream {stream.name!r} of {entry.where}"
        if path is None:
            problem = problem or (
                Reason.OUTSIDE_ROOT,
                f"{told} is not below {places.audio_root}; move it there",
            )
            continue
        if not os.path.isfile(path):  # noqa: PTH113
            problem = problem or (
                Reason.MISSING_STREAM,
                f"{told}: no such file; put it back, or take it out of the table",
            )
        placed.append(replace(stream, path=path.relative_to(places.audio_root).as_posix()))
    return tuple(placed), problem
