"""Whether what the ctc engine needs is installed."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from sal_anchors.installation import Check

INSTALL = "pip install 'sal-anchors[ctc]'"


def check_ctc() -> Check:
    """Whether transformers and ctc-segmentation are installed and load.

    That a model is given is another matter: without one the engine cannot be made.
    """
    found = ""
    try:
        found = f"{version('ctc-segmentation')}, transformers {version('transformers')}"
        import_module("ctc_segmentation")
        import_module("transformers")
    except PackageNotFoundError:
        advice = f"not installed: {INSTALL} (a C compiler is needed)"
        return Check("ctc", False, "", advice, required=False)
    except ImportError as error:
        advice = f"does not load ({error}): {INSTALL} --force-reinstall"
        return Check("ctc", False, found, advice, required=False)
    return Check("ctc", True, found, required=False)
