"""docs/manifest.md says all columns, and its ten lines work."""

from __future__ import annotations

import re
from pathlib import Path

import polars
import pyarrow as pa
import pytest

from sal_anchors.manifest import Manifest
from sal_anchors.manifest.schema import SCHEMA, SCHEMA_VERSION

DOC = (Path(__file__).parents[2] / "docs" / "manifest.md").read_text(encoding="utf-8")
SAME_FIELDS = {"engine_words", "phones"}


def _columns() -> dict[str, str]:
    """Columns as the schema has them, in the document's words."""
    found = {}
    for field in SCHEMA:
        inner = field.type.value_type if pa.types.is_list(field.type) else None
        if inner is None:
            found[field.name] = _type(field.type)
        elif not pa.types.is_struct(inner):
            found[field.name] = f"list of {_type(inner)}"
        else:
            found[field.name] = "list of struct"
            if field.name not in SAME_FIELDS:
                found |= {f"{field.name}.{leaf.name}": _type(leaf.type) for leaf in inner}
    return found


def _type(type_: pa.DataType) -> str:
    return {"float": "float32", "double": "float64"}.get(str(type_), str(type_))


def test_the_document_has_the_columns_of_the_schema_in_their_order() -> None:
    documented = re.findall(r"^\| `([\w.]+)` \| ([\w ]+) \|([\w ]*)\|", DOC, re.MULTILINE)
    assert [(name, type_) for name, type_, _ in documented] == list(_columns().items())
    for name in SAME_FIELDS:
        assert SCHEMA.field(name).type == SCHEMA.field("words").type


def test_every_time_and_count_has_its_unit() -> None:
    units = dict(re.findall(r"^\| `([\w.]+)` \| [\w ]+ \|([\w ]*)\|", DOC, re.MULTILINE))
    for name in _columns():
        if name.endswith(("start", "end", "time", "uncertainty")):
            assert units[name].strip() == "s", name
        if name.startswith("num_") or name.endswith(("frame", "score", "confidence", "rate")):
            assert units[name].strip(), name


def test_the_document_names_the_schema_version() -> None:
    assert f"`schema_version` is {SCHEMA_VERSION}:" in DOC


def test_the_ten_lines_of_polars_read_labels_weights_and_events(
    speech_manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program,) = re.findall(r"```python\n(import json.*?)```", DOC, re.DOTALL)
    assert "sal_anchors" not in program
    assert len([line for line in program.splitlines() if line and "import" not in line]) <= 10
    (tmp_path / "corpus.anchors").symlink_to(speech_manifest.path)
    monkeypatch.chdir(tmp_path)
    found: dict[str, object] = {}
    exec(program, found)  # noqa: S102 -- the program of our own document
    rows = [row for row in speech_manifest.rows() if row.usable]
    frames, events = found["frames"], found["events"]
    assert isinstance(frames, polars.DataFrame)
    assert isinstance(events, polars.DataFrame)
    assert frames["labels"].to_list() == [label for row in rows for label in row.labels]
    assert frames["weights"].to_list() == [weight for row in rows for weight in row.weights]
    times = [(row.id, event.time) for row in rows for event in row.events]
    assert events.select("id", "time").rows() == times
    assert times
    assert found["hop"] == speech_manifest.grid.hop_seconds
    assert found["names"] == dict(enumerate(speech_manifest.classes))


def test_the_lines_of_python_work(
    speech_manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program,) = re.findall(r"```python\n(from sal_anchors.*?)```", DOC, re.DOTALL)
    root = speech_manifest.path.parent
    for name in ("corpus", "corpus.anchors"):
        (tmp_path / name).symlink_to(root / name)
    monkeypatch.chdir(tmp_path)
    first = speech_manifest.at(0).id
    program = program.replace("speaker/utterance", first).replace("hey computer", "please")
    exec(program, {})  # noqa: S102
