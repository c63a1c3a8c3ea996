"""A CTC model in the Hugging Face layout: read without pickle, its letters, its output."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sal_anchors.align.spell import spellings
from sal_anchors.errors import EngineError

_DEFAULT_RATE = 16_000
_SEPARATORS = ("|", " ")
_LAYOUT = "A model folder holds config.json, vocab.json and model.safetensors"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens of a CTC model that writes letters.

    Attributes:
        ids: token to its place in the output.
        blank: id of the blank token.
    """

    ids: Mapping[str, int]
    blank: int

    @property
    def separator(self) -> int | None:
        """Id of the token between words, ``|`` or a space; None if there is none."""
        return next((self.ids[sign] for sign in _SEPARATORS if sign in self.ids), None)

    def tokens(self, word: str) -> tuple[int, ...] | None:
        """Ids of the letters of a word; None if the model cannot write one of them.

        Tried in order: the word in lower case, in capitals, without accents; apostrophes are
        left out where the model has none.
        """
        for form in spellings(word):
            for written in (form.lower(), form.upper()):
                letters = written if "'" in self.ids else written.replace("'", "")
                if letters and all(letter in self.ids for letter in letters):
                    return tuple(self.ids[letter] for letter in letters)
        return None


class CtcModel:
    """A wav2vec2-style model with a CTC output over letters.

    Args:
        source: a folder, or the name of a model on the hub (``owner/name``), for which there
            must be a network or a copy in the hub's cache.

    Attributes:
        name: the folder's own name, or the hub's.
        identity: SHA-256 over the folder's files of the model, or the hub's commit.
        vocabulary: its tokens.
        sample_rate: Hz.
        stride: samples from one frame of the output to the next.

    Raises:
        EngineError: the model is not there, is not such a model, or its weights are not
            safetensors.
    """

    def __init__(self, source: str):
        folder = Path(source)
        local = folder.is_dir()
        if local:
            _check_folder(folder)
        elif source.count("/") != 1 or folder.is_absolute() or source.startswith("."):
            raise EngineError("no such folder", where=source, hint=_LAYOUT)
        self._model, tokens, processor = _load(source, local)
        config = self._model.config
        self.name = folder.resolve().name if local else source
        self.identity = _digest(folder) if local else str(getattr(config, "_commit_hash", ""))
        self.vocabulary = Vocabulary(tokens, _blank(config, tokens, source))
        self.sample_rate = int(processor.get("sampling_rate", _DEFAULT_RATE))
        self.stride = int(config.inputs_to_logits_ratio)
        self._normalise = bool(processor.get("do_normalize", True))

    @property
    def frame_step(self) -> float:
        """Seconds from one frame of the output to the next."""
        return self.stride / self.sample_rate

    def log_probs(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Natural log-probabilities, float32 (T, V), of float32 (N,) at ``sample_rate``."""
        import torch

        if self._normalise:
            samples = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
        with torch.inference_mode():
            logits = self._model(torch.from_numpy(np.ascontiguousarray(samples))[None]).logits[0]
            found: NDArray[np.float32] = logits.float().log_softmax(-1).numpy()
        return found


def _check_folder(folder: Path) -> None:
    for name in ("config.json", "vocab.json"):
        if not (folder / name).is_file():
            raise EngineError(f"{name} is missing", where=folder, hint=_LAYOUT)
    if any(folder.glob("model*.safetensors")):
        return
    if any(folder.glob("pytorch_model*.bin")):
        raise EngineError(
            "its weights are in pytorch_model.bin, a pickle, which can run any code when loaded",
            where=folder,
            hint="Only safetensors are read: take the model's safetensors file, or convert it "
            "where you trust it",
        )
    raise EngineError("model.safetensors is missing", where=folder, hint=_LAYOUT)


def _load(source: str, local: bool) -> tuple[Any, dict[str, int], dict[str, Any]]:
    """Model, vocabulary and the settings of its preprocessor."""
    from safetensors import SafetensorError
    from transformers import AutoModelForCTC
    from transformers.utils import cached_file, logging

    refused = (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError)
    logging.disable_progress_bar()
    try:
        model = AutoModelForCTC.from_pretrained(
            source, use_safetensors=True, trust_remote_code=False, local_files_only=local
        )
        vocabulary = _json(cached_file(source, "vocab.json", local_files_only=local))
        found = cached_file(
            source,
            "preprocessor_config.json",
            local_files_only=local,
            _raise_exceptions_for_missing_entries=False,
        )
        processor = _json(found) if found else {}
    except (*refused, SafetensorError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise EngineError(
            f"cannot be read as a CTC model ({reason[0]})", where=source, hint=_LAYOUT
        ) from None
    if not hasattr(model.config, "inputs_to_logits_ratio"):
        problem = f"a model of the kind {model.config.model_type!r} does not read waveforms"
        raise EngineError(problem, where=source, hint="Give a wav2vec2, HuBERT or WavLM model")
    return model.eval(), _letters(vocabulary, source), processor


def _json(path: str | None) -> dict[str, Any]:
    if path is None:
        raise ValueError("vocab.json is missing")
    values = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(values, dict):
        raise ValueError(f"{path} does not hold a JSON object")
    return values


def _letters(vocabulary: dict[str, Any], source: str) -> dict[str, int]:
    if all(isinstance(place, int) for place in vocabulary.values()):
        return vocabulary
    raise EngineError(
        "vocab.json holds the vocabularies of several languages",
        where=source,
        hint="Save the model with one language's adapter and vocabulary loaded, and give that",
    )


def _blank(config: Any, tokens: Mapping[str, int], source: str) -> int:
    blank = config.pad_token_id
    if blank is None or max(tokens.values(), default=0) >= config.vocab_size:
        raise EngineError(
            f"vocab.json ({len(tokens)} tokens) does not belong to the model "
            f"({config.vocab_size} outputs, blank {blank})",
            where=source,
            hint="Take both from the same model",
        )
    return int(blank)


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    weights = sorted(folder.glob("*.safetensors"))
    for path in (folder / "config.json", folder / "vocab.json", *weights):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
