"""Configurations as commented TOML, for people to edit and for runs to be repeated."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import tomli_w
from pydantic import BaseModel

from sal_anchors.train.config import TrainConfig

_WIDTH = 100
_HEAD = """\
# A configuration of sal-anchors train: sal-anchors train MANIFEST --config THIS_FILE
# A key left out has its default. `false` leaves out a table or value that may be absent.
"""
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


def config_text(config: TrainConfig) -> str:
    """A configuration as a TOML file with a comment on each key; reading it gives the same one."""
    return "\n".join([_HEAD, *_table("", config)]) + "\n"


def _table(name: str, table: BaseModel) -> Iterator[str]:
    """The values of a table, then the tables in it."""
    comments = dict(_comments(type(table)))
    inner: list[tuple[str, BaseModel]] = []
    for key in sorted(type(table).model_fields, key=lambda key: key != "kind"):
        value = getattr(table, key)
        if isinstance(value, BaseModel):
            inner.append((f"{name}.{key}".removeprefix("."), value))
        else:
            yield from _key(key, value, type(table).model_fields[key].default, comments.get(key))
    for place, held in inner:
        yield from ("", *_summary(type(held)), f"[{place}]")
        yield from _table(place, held)


def _key(key: str, value: Any, default: Any, comment: str | None) -> Iterator[str]:
    if value is None:
        line = f"# {key} =" if default is None else f"{key} = false"
    else:
        line = f"{key} = {_value(value)}"
    joined = f"{line:<32}  # {comment}"
    if not comment:
        yield line
    elif len(joined) <= _WIDTH:
        yield joined
    else:
        yield from (f"# {part}" for part in textwrap.wrap(comment, _WIDTH - 2))
        yield line


def _value(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, dict):
        pairs = (f"{_name(key)} = {_value(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_value(item) for item in value)}]"
    plain = str(value) if isinstance(value, PurePath) else value
    return tomli_w.dumps({"_": plain}).removeprefix("_ = ").strip()


def _summary(table: type[BaseModel]) -> list[str]:
    """The first sentence of a table's docstring, as a comment."""
    sentence = re.split(r"(?<=[.;]) ", _plain((table.__doc__ or "").split("\n\n")[0]))[0]
    return [f"# {sentence.rstrip('.;')}"] if sentence else []


def _name(key: str) -> str:
    """A key, in quotes if it needs them."""
    return tomli_w.dumps({key: 0}).strip().removesuffix(" = 0")


def _comments(table: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """What the docstrings of a table and of those that it derives from say of its attributes."""
    for ancestor in reversed(table.__mro__):
        for name, text in _ATTRIBUTE.findall(inspect.cleandoc(ancestor.__doc__ or "")):
            yield name, _plain(text).rstrip(".")


def _plain(text: str) -> str:
    """Text on one line, without the marks of reStructuredText."""
    return re.sub(r":\w+:`~?([^`]*)`|``([^`]*)``", r"\1\2", " ".join(text.split()))
