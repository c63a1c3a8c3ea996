"""``sal-anchors inspect`` on a million utterances: time to start, to answer a key, and memory.

    python benchmarks/inspecting.py FOLDER [--rows 1000000]

builds in FOLDER, or finds there from an earlier run, the synthetic manifest of
``benchmarks/manifest_store.py``, and drives the application on it in processes of their own, at
80x24 and at 200x50. Start: from the command to the first lines on the screen of tmux. Keys: from
the key to the drawn screen, after filters are ready, and while they are being read. Memory: the
process's peak resident set after all of that. The utterances have no audio. Needs tmux.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import manifest_store as store
from sal_anchors_cli.inspector.app import Inspector
from sal_anchors_cli.inspector.list_screen import ListScreen

from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.manifest import Manifest

SIZES = ((80, 24), (200, 50))
KEYS = {
    "move in the list": ("down", "up", "pagedown", "pagedown", "pageup", "end", "home", "down"),
    "move in the worst": ("pagedown", "pagedown", "end", "pageup", "home", "down"),
    "open and leave": ("enter", "escape") * 4,
    "work on an utterance": (
        *("right", "right", "up", "pagedown", "tab", "full_stop", "comma", "a", "x", "u"),
        *("ctrl+r", "down", "0", "b", "u", "less_than_sign", "greater_than_sign"),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--drive", nargs=2, type=int, metavar=("WIDTH", "HEIGHT"))
    options = parser.parse_args()
    path = options.folder / store.MANIFEST
    if options.drive:
        print(json.dumps(asyncio.run(drive(path, tuple(options.drive)))))
        return
    build(path, options.rows)
    print(f"{options.rows} utterances\n")
    starts = [start(path) for _ in range(5)]
    print(f"start to the first lines in tmux: median {statistics.median(starts):.2f} s of 5\n")
    for size in SIZES:
        found = _in_its_own_process(options.folder, size)
        print(f"{size[0]}x{size[1]}: peak {found['peak_mb']:.0f} MB, filters after", end="")
        print(f" {found['ready_s']:.1f} s\n\n| keys | number | median ms | worst ms |")
        print("|---|---|---|---|")
        for name, times in found["keys"].items():
            median, worst = statistics.median(times), max(times)
            print(f"| {name} | {len(times)} | {median:.0f} | {worst:.0f} |")
        print(flush=True)


def build(path: Path, rows: int) -> None:
    """The manifest, unless it is there with as many rows."""
    if path.is_dir() and len(Manifest.open(path)) == rows:
        (path / "edits.jsonl").unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    recipe = keyword_recipe(("computer",))
    templates = [store._template(number, recipe) for number in range(store.TEMPLATES)]
    store._build_manifest(path, recipe, (store.numbered(templates, n) for n in range(rows)))


def start(path: Path) -> float:
    """Seconds from the command to lines of the manifest on the screen."""
    tmux = [shutil.which("tmux") or "tmux", "-L", f"bench-{uuid.uuid4().hex[:8]}"]
    command = [str(Path(sys.executable).with_name("sal-anchors")), "inspect", str(path)]
    environment = {key: value for key, value in os.environ.items() if key != "TMUX"}

    def run(*arguments: str) -> str:
        return subprocess.run(  # noqa: S603
            [*tmux, *arguments], capture_output=True, text=True, check=True, env=environment
        ).stdout

    run("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "cat")
    try:
        began = time.perf_counter()
        run("respawn-pane", "-k", *command)
        while "utterance-0000010" not in run("capture-pane", "-p"):
            time.sleep(0.005)
        return time.perf_counter() - began
    finally:
        run("kill-server")


def _in_its_own_process(folder: Path, size: tuple[int, int]) -> dict[str, Any]:
    answer = subprocess.run(  # noqa: S603
        [sys.executable, __file__, str(folder), "--drive", *map(str, size)],
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


async def drive(path: Path, size: tuple[int, int]) -> dict[str, Any]:
    """Press keys; milliseconds of each, and the memory at the end."""
    app = Inspector(Manifest.open(path), who="bench", audio_root=path.parent)
    times: dict[str, list[float]] = {}
    async with app.run_test(size=size) as pilot:
        began = time.perf_counter()

        async def press(name: str, keys: tuple[str, ...]) -> None:
            for key in keys:
                times.setdefault(name, []).append(await answered(app, pilot, key))

        while not isinstance(app.screen, ListScreen):
            await pilot.pause(0.01)
        listed = app.screen
        while not listed.settled:
            await press("while filters are read", ("down", "pagedown"))
            await asyncio.sleep(0.05)
        ready = time.perf_counter() - began
        await press("move in the list", KEYS["move in the list"])
        await pilot.press("w")
        while listed.order != "worst" or listed.query_one("#rows") is None:
            await pilot.pause(0.05)
        await pilot.pause(2.0)
        await press("move in the worst", KEYS["move in the worst"])
        await press("open and leave", KEYS["open and leave"])
        await pilot.press("enter")
        await pilot.pause(0.5)
        await press("work on an utterance", KEYS["work on an utterance"])
    return {"ready_s": ready, "peak_mb": store._memory("VmHWM") / 1024, "keys": times}


async def answered(app: Inspector, pilot: Any, key: str) -> float:
    """Milliseconds from a key until the screen is drawn and nothing is left to do."""
    drawn = asyncio.Event()
    began = time.perf_counter()
    app.simulate_key(key)
    app.screen.call_after_refresh(drawn.set)
    await drawn.wait()
    spent = (time.perf_counter() - began) * 1000
    await pilot.pause(0.01)
    return spent


if __name__ == "__main__":
    main()
