"""Stands for `mfa` in tests: checks how it is called and replays recorded output of the real one.

It needs nothing but the standard library. The file that REPLAY_PLAN names says what to do:
  run      folder of a recorded run: output/, console/{rc,stdout,stderr}
  stems    for each file of the corpus, by its number, the recorded file it is: "spk1/oov_one"
  version  what `mfa version` prints
  calls    file that gets a line of JSON for each call
  refuse   {number: 1}: files that cannot be opened; the recorded run of that kind is `garbage`
  garbage  folder of that run
  pids     file for its own process id and that of a child it starts; it then stands still
  deaf     whether both take no notice of SIGTERM
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

FLAGS = {
    "--clean": 0,
    "--overwrite": 0,
    "--quiet": 0,
    "--no_use_postgres": 0,
    "--temporary_directory": 1,
    "--output_format": 1,
    "--output_directory": 1,
    "--g2p_model_path": 1,
    "-j": 1,
}
REQUIRED = FLAGS.keys() - {"--output_directory", "--g2p_model_path"}


def main(argv: list[str]) -> int:
    plan = json.loads(Path(os.environ["REPLAY_PLAN"]).read_text(encoding="utf-8"))
    if argv == ["version"]:
        sys.stdout.write(plan.get("version", "3.4.3") + "\n")
        return 0
    positional, flags = parse(argv)
    mode, corpus, dictionary = positional[0], Path(positional[1]), Path(positional[2])
    output = Path(flags["--output_directory"] if mode != "align" else positional[4])
    check(mode, positional, flags, corpus, dictionary, output)
    audio = sorted(corpus.glob("*/*.wav"))
    with Path(plan["calls"]).open("a", encoding="utf-8") as calls:
        call = {
            "argv": argv,
            "root": os.environ.get("MFA_ROOT_DIR"),
            "dictionary": dictionary.read_text(encoding="utf-8"),
            "corpus": {
                file.relative_to(corpus).as_posix(): file.with_suffix(".lab").read_text()
                for file in audio
            },
        }
        calls.write(json.dumps(call) + "\n")
    if "pids" in plan:
        stand_still(Path(plan["pids"]), bool(plan.get("deaf")))
    for file in audio:
        if str(number_of(file)) in plan.get("refuse", {}):
            return refuse(Path(plan["garbage"]), file)
    status = speak(Path(plan["run"]))
    if status == 0:
        replay(Path(plan["run"]) / "output", plan["stems"], audio, output, analysis=mode != "train")
        if mode != "align":
            model = Path(positional[-1])
            model.write_bytes(b"a model")
    return status


def parse(argv: list[str]) -> tuple[list[str], dict[str, str]]:
    """Stricter than the real one, which takes unknown flags without a word."""
    positional, flags, rest = [], {}, list(argv)
    while rest:
        part = rest.pop(0)
        if not part.startswith("-"):
            positional.append(part)
        elif part not in FLAGS or part in flags:
            raise SystemExit(f"wrong flag {part}")
        else:
            flags[part] = rest.pop(0) if FLAGS[part] else ""
    if missing := REQUIRED - flags.keys():
        raise SystemExit(f"flags missing: {missing}")
    return positional, flags


def check(
    mode: str,
    positional: list[str],
    flags: dict[str, str],
    corpus: Path,
    dictionary: Path,
    output: Path,
) -> None:
    temporary = Path(flags["--temporary_directory"])
    root = Path(os.environ["MFA_ROOT_DIR"])
    require(len(positional) == {"align": 5, "train": 4, "adapt": 5}[mode], "arguments")
    require(all(path.is_absolute() for path in (corpus, output, temporary)), "absolute paths")
    require(temporary.is_dir() and not list(temporary.iterdir()), "a fresh temporary directory")
    require(os.access(root, os.W_OK), "a root that can be written")
    for place in (temporary, root):
        require(not str(corpus).startswith(str(place)), "the corpus outside of it")
        require(not str(output).startswith(str(place)), "the output outside of it")
    require(dictionary.suffix in (".txt", ".dict") and dictionary.is_file(), "a dictionary")
    require(mode == "train" or Path(positional[3]).is_file(), "an acoustic model")
    require(mode == "align" or positional[-1].endswith(".zip"), "a model path that ends in .zip")
    require(flags["--output_format"] == "long_textgrid", "long TextGrids")
    for file in corpus.glob("*/*"):
        require(
            re.fullmatch(r"s\d{6}/u\d{8}\.(wav|lab)", f"{file.parent.name}/{file.name}"), "names"
        )
        if file.suffix == ".wav":
            with wave.open(str(file)) as audio:
                form = (audio.getframerate(), audio.getnchannels(), audio.getsampwidth())
                require(form == (16_000, 1, 2), "16 kHz mono 16 bit")


def require(condition: object, what: str) -> None:
    if not condition:
        raise SystemExit(f"expected: {what}")


def number_of(file: Path) -> int:
    return int(file.stem[1:])


def speak(run: Path) -> int:
    console = run / "console"
    sys.stdout.write((console / "stdout").read_text(encoding="utf-8"))
    sys.stdout.flush()
    sys.stderr.write((console / "stderr").read_text(encoding="utf-8"))
    return int((console / "rc").read_text())


def refuse(run: Path, file: Path) -> int:
    said = (run / "console" / "stderr").read_text(encoding="utf-8")
    sys.stderr.write(re.sub(r"Error opening '[^']+'", f"Error opening '{file}'", said))
    return 1


def replay(
    recorded: Path, stems: list[str], audio: list[Path], output: Path, *, analysis: bool
) -> None:
    with (recorded / "alignment_analysis.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["speaker"], row["file"]): row for row in csv.DictReader(file)}
    told = []
    for wav in audio:
        stem = stems[number_of(wav)]
        source = recorded / f"{stem}.TextGrid"
        target = output / wav.parent.name / f"{wav.stem}.TextGrid"
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        if row := rows.get(tuple(stem.split("/"))):
            told.append({**row, "file": wav.stem, "speaker": wav.parent.name})
    if analysis:
        with (output / "alignment_analysis.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, next(iter(rows.values())).keys())
            writer.writeheader()
            writer.writerows(told)


def stand_still(pids: Path, deaf: bool) -> None:
    if deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    code = "import time; time.sleep(600)"
    if deaf:
        code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + code
    child = subprocess.Popen([sys.executable, "-c", code])
    sys.stderr.write(" INFO     Generating alignments...\n")
    time.sleep(0.3)
    pids.with_suffix(".part").write_text(f"{os.getpid()} {child.pid}")
    pids.with_suffix(".part").rename(pids)
    time.sleep(600)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
