"""The engines by name: which there are, which can run here, and which to take.

The list is closed. Nothing of an engine is imported before it is asked about or made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from sal_anchors.align.aligner import Aligner
from sal_anchors.align.compare import CompareAligner
from sal_anchors.align.numerals import is_english
from sal_anchors.errors import EngineError
from sal_anchors.installation import Check

if TYPE_CHECKING:
    from sal_anchors.align.imported import ImportOptions
    from sal_anchors.align.mfa import MfaOptions

AUTO = "auto"

_MFA_LANGUAGES = MappingProxyType(
    {
        "bg": "bulgarian",
        "cs": "czech",
        "de": "german",
        "es": "spanish",
        "fr": "french",
        "ha": "hausa",
        "hr": "croatian",
        "ja": "japanese",
        "ko": "korean",
        "pl": "polish",
        "pt": "portuguese",
        "ru": "russian",
        "sv": "swedish",
        "sw": "swahili",
        "ta": "tamil",
        "th": "thai",
        "tr": "turkish",
        "uk": "ukrainian",
        "vi": "vietnamese",
        "zh": "mandarin",
    }
)
"""The names that pretrained MFA models begin with; ``_mfa`` follows."""


def _ignore(message: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What a user says about engines; each engine takes what is its own.

    Attributes:
        phones: whether pocketsphinx does its second pass, which gives phones and scores.
        mfa: how the Montreal Forced Aligner is called; None if nothing was said of it.
        mfa_command: its program and first arguments; empty for ``SAL_ANCHORS_MFA`` or PATH.
        model: of ``ctc``: a folder, or a name on the hub.
        imported: of ``import``: where the existing alignments are.
        has_lexicon: whether the user gives pronunciations.
        on_progress: called with what an external engine says of its progress.
    """

    phones: bool = True
    mfa: MfaOptions | None = None
    mfa_command: tuple[str, ...] = ()
    model: str | None = None
    imported: ImportOptions | None = None
    has_lexicon: bool = False
    on_progress: Callable[[str], None] = _ignore


@dataclass(frozen=True, slots=True)
class Engine:
    """An entry of the list of engines.

    Attributes:
        name: as given to ``--engine``.
        check: whether it is installed and answers.
        make: the engine for a language (BCP 47).
    """

    name: str
    check: Callable[[EngineOptions], Check]
    make: Callable[[str, EngineOptions], Aligner]


@dataclass(frozen=True, slots=True)
class Chosen:
    """An engine, and one sentence that says why it was taken."""

    aligner: Aligner
    why: str


def choose(name: str, language: str, options: EngineOptions) -> Chosen:
    """The engine that a name stands for.

    Args:
        name: of an engine; ``auto``; or two names with a comma, of which the first one's results
            are kept and the second one's disagreement is recorded.
        language: BCP 47 tag of the corpus.
        options: what the user says about engines.

    Raises:
        EngineError: no such engine; it cannot run; it does not know the language; or ``auto``
            finds none, and then it says what to install or give.
    """
    names = [part.strip() for part in name.split(",")]
    if len(names) > 2 or len(set(names)) < len(names):
        raise EngineError(
            f"--engine {name}: one engine, or two different ones with a comma, are expected"
        )
    chosen = [_one(part, language, options) for part in names]
    if len(chosen) == 1:
        return chosen[0]
    first, second = chosen
    if type(first.aligner) is type(second.aligner):
        raise EngineError(f"--engine {name}: both are {first.aligner.provenance.engine}")
    if not first.aligner.capabilities.needs_transcript:
        raise EngineError(
            f"--engine {name}: {names[0]} finds no words that {names[1]} could be compared with",
            hint=f"Name them the other way round: --engine {names[1]},{names[0]}",
        )
    why = f"{first.why}; compared with {second.aligner.provenance.engine}"
    return Chosen(CompareAligner(first.aligner, second.aligner), why)


def _one(name: str, language: str, options: EngineOptions) -> Chosen:
    if name == AUTO:
        return _auto(language, options)
    if name not in ENGINES:
        raise EngineError(
            f"there is no engine {name!r}",
            hint=f"The engines are {', '.join((AUTO, *ENGINES))}",
        )
    aligner = ENGINES[name].make(language, options)
    known = aligner.capabilities.languages
    if known and language.split("-")[0].lower() not in known:
        raise EngineError(
            f"engine {name} knows {', '.join(sorted(known))}, the corpus is in {language!r}",
            hint="See sal-anchors doctor for the other engines, or give the right --language",
        )
    return Chosen(aligner, f"{name}, as asked for")


def _auto(language: str, options: EngineOptions) -> Chosen:
    if options.imported:
        return Chosen(_imported(language, options), "import: existing alignments are given")
    if is_english(language):
        why = "pocketsphinx: English, and its model is installed with this package"
        return Chosen(_pocketsphinx(language, options), why)
    mfa = options.mfa or _pretrained(language, options.mfa_command)
    reasons = []
    if mfa:
        check = ENGINES["mfa"].check(options)
        if check.ready:
            why = f"mfa {check.version}: model {mfa.acoustic_model or 'trained on the corpus'}"
            return Chosen(_mfa(language, _with_mfa(options, mfa)), why)
        reasons.append(f"mfa: {check.advice}")
    for name, given in (("viter", options.has_lexicon), ("ctc", bool(options.model))):
        if not given:
            continue
        check = ENGINES[name].check(options)
        if check.ready:
            why = f"{name} {check.version}: {_WHY[name]} for {language!r}"
            return Chosen(ENGINES[name].make(language, options), why)
        reasons.append(f"{name}: {check.advice}")
    raise EngineError(
        f"no engine here can align {language!r}" + "".join(f" ({reason})" for reason in reasons),
        hint="Give pronunciations with --lexicon (engine viter trains on the corpus), a wav2vec2 "
        "model with --model (engine ctc), or an MFA model and dictionary (engine mfa); "
        "sal-anchors doctor says what is installed",
    )


_WHY = MappingProxyType({"viter": "pronunciations are given", "ctc": "a model is given"})


def _pretrained(language: str, command: tuple[str, ...]) -> MfaOptions | None:
    """Options for MFA's own model and dictionary of a language, if both are on this machine."""
    from sal_anchors.align.mfa import MfaOptions
    from sal_anchors.align.mfa.models import resolve

    primary = language.split("-")[0].lower()
    if primary not in _MFA_LANGUAGES:
        return None
    name = f"{_MFA_LANGUAGES[primary]}_mfa"
    if resolve(name, "acoustic").path is None or resolve(name, "dictionary").path is None:
        return None
    return MfaOptions(dictionary=name, acoustic_model=name, command=command, language=primary)


def _with_mfa(options: EngineOptions, mfa: MfaOptions) -> EngineOptions:
    return replace(options, mfa=mfa)


def _pocketsphinx(language: str, options: EngineOptions) -> Aligner:
    from sal_anchors.align.pocketsphinx import PocketsphinxAligner

    return PocketsphinxAligner(phones=options.phones)


def _check_pocketsphinx(options: EngineOptions) -> Check:
    from sal_anchors.doctor import check_pocketsphinx

    return check_pocketsphinx()


def _mfa(language: str, options: EngineOptions) -> Aligner:
    from sal_anchors.align.mfa import MfaAligner

    if options.mfa is None:
        raise EngineError(
            "engine mfa: it is not said with which dictionary and model",
            hint="Give --mfa-dictionary and --mfa-model, or --mfa-mode train",
        )
    return MfaAligner(options.mfa, on_progress=options.on_progress)


def _check_mfa(options: EngineOptions) -> Check:
    from sal_anchors.align.mfa import mfa_check

    return mfa_check(options.mfa.command if options.mfa else options.mfa_command)


def _viter(language: str, options: EngineOptions) -> Aligner:
    from sal_anchors.align.viter import ViterAligner

    if not is_english(language) and not options.has_lexicon:
        raise EngineError(
            f"engine viter has no pronunciations of its own for {language!r}",
            hint="Give a file of 'word PHONE PHONE ...' lines as --lexicon, in any phone set",
        )
    return ViterAligner(language=language, on_progress=options.on_progress)


def _check_viter(options: EngineOptions) -> Check:
    from sal_anchors.align.viter import check_viter

    return check_viter()


def _ctc(language: str, options: EngineOptions) -> Aligner:
    from sal_anchors.align.ctc import CtcAligner

    if options.model is None:
        raise EngineError(
            "engine ctc: no model is given",
            hint="Give a folder with config.json, vocab.json and model.safetensors as --model",
        )
    return CtcAligner(options.model, language=language)


def _check_ctc(options: EngineOptions) -> Check:
    from sal_anchors.align.ctc import check_ctc

    return check_ctc()


def _vad(language: str, options: EngineOptions) -> Aligner:
    from sal_anchors.align.vad import VadAligner

    return VadAligner()


def _check_vad(options: EngineOptions) -> Check:
    from sal_anchors.align.vad import check_vad

    return check_vad()


def _imported(language: str, options: EngineOptions) -> Aligner:
    from sal_anchors.align.imported import ImportedAligner

    if options.imported is None:
        raise EngineError(
            "engine import: no alignments are given",
            hint="Give a folder of TextGrid files, a CTM or a JSONL file as --import",
        )
    return ImportedAligner(options.imported)


def _check_import(options: EngineOptions) -> Check:
    from sal_anchors import __version__

    return Check("import", True, __version__, required=False)


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        engine.name: engine
        for engine in (
            Engine("pocketsphinx", _check_pocketsphinx, _pocketsphinx),
            Engine("mfa", _check_mfa, _mfa),
            Engine("viter", _check_viter, _viter),
            Engine("ctc", _check_ctc, _ctc),
            Engine("vad", _check_vad, _vad),
            Engine("import", _check_import, _imported),
        )
    }
)
