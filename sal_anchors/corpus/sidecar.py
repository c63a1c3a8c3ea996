"""The sidecar layout: audio files, each with its transcript beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.audio import SUFFIXES
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import CorpusError

TRANSCRIPT_SUFFIXES = (".txt", ".lab")
_SPLIT_FOLDERS = {
    "train": "train",
    "dev": "dev",
    "val": "dev",
    "valid": "dev",
    "validation": "dev",
    "test": "test",
}


def read_sidecar_corpus(root: Path) -> Iterator[Utterance | Failure]:
    """The utterances of a folder, in order of their ids, at any depth.

    ``a/b.wav`` or ``a/b.flac`` is the utterance ``a/b``; its transcript is ``a/b.txt``, else
    ``a/b.lab``, in UTF-8. A top folder named ``train``, ``dev`` (``val``, ``valid``,
    ``validation``) or ``test`` is taken as the split. Hidden files and folders are left alone.

    Yields:
        An Utterance for each audio file (transcript None where there is no sidecar file). A
        Failure for a transcript without audio, for a second audio file of the same id, and for
        a transcript that is not UTF-8.

    Raises:
        CorpusError: the folder is absent, holds no audio file, or a file name is not UTF-8.
    """
    if not root.is_dir():
        raise CorpusError(
            "no such folder", where=root, hint="Name the folder that holds audio and transcripts"
        )
    groups = _by_stem(root)
    if not any(_audio_files(files) for files in groups.values()):
        raise CorpusError(
            f"no {' or '.join(sorted(SUFFIXES))} file in it, at any depth",
            where=root,
            hint="Put each recording beside its transcript: NAME.wav and NAME.txt",
        )
    for id_ in sorted(groups):
        yield from _utterances(root, id_, groups[id_])


def _by_stem(root: Path) -> dict[str, list[Path]]:
    groups: dict[str, list[Path]] = {}
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in (*SUFFIXES, *TRANSCRIPT_SUFFIXES):
                continue
            _require_unicode(path)
            groups.setdefault(path.relative_to(root).with_suffix("").as_posix(), []).append(path)
    return groups


def _require_unicode(path: Path) -> None:
    """Refuse names that no manifest can hold: bytes of an older encoding, as unzip leaves them."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise CorpusError(
            f"the file name {os.fsencode(path.name)!r} is not UTF-8",
            where=os.fsencode(path.parent).decode(errors="replace"),
            hint="Rename it, for all files such as: convmv -f latin1 -t utf8 -r --notest FOLDER",
        ) from None


def _audio_files(files: list[Path]) -> list[Path]:
    return sorted(file for file in files if file.suffix.lower() in SUFFIXES)


def _utterances(root: Path, id_: str, files: list[Path]) -> Iterator[Utterance | Failure]:
    audio = _audio_files(files)
    transcripts = [f for s in TRANSCRIPT_SUFFIXES for f in files if f.suffix.lower() == s]
    if not audio:
        utterance = Utterance(id=id_, audio=transcripts[0])
        message = f"{transcripts[0]}: a transcript without a recording beside it"
        yield Failure(utterance, Reason.MISSING_AUDIO, message)
        return
    utterance = Utterance(id=id_, audio=audio[0], split=_split_of(id_))
    yield _with_transcript(utterance, transcripts)
    for extra in audio[1:]:
        message = f"{extra}: {audio[0].name} has the same name; rename one of them"
        duplicate = Utterance(id=extra.relative_to(root).as_posix(), audio=extra)
        yield Failure(duplicate, Reason.DUPLICATE_ID, message)


def _split_of(id_: str) -> str | None:
    folders = id_.split("/")[:-1]
    return _SPLIT_FOLDERS.get(folders[0].lower()) if folders else None


def _with_transcript(utterance: Utterance, transcripts: list[Path]) -> Utterance | Failure:
    if not transcripts:
        return utterance
    try:
        text = transcripts[0].read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{transcripts[0]}: cannot be read as UTF-8 text ({error}); save it as UTF-8"
        return Failure(utterance, Reason.UNREADABLE_TRANSCRIPT, message)
    return Utterance(
        id=utterance.id, audio=utterance.audio, split=utterance.split, transcript=text.strip()
    )
