"""Reading a TOML file that a person wrote."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from sal_anchors.errors import SalAnchorsError


def read_toml(
    path: Path, error: type[SalAnchorsError], *, what: str, absent: str, hint: str
) -> dict[str, Any]:
    """The tables of a file, not checked yet.

    Args:
        path: the file.
        error: raised if it is absent, cannot be read, or is no TOML.
        what: it is, such as ``recipe``.
        absent: what to do if there is none.
        hint: where its keys are explained.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise error(f"there is no such {what}", where=path, hint=absent) from None
    except OSError as problem:
        raise error(f"cannot be read ({problem.strerror})", where=path) from None
    except UnicodeDecodeError:
        raise error("is not text in UTF-8", where=path) from None
    except tomllib.TOMLDecodeError as problem:
        raise error(f"is not TOML: {problem}", where=path, hint=hint) from None
