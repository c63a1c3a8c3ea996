"""An `mfa` on PATH that replays recorded output of the real one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sal_anchors.accounting import Failure
from sal_anchors.align import Alignment, Lexicon
from sal_anchors.align.mfa import MfaAligner, MfaOptions
from sal_anchors.corpus import Utterance

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
WORDS_OF_DICTIONARY = """\
please P L IY1 Z
hold HH OW1 L D
while W AY1 L
we W IY1
try T R AY1
to T UW1
connect K AH0 N EH1 K T
you Y UW1
enter EH1 N T ER0
your Y AO1 R
conference K AA1 N F R AH0 N S
number N AH1 M B ER0
followed F AA1 L OW0 D
by B AY1
the DH AH0
pound P AW1 N D
key K IY1
"""


@dataclass(slots=True)
class Replay:
    """A replayed MFA: what it will do, and what it was asked."""

    folder: Path
    plan: dict[str, Any] = field(default_factory=dict)
    aligner: MfaAligner | None = None
    stages: list[str] = field(default_factory=list)

    def align(
        self, *utterances: Utterance, lexicon: Lexicon | None = None, **options: Any
    ) -> list[Alignment | Failure]:
        self.write_plan()
        given = {"dictionary": str(self.dictionary), **options}
        if given.get("mode", "align") != "train":
            given.setdefault("acoustic_model", str(self.model))
        self.aligner = MfaAligner(MfaOptions(**given), on_progress=self.stages.append)
        lexicon = lexicon or Lexicon(guess=False)
        return list(self.aligner.align_corpus(iter(utterances), lexicon, self.workdir, 2))

    def write_plan(self) -> None:
        (self.folder / "plan.json").write_text(json.dumps(self.plan), encoding="utf-8")

    @property
    def dictionary(self) -> Path:
        return self.folder / "words.dict"

    @property
    def model(self) -> Path:
        return self.folder / "model.zip"

    @property
    def workdir(self) -> Path:
        return self.folder / "work"

    @property
    def calls(self) -> list[dict[str, Any]]:
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Replay]:
    """``replay(run, *stems, **plan)``: puts the replaying `mfa` on PATH; see replay_mfa.py."""

    def start(run: str | Path = "run-bad", *stems: str, **plan: Any) -> Replay:
        binary = tmp_path / "bin" / "mfa"
        binary.parent.mkdir(exist_ok=True)
        program = (HERE / "replay_mfa.py").read_text(encoding="utf-8")
        binary.write_text(f"#!{sys.executable}\n{program}", encoding="utf-8")
        binary.chmod(0o755)
        monkeypatch.setenv("PATH", str(binary.parent), prepend=":")
        monkeypatch.setenv("REPLAY_PLAN", str(tmp_path / "plan.json"))
        monkeypatch.delenv("SAL_ANCHORS_MFA", raising=False)
        monkeypatch.delenv("MFA_ROOT_DIR", raising=False)
        made = Replay(tmp_path)
        made.dictionary.write_text(WORDS_OF_DICTIONARY, encoding="utf-8")
        made.model.write_bytes(b"an acoustic model")
        made.workdir.mkdir(exist_ok=True)
        made.plan = {
            "run": str(RECORDED / run),
            "stems": list(stems),
            "calls": str(tmp_path / "calls.jsonl"),
            "garbage": str(RECORDED / "run-garbage-wav"),
            **plan,
        }
        made.write_plan()
        return made

    return start


@pytest.fixture
def prompt(prompts: Path) -> Callable[..., Utterance]:
    """``prompt(name, transcript=..., **fields)``: a real prompt as an utterance."""

    def make(name: str, **fields: Any) -> Utterance:
        text = (prompts / f"{name}.txt").read_text(encoding="utf-8")
        return Utterance(
            **{"id": name, "audio": prompts / f"{name}.flac", "transcript": text, **fields}
        )

    return make
