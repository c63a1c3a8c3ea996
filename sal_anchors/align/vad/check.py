"""Whether what the vad engine needs is installed, and where its model lies."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from sal_anchors.installation import Check

INSTALL = "pip install 'sal-anchors[vad]'"
MODEL_NAME = "silero_vad_16k_sequence.onnx"


def check_vad() -> Check:
    """Whether silero-vad, with the model that is run, and ONNX Runtime are installed and load."""
    found = ""
    try:
        found = f"{version('silero-vad')}, onnxruntime {version('onnxruntime')}"
        import_module("onnxruntime")
    except PackageNotFoundError as error:
        return _unready("", f"{error.name} is not installed: {INSTALL}")
    except ImportError as error:
        return _unready(found, f"does not load ({error}): {INSTALL} --force-reinstall")
    if not model_path().is_file():
        return _unready(found, f"this silero-vad has no {MODEL_NAME}: {INSTALL} --upgrade")
    return Check("vad", True, found, required=False)


def model_path() -> Path:
    """The model's file in the installed package, which is not imported: it would load torch.

    Raises:
        PackageNotFoundError: silero-vad is not installed.
    """
    located = distribution("silero-vad").locate_file(f"silero_vad/data/{MODEL_NAME}")
    return Path(str(located))


def _unready(found: str, advice: str) -> Check:
    return Check("vad", False, found, advice, required=False)
