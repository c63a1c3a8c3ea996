"""The options of ``align``, and what they mean to the library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sal_anchors.accounting import Failure
    from sal_anchors.align.import_source import Format
    from sal_anchors.align.imported import ImportOptions
    from sal_anchors.align.mfa import MfaOptions
    from sal_anchors.corpus import Utterance

_CORPUS, _WORDS, _ENGINE, _RUN = "Corpus", "Pronunciations", "Engine", "Run"

CorpusArgument = Annotated[
    Path, typer.Argument(help="Folder of audio and transcripts, or a table.")
]
Keywords = Annotated[
    list[str] | None,
    typer.Option("-k", "--keyword", help="Word or phrase to find; may be given again."),
]
Out = Annotated[
    Path | None, typer.Option("-o", "--out", help="Manifest folder.  (default: CORPUS.anchors)")
]

Layout = Annotated[
    str, typer.Option(rich_help_panel=_CORPUS, help="Layout of the corpus, or auto to detect it.")
]
AudioRoot = Annotated[
    Path | None,
    typer.Option(rich_help_panel=_CORPUS, help="Folder that relative paths start from."),
]
Channel = Annotated[
    int | None,
    typer.Option(
        rich_help_panel=_CORPUS, min=0, help="Channel to take, from 0.  (default: the mean of all)"
    ),
]
SpeakerPattern = Annotated[
    str | None,
    typer.Option(rich_help_panel=_CORPUS, help="The speaker in an id, as in '^([^-]+)-'."),
]
SplitPattern = Annotated[
    str | None, typer.Option(rich_help_panel=_CORPUS, help="The split in an id, likewise.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        rich_help_panel=_CORPUS,
        help="Column of a table: text=sentence; again for more.",
    ),
]
Language = Annotated[
    str | None,
    typer.Option(rich_help_panel=_CORPUS, help="Language tag.  (default: the corpus's, else en)"),
]

LexiconFile = Annotated[
    Path | None,
    typer.Option(
        "--lexicon", rich_help_panel=_WORDS, help="Pronunciations of your own: 'word PHONE PHONE'."
    ),
]
Pronounce = Annotated[
    list[str] | None,
    typer.Option(rich_help_panel=_WORDS, help='One more: "livekit=L AY V K IH T"; again for more.'),
]
Guess = Annotated[
    bool,
    typer.Option("--guess/--no-guess", rich_help_panel=_WORDS, help="Guess unknown words."),
]

Engine = Annotated[
    str,
    typer.Option(
        rich_help_panel=_ENGINE,
        help="auto, pocketsphinx, mfa, viter, ctc, vad, import; or two, as pocketsphinx,mfa: "
        "the first is kept, and where they disagree is noted.",
    ),
]
Phones = Annotated[
    bool,
    typer.Option("--phones/--no-phones", rich_help_panel=_ENGINE, help="Phones and their scores."),
]
Model = Annotated[
    str | None, typer.Option(rich_help_panel=_ENGINE, help="ctc: folder or name of the model.")
]
Import = Annotated[
    Path | None,
    typer.Option(
        "--import", rich_help_panel=_ENGINE, help="import: TextGrid, CTM or JSONL, file or folder."
    ),
]
MfaCommand = Annotated[
    str | None,
    typer.Option(rich_help_panel=_ENGINE, help='mfa: such as "conda run -n aligner mfa".'),
]
MfaMode = Annotated[
    str,
    typer.Option(rich_help_panel=_ENGINE, help="mfa: align, or train or adapt on this corpus."),
]
MfaModel = Annotated[
    str | None, typer.Option(rich_help_panel=_ENGINE, help="mfa: acoustic model, name or archive.")
]
MfaDictionary = Annotated[
    str | None, typer.Option(rich_help_panel=_ENGINE, help="mfa: dictionary, name or file.")
]
MfaG2p = Annotated[
    str | None, typer.Option(rich_help_panel=_ENGINE, help="mfa: G2P model, name or archive.")
]

Jobs = Annotated[int, typer.Option("-j", "--jobs", rich_help_panel=_RUN, min=1, help="Processes.")]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        rich_help_panel=_RUN,
        metavar="I/N",
        help="Only share I of N, to OUT.I-of-N; then: merge.",
    ),
]
MaxFailures = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=_RUN, metavar="N|P%", help="Stop once more than this many have failed."
    ),
]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", rich_help_panel=_RUN, help="Try again what failed before.")
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume/--no-resume", rich_help_panel=_RUN, help="Use and keep results between runs."
    ),
]


def columns_of(given: Sequence[str]) -> dict[str, str]:
    """``ROLE=HEADER`` by role."""
    columns = {}
    for text in given:
        role, equals, header = text.partition("=")
        if not equals or not header:
            raise typer.BadParameter(f"{text!r}: ROLE=HEADER is expected, such as text=sentence")
        columns[role.strip()] = header
    return columns


def language_of(items: Sequence[Utterance | Failure], given: str | None) -> str:
    """The language asked for, else the one that most utterances are in."""
    from sal_anchors.accounting import Failure

    if given:
        return given
    tags = Counter(
        item.utterance.language if isinstance(item, Failure) else item.language for item in items
    )
    return tags.most_common(1)[0][0] if tags else "en"


def most_failures(given: str | None, total: int) -> int | None:
    """``N``, or ``P%`` of the utterances, as a number of utterances."""
    if given is None:
        return None
    found = re.fullmatch(r"(\d+)|(\d+(?:\.\d+)?)%", given.strip())
    if not found or (found[2] and float(found[2]) > 100):
        raise typer.BadParameter(f"--max-failures {given}: a number, or a share such as 5%")
    return int(found[1]) if found[1] else int(float(found[2]) * total / 100)


def import_options(source: Path | None) -> ImportOptions | None:
    """Existing alignments; a folder's format is that of the first sort of file found in it."""
    from sal_anchors.align.imported import ImportOptions

    if source is None:
        return None
    formats: tuple[tuple[Format, str], ...] = (("ctm", ".ctm"), ("jsonl", ".jsonl"))
    for format_, suffix in formats:
        if source.suffix == suffix:
            return ImportOptions(source=source, format=format_)
        if not any(source.rglob("*.TextGrid")) and any(source.rglob(f"*{suffix}")):
            return ImportOptions(source=source, format=format_)
    return ImportOptions(source=source)


def mfa_options(
    *,
    language: str,
    command: tuple[str, ...],
    mode: str,
    model: str | None,
    dictionary: str | None,
    g2p: str | None,
) -> MfaOptions | None:
    """How MFA is called; None if nothing says with which model or dictionary.

    For English, ``english_us_arpa`` stands in for a model or dictionary that is not named, and
    for training the dictionary of the default engine, which is always there.
    """
    from sal_anchors.align.mfa import MfaOptions
    from sal_anchors.align.numerals import is_english

    if is_english(language):
        if mode == "train":
            dictionary = dictionary or _own_dictionary()
        else:
            dictionary = dictionary or "english_us_arpa"
            model = model or "english_us_arpa"
    if dictionary is None:
        return None
    return MfaOptions(
        dictionary=dictionary,
        command=command,
        mode=mode,  # type: ignore[arg-type]
        acoustic_model=model,
        g2p_model=g2p,
        language=language.split("-")[0].lower(),
    )


def _own_dictionary() -> str:
    import pocketsphinx

    return str(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
