"""Whether viter can run."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from sal_anchors.installation import Check

INSTALL = "pip install 'sal-anchors[viter]'"


def check_viter() -> Check:
    """Whether viter is installed and loads."""
    try:
        found = version("viter")
        import_module("viter")
    except PackageNotFoundError:
        return Check("viter", False, "", f"not installed: {INSTALL}", required=False)
    except ImportError as error:
        advice = f"does not load ({error}): {INSTALL} --force-reinstall"
        return Check("viter", False, found, advice, required=False)
    return Check("viter", True, found, required=False)


def viter_command() -> list[str]:
    """Program and first arguments of the installed viter's command line."""
    return [sys.executable, "-P", "-c", "import sys, viter; sys.exit(viter.main())"]
