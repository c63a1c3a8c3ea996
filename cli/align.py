"""``sal-anchors align``: a corpus in, a manifest out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from . import align_options as given
from . import recipe_options

if TYPE_CHECKING:
    from sal_anchors.accounting import Tally


def align(
    corpus: given.CorpusArgument,
    keyword: given.Keywords = None,
    out: given.Out = None,
    layout: given.Layout = "auto",
    audio_root: given.AudioRoot = None,
    channel: given.Channel = None,
    speaker_pattern: given.SpeakerPattern = None,
    split_pattern: given.SplitPattern = None,
    column: given.Columns = None,
    language: given.Language = None,
    lexicon: given.LexiconFile = None,
    pronounce: given.Pronounce = None,
    guess: given.Guess = True,
    engine: given.Engine = "auto",
    phones: given.Phones = True,
    model: given.Model = None,
    import_: given.Import = None,
    mfa_command: given.MfaCommand = None,
    mfa_mode: given.MfaMode = "align",
    mfa_model: given.MfaModel = None,
    mfa_dictionary: given.MfaDictionary = None,
    mfa_g2p: given.MfaG2p = None,
    jobs: given.Jobs = 1,
    shard: given.ShardOption = None,
    max_failures: given.MaxFailures = None,
    retry_failed: given.RetryFailed = False,
    resume: given.Resume = True,
    recipe_file: recipe_options.RecipeFile = None,
    set_: recipe_options.Set = None,
) -> None:
    """Align transcripts to audio and write anchors, labels and weights a frame.

    With keywords, each becomes a class that begins where the keyword ends.
    Without, the class is speech, from each onset on. Or as a recipe says.

    A run that was ended early goes on when it is started again.

    Exit status: 0 all utterances are in, suspect ones too; 1 some failed, the
    manifest says which and why; 2 wrong usage or nothing usable; 130 interrupted.
    """
    import signal
    import time

    from rich.console import Console

    from sal_anchors.align import Lexicon
    from sal_anchors.align.engines import EngineOptions, choose
    from sal_anchors.align.mfa import split_command
    from sal_anchors.anchors.recipe import keyword_recipe, onset_recipe
    from sal_anchors.anchors.recipe_file import choose_recipe
    from sal_anchors.annotate import build_manifest
    from sal_anchors.corpus import CorpusOptions, read_corpus
    from sal_anchors.corpus.shard import Shard
    from sal_anchors.errors import TooManyFailuresError

    from .progress import row_progress
    from .summary import print_summary

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    target, share = out or _beside(corpus), None
    if shard is not None:
        share = Shard.parse(shard)
        target = share.folder(target)
    began = time.perf_counter()
    try:
        given_words = tuple(keyword or ())
        recipe = choose_recipe(
            recipe_file,
            keyword_recipe(given_words) if given_words else onset_recipe(),
            keywords=given_words if recipe_file else (),
            overrides=set_ or (),
        )
        own = Lexicon.from_file(lexicon) if lexicon else Lexicon()
        own = Lexicon(own.with_pronunciations(pronounce or ()).entries, guess=guess)
        found = read_corpus(
            corpus,
            CorpusOptions(
                layout=layout,
                channel=channel,
                speaker_pattern=speaker_pattern,
                split_pattern=split_pattern,
                columns=given.columns_of(column or ()),
                audio_root=audio_root,
                language=language or "en",
            ),
        )
        spoken = given.language_of(found.items, language)
        command = split_command(mfa_command) if mfa_command else ()
        total = -(-len(found.items) // share.of) if share else len(found.items)
        with row_progress("aligning", total) as progress:
            options = EngineOptions(
                phones=phones,
                mfa=given.mfa_options(
                    language=spoken,
                    command=command,
                    mode=mfa_mode,
                    model=mfa_model,
                    dictionary=mfa_dictionary,
                    g2p=mfa_g2p,
                ),
                mfa_command=command,
                model=model,
                imported=given.import_options(import_),
                has_lexicon=bool(own.entries),
                on_progress=progress.on_stage,
            )
            chosen = choose(engine, spoken, options)
            tally = build_manifest(
                found.items,
                target,
                audio_root=found.audio_root,
                recipe=recipe,
                aligner=chosen.aligner,
                lexicon=own,
                jobs=jobs,
                layout=found.layout,
                resume=resume,
                retry_failed=retry_failed,
                max_failures=given.most_failures(max_failures, total),
                shard=share,
                on_row=progress.on_row,
            )
    except KeyboardInterrupt:
        kept = "what was aligned is kept: run the same command again to go on"
        typer.echo(f"sal-anchors: interrupted; {kept if resume else 'nothing is kept'}", err=True)
        raise typer.Exit(130) from None
    except TooManyFailuresError as error:
        typer.echo(f"sal-anchors: {error}", err=True)
        raise typer.Exit(1) from None
    print_summary(
        Console(highlight=False),
        tally,
        keywords=recipe.keywords,
        layout=found.layout,
        engine=chosen.aligner.provenance,
        why=chosen.why,
        seconds=time.perf_counter() - began,
        target=target,
    )
    raise typer.Exit(_exit_status(tally))


def _beside(corpus: Path) -> Path:
    whole = corpus.resolve()
    name = whole.stem if whole.is_file() else whole.name
    return whole.with_name(f"{name}.anchors")


def _exit_status(tally: Tally) -> int:
    if not tally.usable:
        return 2
    from sal_anchors.accounting import Status

    return 1 if tally.statuses[Status.FAILED] else 0
