"""The configuration of a run from a TOML file and single values, with every mistake named."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sal_anchors.anchors.mistake import explain, name_of
from sal_anchors.errors import TrainingError
from sal_anchors.models import KINDS, MODELS
from sal_anchors.overrides import Overrides
from sal_anchors.toml_file import read_toml
from sal_anchors.train.config import TrainConfig

_HINT = "Every key is explained by: sal-anchors train --print-config"
_OVERRIDES = Overrides("configuration", "data.batch=16", TrainingError)
_MOST_TOLD = 8


def read_config(path: Path) -> dict[str, Any]:
    """The tables of a configuration file, not checked yet.

    Raises:
        TrainingError: absent, or no TOML.
    """
    absent = "Write one with: sal-anchors train --print-config > train.toml"
    return read_toml(path, TrainingError, what="configuration", absent=absent, hint=_HINT)


def config_of(
    values: dict[str, Any], *, overrides: Iterable[str] = (), where: Path | None = None
) -> TrainConfig:
    """The configuration of a parsed file; keys left out have their defaults.

    Args:
        values: tables as nested dictionaries; not changed. ``false`` stands for the absence of a
            table or value that may be absent, such as ``data.augment = false``.
        overrides: ``PLACE=VALUE``, such as ``data.batch=16``; see :mod:`sal_anchors.overrides`.
            Another ``model.kind`` begins with the defaults of that network.
        where: the file, for messages.

    Raises:
        TrainingError: a key or value that cannot be, or an override that is none; the message
            names the nearest valid key.
    """
    document = json.loads(json.dumps(values, default=str))
    for override in overrides:
        kind = _kind(document)
        _OVERRIDES.apply(document, override)
        if _kind(document) != kind and override.startswith("model.kind"):
            document["model"] = {"kind": _kind(document)}
    _absent(document, TrainConfig)
    try:
        return TrainConfig.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        mistakes = [_mistake(details) for details in error.errors(include_url=False)]
    told = mistakes[:_MOST_TOLD]
    if more := len(mistakes) - len(told):
        told.append(f"and {more} more")
    raise TrainingError("; ".join(told), where=where or "configuration", hint=_HINT) from None


def tables_of(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables that a field's annotation allows: one, or one a network for ``model``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif not isinstance(annotation, type):
        for inner in get_args(annotation):
            yield from tables_of(inner)


def may_be_absent(annotation: Any) -> bool:
    """Whether an annotation allows None."""
    union = get_origin(annotation) in (Union, types.UnionType)
    return union and type(None) in get_args(annotation)


def _kind(document: dict[str, Any]) -> Any:
    model = document.get("model")
    return model.get("kind") if isinstance(model, dict) else None


def _absent(document: dict[str, Any], table: type[BaseModel]) -> None:
    for name, field in table.model_fields.items():
        value = document.get(name)
        if value is False and may_be_absent(field.annotation):
            document[name] = None
        elif isinstance(value, dict):
            for inner in tables_of(field.annotation):
                _absent(value, inner)


def _mistake(details: ErrorDetails) -> str:
    place = tuple(step for step in details["loc"] if step not in KINDS)
    if details["type"] == "union_tag_invalid":
        tag = str(details.get("ctx", {}).get("tag"))
        kinds: Iterable[str] = KINDS if place == ("model",) else MODELS
        return f"{name_of(place)}.kind: unknown {tag!r}{_nearest(tag, kinds)}"
    if details["type"] == "extra_forbidden":
        known = [name for table in _tables_at(details["loc"][:-1]) for name in table.model_fields]
        unknown = str(place[-1])
        if not difflib.get_close_matches(unknown, known) and (home := _home(unknown)):
            return f"{name_of(place)}: unknown key here; it belongs to {home}"
        return f"{name_of(place)}: unknown key{_nearest(unknown, known)}"
    return explain({**details, "loc": place})


def _nearest(given: str, known: Iterable[str]) -> str:
    choices = list(known)
    nearest = difflib.get_close_matches(given, choices, n=1)
    return f", the nearest is {nearest[0]}" if nearest else f"; there are {', '.join(choices)}"


def _tables_at(place: Iterable[int | str]) -> list[type[BaseModel]]:
    tables: list[type[BaseModel]] = [TrainConfig]
    for step in place:
        if isinstance(step, int):
            continue
        if step in KINDS:
            tables = [KINDS[str(step)]]
        else:
            fields = [table.model_fields.get(str(step)) for table in tables]
            tables = [inner for field in fields if field for inner in tables_of(field.annotation)]
    return tables


def _home(key: str) -> str | None:
    """The table that a key belongs to, for one put in the wrong place."""
    homes = _homes("", TrainConfig)
    return next((name for name, table in homes if key in table.model_fields), None)


def _homes(name: str, table: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield f"[{name}]" if name else "the top of the file", table
    for key, field in table.model_fields.items():
        for inner in tables_of(field.annotation):
            yield from _homes(f"{name}.{key}".removeprefix("."), inner)
