"""The errors that the library raises for what users give it.

Each message says what was wrong, where, and what to do next; the command line prints it as it is.
"""

from __future__ import annotations

from pathlib import Path


class SalAnchorsError(Exception):
    """Root of every error caused by input.

    Args:
        problem: what was found and what was expected, with the offending value.
        where: the file (or file and row) it was found in.
        hint: what to do next.
    """

    def __init__(self, problem: str, *, where: str | Path | None = None, hint: str | None = None):
        self.problem = problem
        self.where = where
        self.hint = hint
        located = f"{where}: {problem}" if where is not None else problem
        super().__init__(f"{located}. {hint}" if hint else located)


class CorpusError(SalAnchorsError):
    """A corpus folder that cannot be read as one."""


class LexiconError(SalAnchorsError):
    """A pronunciation that the engine's phone set cannot express."""


class EngineError(SalAnchorsError):
    """An alignment engine that is absent or does not start."""


class AccountingError(SalAnchorsError):
    """Utterances that got lost between corpus and manifest: a fault of this package."""


class TooManyFailuresError(SalAnchorsError):
    """More utterances failed than the run was told to bear."""


class RecipeError(SalAnchorsError):
    """A recipe that contradicts itself."""


class ManifestError(SalAnchorsError):
    """A manifest that is absent, damaged, or of another schema version."""


class GridMismatchError(SalAnchorsError):
    """Two frame grids that should be one."""


class CheckpointError(SalAnchorsError):
    """A checkpoint that is absent, damaged, or of another version."""


class TrainingError(SalAnchorsError):
    """Training that cannot start or cannot go on."""


class EvaluationError(SalAnchorsError):
    """An evaluation without anything to measure."""


class ExperimentError(SalAnchorsError):
    """A plan of an experiment that cannot be carried out, or a result that does not fit it."""


class DataError(SalAnchorsError):
    """Training data that cannot be read, or that lacks what the configuration asks of it."""


class AugmentError(SalAnchorsError):
    """A transform of audio and events that cannot be done as asked."""


class ReviewError(SalAnchorsError):
    """A journal of review decisions that cannot be read, written or merged."""
