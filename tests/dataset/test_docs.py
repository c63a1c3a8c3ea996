from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from sal_anchors.dataset import DataConfig

TEXT = (Path(__file__).parents[2] / "docs" / "training_data.md").read_text(encoding="utf-8")


def knobs(model: type[BaseModel], path: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from knobs(inner, f"{path}.{name}")
        else:
            yield path, name


@pytest.mark.parametrize(("path", "name"), list(knobs(DataConfig, "data")))
def test_every_knob_is_documented_where_it_belongs(path: str, name: str) -> None:
    table, _, section = path.partition(".augment.")
    if path == "data.features":
        table, name = "data", f"features.{name}"
    part = TEXT.split(f"## `[{table}{'.augment' if section else ''}]`")[1].split("\n## ")[0]
    if section:
        part = next(line for line in part.splitlines() if line.startswith(f"| `{section}`"))
        assert name == "probability" or f"`{name}`" in part
    else:
        assert f"`{name}" in part
