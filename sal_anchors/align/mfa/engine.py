"""The engine: a corpus written, MFA run on it, its results read and accounted for."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from sal_anchors.accounting import Failure, Reason
from sal_anchors.align.aligner import Capabilities, EdgeErrors, Scope
from sal_anchors.align.alignment import Alignment, Provenance
from sal_anchors.align.lexicon import Lexicon
from sal_anchors.align.mfa.collect import collect, read_analysis
from sal_anchors.align.mfa.command import (
    ROOT_VARIABLE,
    Places,
    arguments,
    ask_kalpy,
    ask_version,
    find_command,
)
from sal_anchors.align.mfa.models import Model, resolve
from sal_anchors.align.mfa.options import MfaOptions
from sal_anchors.align.mfa.outcome import culprit, error, nothing_aligned
from sal_anchors.align.mfa.prepare import SAMPLE_RATE, Prepared, failure, remove, write_corpus
from sal_anchors.align.mfa.pronounce import Pronounced, pronounce
from sal_anchors.align.mfa.run import run
from sal_anchors.corpus.utterance import Utterance
from sal_anchors.errors import EngineError

FRAME_STEP = 0.01
MAX_TRIES = 5

EDGES = EdgeErrors(bias=0.0, start=0.050, end=0.050)
"""Of models trained on 8 speakers' own recordings, before refinement: at most 10 % of hand-made
word edges lie further off than 50 ms."""


class MfaAligner:
    """Forced alignment by the Montreal Forced Aligner 3.x.

    Args:
        options: what to call and how.
        on_progress: gets each stage that MFA names, as it begins.

    Attributes:
        log: all that MFA printed in the last run; None before the first. It lies in that run's
            working folder and goes with it, see :meth:`keep_log`.
        trained_model: name and SHA-256 of the acoustic model that the last run left at
            ``options.output_model``; None if it left none.
    """

    def __init__(
        self, options: MfaOptions, *, on_progress: Callable[[str], None] = lambda stage: None
    ):
        self._options = options
        self._on_progress = on_progress
        self.log: Path | None = None
        self.trained_model: str | None = None

    @property
    def capabilities(self) -> Capabilities:
        """10 ms steps and phones; its log-likelihoods are not calibrated, so none are judged."""
        return Capabilities(
            languages=frozenset({self._options.language}),
            sample_rate=SAMPLE_RATE,
            frame_step=FRAME_STEP,
            phones=True,
            score_limits=None,
            max_seconds=math.inf,
            scope=Scope.SPEAKER if self._options.mode == "align" else Scope.CORPUS,
            edges=EDGES,
        )

    @property
    def provenance(self) -> Provenance:
        """MFA's and kalpy's versions, model and dictionary with the SHA-256 of their files.

        Raises:
            EngineError: MFA is absent, broken or of another version, or a model is not there.
        """
        return self._provenance

    @cached_property
    def _provenance(self) -> Provenance:
        options = self._options
        acoustic, dictionary, g2p = self._models
        settings = {"mode": options.mode, "dictionary": dictionary.identity()}
        if g2p:
            settings["g2p_model"] = g2p.identity()
        if kalpy := ask_kalpy(self._command):
            settings["kalpy"] = kalpy
        model = acoustic.identity() if acoustic else "trained on this corpus"
        return Provenance("mfa", self._version, model, tuple(sorted(settings.items())))

    @cached_property
    def _command(self) -> tuple[str, ...]:
        return find_command(self._options.command)

    @cached_property
    def _version(self) -> str:
        return ask_version(self._command)

    @cached_property
    def _models(self) -> tuple[Model | None, Model, Model | None]:
        """Acoustic model, dictionary and G2P model."""
        options = self._options
        acoustic = resolve(options.acoustic_model, "acoustic") if options.acoustic_model else None
        g2p = resolve(options.g2p_model, "g2p") if options.g2p_model else None
        return acoustic, resolve(options.dictionary, "dictionary"), g2p

    def align_corpus(
        self, utterances: Iterable[Utterance], lexicon: Lexicon, workdir: Path, jobs: int
    ) -> Iterator[Alignment | Failure]:
        """Align all utterances in one run; see :class:`sal_anchors.align.Aligner`.

        All of ``utterances`` are taken before the first result is given, and their audio is
        written to ``workdir``, or to ``options.temporary_root``, at 32 kB a second until the
        run has ended. An audio file that MFA cannot open fails, and the rest is run again,
        up to five times.

        Raises:
            EngineError: MFA is absent or broken, refuses model or dictionary, ends in an error
                that is no single utterance's, or stands still.
            LexiconError: a user pronunciation uses a phone that the dictionary does not have.
        """
        _ = self._models, self._version
        parent = self._options.temporary_root or workdir
        with tempfile.TemporaryDirectory(prefix="mfa-", dir=parent.resolve()) as name:
            folder = Path(name)
            self.log = workdir.resolve() / f"{folder.name}.log"
            items = write_corpus(utterances, folder / "corpus")
            yield from self._results(items, folder, lexicon, jobs)

    def keep_log(self, path: Path) -> None:
        """Copy the log of the last run, if there was one, such as to beside the manifest."""
        if self.log is not None and self.log.is_file():
            shutil.copyfile(self.log, path)

    def _results(
        self, items: list[Prepared | Failure], folder: Path, lexicon: Lexicon, jobs: int
    ) -> Iterator[Alignment | Failure]:
        given = {item.name: item for item in items if isinstance(item, Prepared)}
        dictionary = pronounce(
            self._models[1],
            lexicon,
            given.values(),
            folder / "dictionary.txt",
            guess=self._models[2] is None and self._options.language == "en",
        )
        output, refused = self._tries(given, folder, dictionary, jobs)
        analysis = read_analysis(output)
        for item in items:
            if isinstance(item, Failure):
                yield item
            elif item.name in refused:
                yield refused[item.name]
            else:
                yield collect(item, output, analysis, dictionary.of(item.words))

    def _tries(
        self, given: dict[str, Prepared], folder: Path, dictionary: Pronounced, jobs: int
    ) -> tuple[Path, dict[str, Failure]]:
        """Run MFA until no file stops it; where its results are, and the files it refused."""
        refused: dict[str, Failure] = {}
        for attempt in range(MAX_TRIES):
            places = Places(
                folder / "corpus",
                folder / f"output{attempt}",
                folder / f"temporary{attempt}",
                folder / f"model{attempt}.zip",
            )
            left = [item for name, item in given.items() if name not in refused]
            bad = self._run(places, folder, dictionary, left, jobs) if left else None
            if bad is None:
                return places.output, refused
            item, said = bad
            remove(item, places.corpus)
            refused[item.name] = failure(item.utterance, Reason.ENGINE_ERROR, f"mfa: {said}")
        raise EngineError(
            f"mfa cannot open {MAX_TRIES} of the files written for it",
            where=self.log,
            hint="Is the disk of the working folder full or failing?",
        )

    def _run(
        self,
        places: Places,
        folder: Path,
        dictionary: Pronounced,
        given: list[Prepared],
        jobs: int,
    ) -> tuple[Prepared, str] | None:
        """Run MFA once; the utterance for whose audio it gave up, or None if it did not."""
        acoustic, _, g2p = self._models
        log = self.log or folder / "mfa.log"
        root = folder / "root"
        for place in (places.output, places.temporary, root):
            place.mkdir(parents=True, exist_ok=True)
        asked = arguments(
            self._options,
            places,
            dictionary=dictionary.argument,
            acoustic_model=acoustic.argument if acoustic else None,
            g2p_model=g2p.argument if g2p else None,
            jobs=jobs,
        )
        outcome = run(
            [*self._command, *asked],
            environment=self._environment(root),
            log=log,
            watched=(places.temporary, places.output),
            progress_timeout=self._options.progress_timeout,
            on_progress=self._on_progress,
        )
        if outcome.status == 0:
            self._keep_model(places.model)
        if outcome.status == 0 or nothing_aligned(outcome):
            return None
        bad = culprit(outcome, given)
        if bad is None:
            raise error(outcome, log)
        return bad

    def _environment(self, root: Path) -> dict[str, str]:
        """MFA writes settings and history to its root: one of this run alone, unless a model is
        known by name only, which MFA then looks for in the user's."""
        own = {"COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        if all(model is None or model.path for model in self._models):
            own[ROOT_VARIABLE] = str(root)
        return {**os.environ, **own}

    def _keep_model(self, written: Path) -> None:
        """Put a trained model where the user wants it, whole or not at all."""
        target = self._options.output_model
        if target is None:
            return
        if not written.is_file():
            raise EngineError("mfa wrote no acoustic model", where=self.log)
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.unfinished")
        shutil.copyfile(written, unfinished)
        unfinished.replace(target)
        self.trained_model = Model(target.name, target).identity()
