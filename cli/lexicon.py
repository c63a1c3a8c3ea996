"""``sal-anchors lexicon``: which words no dictionary pronounces, and what would be guessed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import align_options as given

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sal_anchors.align.survey import Survey

_ROWS = 40


def lexicon(
    corpus: given.CorpusArgument,
    keyword: given.Keywords = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write a lexicon file to correct by hand.")
    ] = None,
    layout: given.Layout = "auto",
    audio_root: given.AudioRoot = None,
    column: given.Columns = None,
    language: given.Language = None,
    lexicon: given.LexiconFile = None,
    pronounce: given.Pronounce = None,
    json_: Annotated[bool, typer.Option("--json", help="Print all as one JSON object.")] = False,
) -> None:
    """List words without a pronunciation, before time goes into aligning them.

    Words of keywords come first, each with the pronunciation that would be guessed; then what is
    said otherwise than it is written. Looks into your lexicon and the default engine's dictionary.

    Exit status: 0 all words are known, 1 some are not, 2 wrong usage or nothing to read.
    """
    from rich.console import Console

    from sal_anchors.align import Lexicon
    from sal_anchors.align.dictionary import in_dictionary
    from sal_anchors.align.pocketsphinx import check_lexicon
    from sal_anchors.align.survey import survey, write_lexicon
    from sal_anchors.corpus import CorpusOptions, read_corpus
    from sal_anchors.errors import CorpusError

    own = Lexicon.from_file(lexicon) if lexicon else Lexicon()
    own = own.with_pronunciations(pronounce or ())
    check_lexicon(own)
    options = CorpusOptions(
        layout=layout,
        columns=given.columns_of(column or ()),
        audio_root=audio_root,
        language=language or "en",
    )
    items = read_corpus(corpus, options).items
    found = survey(items, own, keywords=keyword or (), in_dictionary=in_dictionary)
    if not found.utterances:
        raise CorpusError(
            "no transcript in it", where=corpus, hint="Write what is said in NAME.wav to NAME.txt"
        )
    if out:
        write_lexicon(out, found, own)
    console = Console(highlight=False)
    if json_:
        console.print_json(data=_as_json(found))
    else:
        _print(console, found, out)
    raise typer.Exit(1 if found.unknown else 0)


def _as_json(found: Survey) -> dict[str, Any]:
    return {
        "utterances": found.utterances,
        "without_transcript": found.without_transcript,
        "tokens": found.tokens,
        "words": found.words,
        "users": found.users,
        "unknown": [
            {
                "word": entry.word,
                "count": entry.count,
                "keywords": list(entry.keywords),
                "source": entry.source,
                "phones": " ".join(entry.phones),
            }
            for entry in found.unknown
        ],
        "changes": [
            {"written": change.written, "spoken": change.spoken, "count": count}
            for change, count in found.changes
        ],
    }


def _print(console: Console, found: Survey, out: Path | None) -> None:
    told = f"{found.utterances} transcripts, {found.tokens} words, {found.words} different"
    if found.users:
        told += f", {found.users} of them in your lexicon"
    console.print(told)
    if found.without_transcript:
        console.print(f"[yellow]Without a transcript:[/] {found.without_transcript}")
    if found.unknown:
        console.print(_word_table(found))
        _tell_rest(console, len(found.unknown))
    else:
        console.print("[green]All words have a pronunciation.[/]")
    if found.changes:
        console.print(_change_table(found))
        _tell_rest(console, len(found.changes))
    if out:
        console.print(f"Lexicon to correct: {out}", markup=False, soft_wrap=True)
    elif found.unknown:
        console.print("Correct a word with --pronounce, or write all to a file with -o.")


def _tell_rest(console: Console, total: int) -> None:
    if total > _ROWS:
        console.print(f"... and {total - _ROWS} more; --json has all")


def _word_table(found: Survey) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Words without a pronunciation", title_justify="left")
    for name in ("word", "said", "keyword", "guess", "source"):
        table.add_column(name, justify="right" if name == "said" else "left", overflow="fold")
    for entry in found.unknown[:_ROWS]:
        table.add_row(
            Text(entry.word),
            str(entry.count),
            Text(", ".join(entry.keywords)),
            " ".join(entry.phones),
            entry.source or "[red]none[/]",
            style="bold yellow" if entry.keywords else "",
        )
    return table


def _change_table(found: Survey) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Said otherwise than written", title_justify="left")
    table.add_column("written", overflow="fold")
    table.add_column("said as", overflow="fold")
    table.add_column("times", justify="right")
    for change, count in found.changes[:_ROWS]:
        said = Text(change.spoken) if change.spoken else "[dim]left out[/]"
        table.add_row(Text(change.written), said, str(count))
    return table
