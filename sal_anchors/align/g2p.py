"""English letters to sounds, for words that no dictionary holds.

A GRU reads the letters of a word and a second one writes its phones, the likeliest at each step.
The weights are those of g2p-en 2.1.0 (Kyubyong Park and Jongseok Kim, Apache-2.0), trained on
CMUdict; only its weight file is read, the package is never imported.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sal_anchors.errors import EngineError

MAX_LETTERS = 40

_PACKAGE = "g2p_en"
_FILE = "checkpoint20.npz"
_LETTERS = {letter: index for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz", start=3)}
_END_OF_WORD = 2
_START, _STOP = 2, 3
_PHONES = (
    *("", "", "", ""),
    *("AA", "AA", "AA", "AE", "AE", "AE", "AH", "AH", "AH", "AO", "AO", "AO", "AW", "AW", "AW"),
    *("AY", "AY", "AY", "B", "CH", "D", "DH", "EH", "EH", "EH", "ER", "ER", "ER", "EY", "EY"),
    *("EY", "F", "G", "HH", "IH", "IH", "IH", "IY", "IY", "IY", "JH", "K", "L", "M", "N", "NG"),
    *("OW", "OW", "OW", "OY", "OY", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UH", "UH"),
    *("UW", "UW", "UW", "UW", "V", "W", "Y", "Z", "ZH"),
)
"""Output classes: padding, unknown, start, stop, then phones; a vowel has one for each stress."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Gru:
    """A gated recurrent unit whose input is one of a few symbols.

    Attributes:
        given: (symbols, 3 H) what each symbol adds to the gates reset, update and candidate.
        recurrent: (H, 3 H).
        bias: (3 H,) of the recurrent part.
    """

    given: Floats
    recurrent: Floats
    bias: Floats

    def step(self, symbol: int, state: Floats) -> Floats:
        """The next state, (H,)."""
        size = len(state)
        given = self.given[symbol]
        carried = state @ self.recurrent + self.bias
        gates = 1 / (1 + np.exp(-(given[: 2 * size] + carried[: 2 * size])))
        reset, update = gates[:size], gates[size:]
        candidate = np.tanh(given[2 * size :] + reset * carried[2 * size :])
        next_state: Floats = (1 - update) * candidate + update * state
        return next_state


@dataclass(frozen=True, slots=True)
class _Network:
    reader: _Gru
    writer: _Gru
    to_phone: Floats
    phone_bias: Floats


@lru_cache(maxsize=65_536)
def letters_to_sounds(word: str) -> tuple[str, ...] | None:
    """The likeliest phones of an English word.

    Args:
        word: letters a to z in lower case.

    Returns:
        ARPABET phones without stress; None for a word with any other character, without
        letters, of more than ``MAX_LETTERS``, or that the network finds no end for.

    Raises:
        EngineError: the weights are not installed.
    """
    if not 0 < len(word) <= MAX_LETTERS or any(letter not in _LETTERS for letter in word):
        return None
    network = _network()
    state = np.zeros(network.writer.recurrent.shape[0], np.float32)
    for symbol in (*(_LETTERS[letter] for letter in word), _END_OF_WORD):
        state = network.reader.step(symbol, state)
    phones: list[str] = []
    written = _START
    for _ in range(2 * len(word) + 4):
        state = network.writer.step(written, state)
        written = int(np.argmax(state @ network.to_phone + network.phone_bias))
        if written == _STOP:
            return tuple(filter(None, phones)) or None
        phones.append(_PHONES[written])
    return None


@lru_cache(maxsize=1)
def _network() -> _Network:
    with np.load(_weight_file(), allow_pickle=False) as arrays:
        return _Network(
            reader=_gru(arrays, "enc"),
            writer=_gru(arrays, "dec"),
            to_phone=np.ascontiguousarray(arrays["fc_w"].T),
            phone_bias=arrays["fc_b"],
        )


def _gru(arrays: dict[str, Floats], side: str) -> _Gru:
    given = arrays[f"{side}_emb"] @ arrays[f"{side}_w_ih"].T + arrays[f"{side}_b_ih"]
    recurrent = np.ascontiguousarray(arrays[f"{side}_w_hh"].T)
    return _Gru(given, recurrent, arrays[f"{side}_b_hh"])


def _weight_file() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, _FILE)
        if path.is_file():
            return path
    raise EngineError(
        f"the letter-to-sound weights {_PACKAGE}/{_FILE} are not installed",
        hint="Install them: pip install g2p-en",
    )
