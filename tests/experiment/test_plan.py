from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sal_anchors.errors import ExperimentError
from sal_anchors.experiment.job import Job, jobs_of
from sal_anchors.experiment.plan import short_plan
from sal_anchors.experiment.plan_file import plan_of, plan_text, read_plan
from sal_anchors.manifest import Manifest

SHORT = short_plan(["ce", "sa+fl"], ["gru", "tcn"], 2)


def plan_file(folder: Path, text: str) -> Path:
    path = folder / "plan.toml"
    path.write_text(text)
    return path


def jobs(values: dict[str, Any], manifest: Manifest, out: Path) -> dict[str, Job]:
    return {job.name: job for job in jobs_of(plan_of(values), manifest, out)}


def test_losses_and_networks_are_short_for_a_plan(tones: Manifest, tmp_path: Path) -> None:
    found = jobs({**SHORT, "set": ["epochs=4"]}, tones, tmp_path)
    assert list(found) == [
        *("gru-ce-0", "gru-sa+fl-0", "tcn-ce-0", "tcn-sa+fl-0"),
        *("gru-ce-1", "gru-sa+fl-1", "tcn-ce-1", "tcn-sa+fl-1"),
    ]
    config = found["tcn-sa+fl-1"].config
    assert (config.model.kind, config.loss.variant, config.seed) == ("tcn", "sa+fl", 1)
    assert config.epochs == 4


def test_what_is_set_for_all_outdoes_the_arm_the_arm_the_network_and_it_the_configuration(
    tones: Manifest, tmp_path: Path
) -> None:
    values = {
        "seeds": 1,
        "config": {"epochs": 9, "clip_norm": 2.0, "ema": 0.5, "patience": 3},
        "models": [{"name": "m", "set": ["epochs=8", "clip_norm=3.0", "ema=0.6"]}],
        "arms": [{"name": "a", "set": ["epochs=7", "clip_norm=4.0"]}],
        "set": ["epochs=6"],
    }
    config = jobs(values, tones, tmp_path)["m-a-0"].config
    assert (config.epochs, config.clip_norm, config.ema, config.patience) == (6, 4.0, 0.6, 3)


def test_a_plan_is_the_same_after_it_was_written_and_read(tmp_path: Path) -> None:
    values = {
        **SHORT,
        "reference": ["sa+fl"],
        "config": {"data": {"batch": 4}},
        "evaluation": {"targets": [2.0], "events": {"late_ms": 300.0}},
    }
    plan = plan_of(values)
    assert plan_of(read_plan(plan_file(tmp_path, plan_text(plan)))) == plan


def test_folders_of_negatives_start_from_the_file_that_names_them(tmp_path: Path) -> None:
    path = plan_file(tmp_path, '[evaluation]\nnegatives = ["street"]\n[[arms]]\nname = "a"\n')
    assert plan_of(read_plan(path)).evaluation.negatives == (tmp_path / "street",)


def test_the_reference_is_ce_or_else_the_first_arm() -> None:
    assert plan_of(short_plan(["sal", "ce"], ["gru"], 1)).references == ("ce",)
    assert plan_of(short_plan(["sal", "fl"], ["gru"], 1)).references == ("sal",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reference": ["cee"]}, "there is no arm 'cee'; there are 'ce', 'sa\\+fl'"),
        ({"seeds": 0}, "0 seeds"),
        ({"seeds": [1, 1]}, "seeds: 1 is there twice"),
        ({"arms": [{"name": "a"}, {"name": "a"}]}, "arms: 'a' is there twice"),
        ({"arms": [{"name": "a", "sett": []}]}, r"arms\.0\.sett: unknown key, the nearest is set"),
        ({"arm": []}, "arm: unknown key, the nearest is arms"),
        ({"evaluation": {"targets": [-1.0]}}, r"evaluation\.targets\.0: .*greater"),
    ],
)
def test_a_mistake_in_a_plan_names_the_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        plan_of({**SHORT, **change})


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ({"set": ["loss.gama=1"]}, "'gru' with 'odd': loss.gama: unknown key"),
        ({"render": ["events[0].kernel.peek=2"]}, "arm 'odd': .*peek: unknown key"),
        ({"render": ["events[0].pattern=down"]}, "arm 'odd': .*looks for other events"),
        ({"render": ["events[0].class=other"]}, "arm 'odd': .*the classes background, other"),
        ({"render": ["grid.hop=320"]}, "arm 'odd': "),
        ({"render": ["weights.normalise=corpus"]}, "arm 'odd': .*needs a mean"),
    ],
)
def test_an_arm_that_is_not_possible_is_named(
    arm: dict[str, Any], message: str, tones: Manifest, tmp_path: Path
) -> None:
    with pytest.raises(ExperimentError, match=message):
        jobs({**short_plan([], ["gru"], 1), "arms": [{"name": "odd", **arm}]}, tones, tmp_path)


def test_names_that_would_share_a_folder_are_refused(tones: Manifest, tmp_path: Path) -> None:
    arms = [{"name": "sal, peak 4"}, {"name": "sal peak 4"}]
    with pytest.raises(ExperimentError, match="would have one folder, gru-sal-peak-4-0"):
        jobs({**SHORT, "arms": arms}, tones, tmp_path)


def test_no_name_leaves_the_folder_of_the_runs(tones: Manifest, tmp_path: Path) -> None:
    values = {"seeds": 1, "models": [{"name": "../../x"}], "arms": [{"name": ".."}]}
    (job,) = jobs(values, tones, tmp_path).values()
    assert job.folder.parent == tmp_path.resolve() / "runs"
