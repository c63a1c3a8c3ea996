"""Forced alignment by viter: a model trained on the corpus and used on the same corpus.

It gives no scores, and a wrong transcript aligns as if it were right: that a transcript is what
is said, only checks that need no engine (length of words, silence, a second engine) can tell.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from sal_anchors.accounting import Failure
from sal_anchors.align.aligner import Capabilities, EdgeErrors, Scope
from sal_anchors.align.alignment import Alignment, Provenance
from sal_anchors.align.child import last_lines, run_child
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.numerals import is_english
from sal_anchors.align.viter.check import check_viter, viter_command
from sal_anchors.align.viter.corpus import MAX_SECONDS, SAMPLE_RATE, ViterCorpus, write_corpus
from sal_anchors.align.viter.results import read_result
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import EngineError

Stage = Literal["mono", "tri", "lda", "sat"]

EDGE_ERRORS = EdgeErrors(bias=0.0, start=0.056, end=0.058)
"""After refinement, of a model trained on 3.9 minutes of 8 speakers (``benchmarks/README.md``);
``start`` and ``end`` are those of all words."""

_SEED = 0
_STOP_AFTER: dict[Stage, tuple[str, ...]] = {
    "mono": ("--no-tri",),
    "tri": ("--no-lda", "--no-sat"),
    "lda": ("--no-sat",),
    "sat": (),
}


class ViterAligner:
    """Trains on all utterances that it is given, then aligns them, as one batch.

    Args:
        language: BCP 47 tag. English words are looked up in pocketsphinx's dictionary and
            guessed after that; those of other languages must all be in the user's lexicon.
        last_stage: how far training goes, ``sat`` being the whole way.
        on_progress: called with each line that viter prints.

    Raises:
        EngineError: viter is not installed or does not load.
    """

    def __init__(
        self,
        *,
        language: str = "en",
        last_stage: Stage = "sat",
        on_progress: Callable[[str], None] = lambda line: None,
    ):
        check = check_viter()
        if not check.ready:
            raise EngineError(f"engine viter: {check.advice}")
        self._language = language
        self._last_stage = last_stage
        self._on_progress = on_progress

    @property
    def capabilities(self) -> Capabilities:
        """One language, the one asked for; 10 ms steps, phones, no scores."""
        return Capabilities(
            languages=frozenset({self._language.split("-")[0].lower()}),
            sample_rate=SAMPLE_RATE,
            frame_step=0.01,
            phones=True,
            score_limits=None,
            max_seconds=MAX_SECONDS,
            scope=Scope.CORPUS,
            edges=EDGE_ERRORS,
        )

    @property
    def provenance(self) -> Provenance:
        """The installed version and the settings in force."""
        dictionary = "cmudict-en-us" if is_english(self._language) else "user"
        settings = {
            "device": "cpu",
            "dictionary": dictionary,
            "language": self._language,
            "last_stage": self._last_stage,
            "refine": "False",
            "seed": str(_SEED),
        }
        model = "trained on the corpus"
        return Provenance("viter", version("viter"), model, tuple(sorted(settings.items())))

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Align all utterances; see :class:`sal_anchors.align.Aligner`.

        Nothing is returned before training is over. Audio goes to files under ``workdir`` (32 KB
        a second); what stays in memory is transcripts. What viter prints is in
        ``workdir/viter-*.log``.

        Raises:
            EngineError: viter stopped; names the log.
        """
        workdir.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="viter-", dir=workdir))
        corpus = write_corpus(utterances, lexicon, folder, self._language)
        out = folder / "aligned"
        if corpus.prepared:
            self._run(corpus, out, folder, jobs)
        for item in corpus.items:
            if isinstance(item, Failure):
                yield item
            else:
                yield read_result(item, corpus, out)

    def _run(self, corpus: ViterCorpus, out: Path, folder: Path, jobs: int) -> None:
        """Train and align."""
        model, log = folder / "model.viter", folder.with_name(f"{folder.name}.log")
        shared: list[str | Path] = [
            "--dict",
            corpus.dictionary,
            "--speakers",
            "parent-dir",
            "--cpu",
        ]
        train: list[str | Path] = [
            *("train", corpus.folder, "--out", model, "--seed", str(_SEED)),
            *(*shared, *_STOP_AFTER[self._last_stage]),
        ]
        align: list[str | Path] = [
            *("align", corpus.folder, model, "--out", out, "--no-refine", *shared)
        ]
        for arguments in (train, align):
            status = run_child(
                [*viter_command(), *arguments],
                log=log,
                environment={"RAYON_NUM_THREADS": str(jobs), "NO_COLOR": "1"},
                on_line=self._on_progress,
            )
            if status:
                raise EngineError(
                    f"viter {arguments[0]} ended with status {status}: {last_lines(log)}",
                    where=log,
                    hint="Its log says more",
                )
