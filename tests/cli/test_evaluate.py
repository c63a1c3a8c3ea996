from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import Result
from typer.testing import CliRunner

from sal_anchors.errors import CheckpointError, EvaluationError
from sal_anchors.manifest import Manifest

main = pytest.importorskip("sal_anchors_cli.main")


def evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(main.app, ["evaluate", *map(str, arguments)])


def test_it_prints_rates_latency_and_what_they_rest_on(tones: Manifest, tone_run: Path) -> None:
    result = evaluate(tone_run, tones.path)
    assert result.exit_code == 0, result.output
    assert "up: 3 positives, 0.002 h of negatives" in result.stdout
    assert "0 of 3" in result.stdout
    assert "too few to resolve 0.5, 1, 5 FA/h" in " ".join(result.stdout.split())


def test_json_is_only_json_on_stdout_and_holds_the_settings(
    tones: Manifest, tone_run: Path
) -> None:
    settings = {"--smooth": 30, "--refractory": 700, "--rearm": 20, "--early": 150, "--late": 450}
    settings |= {"--collar": 90, "--pause": 300}
    options = [value for pair in settings.items() for value in pair]
    result = evaluate(
        *(tone_run, tones.path, "--json", *options, "--target", 2, "--target", 9),
        *("--bootstrap", 20, "--seed", 5, "--split", "dev"),
    )
    report = json.loads(result.stdout)
    assert report["overall"]["positives"] == 2
    assert report["settings"] == {f"{k[2:]}_ms": v for k, v in settings.items()}
    assert (report["bootstrap"], report["seed"], report["split"]) == (20, 5, "dev")
    assert [point["target"] for point in report["overall"]["operating_points"]] == [2, 9]


def test_scores_that_were_written_measure_the_same_without_the_run(
    tones: Manifest, tone_run: Path, tmp_path: Path
) -> None:
    scores = tmp_path / "own.parquet"
    first = evaluate(tone_run, tones.path, "--json", "--write-scores", scores)
    again = evaluate(tones.path, "--json", "--scores", scores)
    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
    assert json.loads(again.stdout) == json.loads(first.stdout)


def test_a_page_and_plots_are_written(tones: Manifest, tone_run: Path, tmp_path: Path) -> None:
    page, plots = tmp_path / "r.html", tmp_path / "plots"
    result = evaluate(tone_run, tones.path, "--html", page, "--plots", plots)
    assert result.exit_code == 0, result.output
    assert "tones.run on tones.anchors" in page.read_text()
    assert sorted(path.name for path in plots.iterdir()) == ["det.png", "latency.png"]


def test_negatives_that_cannot_be_read_are_listed_and_exit_with_one(
    tones: Manifest, tone_run: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "street"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.zeros(8_000), 8_000)
    result = evaluate(tone_run, tones.path, "--negatives", folder)
    assert result.exit_code == 0, result.output
    assert "7 recordings" in result.stdout
    (folder / "b.wav").write_bytes(b"no audio")
    result = evaluate(tone_run, tones.path, "--negatives", folder)
    assert result.exit_code == 1
    assert "not read: 1 files" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("{manifest}",), "expected RUN and MANIFEST, got"),
        (("{run}", "{manifest}", "--scores", "s.parquet"), "MANIFEST alone, since"),
        (("{run}", "{manifest}", "--write-scores", "s.npy"), "must end in .parquet"),
        (("{run}", "{manifest}", "--target=-1"), "greater than or equal to 0"),
    ],
)
def test_wrong_usage_exits_with_two_and_says_why(
    tones: Manifest, tone_run: Path, arguments: tuple[str, ...], problem: str
) -> None:
    places = {"run": tone_run, "manifest": tones.path}
    result = evaluate(*(argument.format(**places) for argument in arguments))
    assert result.exit_code == 2
    shown = " ".join(result.output.replace("│", " ").split())
    assert problem in shown


def test_a_missing_run_or_scores_file_is_the_librarys_error(
    tones: Manifest, tmp_path: Path
) -> None:
    assert isinstance(evaluate(tmp_path, tones.path).exception, CheckpointError)
    missing = evaluate(tones.path, "--scores", tmp_path / "no.parquet")
    assert isinstance(missing.exception, EvaluationError)
