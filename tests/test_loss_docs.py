"""The programs in docs/loss.md run as they stand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from sal_anchors.loss import VARIANTS
from sal_anchors.manifest import Manifest

DOCUMENT = (Path(__file__).parents[1] / "docs" / "loss.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


def run(needle: str, **names: Any) -> dict[str, Any]:
    """The names that the only program which holds ``needle`` leaves behind."""
    (program,) = (program for program in PROGRAMS if needle in program)
    exec(compile(program, "docs/loss.md", "exec"), names)  # noqa: S102
    return names


@pytest.fixture
def corpus(tones: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manifest:
    """A working folder with the manifest that the document speaks of."""
    folder = tmp_path / "corpus"
    shutil.copytree(tones.path.parent, folder)
    (folder / tones.path.name).rename(folder / "corpus.anchors")
    monkeypatch.chdir(folder)
    return tones


def moved(network: torch.nn.Sequential) -> bool:
    """Whether a linear layer after a norm at its start has learnt something finite."""
    scale = network[0].weight
    return bool(torch.isfinite(scale).all()) and not torch.equal(scale, torch.ones_like(scale))


def test_the_loop_of_the_document_trains(corpus: Manifest) -> None:
    names = run("optimiser.zero_grad()")
    assert names["model"][1].out_features == len(corpus.classes)
    assert torch.isfinite(names["value"])
    assert moved(names["model"])


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_lightning_module_of_the_document_trains(corpus: Manifest) -> None:
    pytest.importorskip("lightning")
    names = run("lightning.Trainer")
    rows = sum(1 for _ in corpus.rows("train", usable=True))
    assert names["trainer"].global_step == -(-rows // 8)
    assert moved(names["trainer"].model.network)


def test_the_calls_of_the_document_take_what_they_are_given() -> None:
    logits = torch.zeros(1, 3, 2)
    labels = torch.tensor([[0, 1, 0]])
    run("loss(logits, labels, weights)", logits=logits, labels=labels, weights=torch.ones(1, 3))
    run("max_pooling_loss(logits, labels)", logits=logits, labels=labels)


def test_the_document_names_every_variant() -> None:
    listed = re.findall(r"^\| `([\w+]+)` \| `.*` \| (?:yes|no) \|$", DOCUMENT, re.MULTILINE)
    assert tuple(listed) == VARIANTS
