"""Pages of HTML that need nothing else and fetch nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def rendered(
    package: str,
    template: str,
    *,
    filters: Mapping[str, Callable[..., str]] | None = None,
    **values: Any,
) -> str:
    """A page by a template that extends ``page.html``; every text in it is escaped.

    Args:
        package: that holds the template.
        template: name of its file.
        filters: of the template, by name.
        values: of the template; ``title`` is the heading.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package, "."), PackageLoader(__package__, ".")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= dict(filters or {})
    return environment.get_template(template).render(values)


def address(image: bytes) -> str:
    """An SVG image as a ``data:`` address."""
    return "data:image/svg+xml;base64," + base64.b64encode(image).decode()
