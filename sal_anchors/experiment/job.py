"""One run of a plan: everything that decides what comes out of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from sal_anchors.anchors.recipe import Recipe
from sal_anchors.anchors.recipe_file import overridden
from sal_anchors.errors import ExperimentError, SalAnchorsError
from sal_anchors.evaluate.negatives import negative_files
from sal_anchors.experiment.plan import Arm, Measures, Network, Plan
from sal_anchors.manifest import Manifest
from sal_anchors.train.config import TrainConfig
from sal_anchors.train.config_file import config_of
from sal_anchors.train.provenance import manifest_hash

RUNS_NAME = "runs"


class Job(BaseModel):
    """A network trained in one way from one seed, and how it is measured; plain values only.

    Attributes:
        model: name of the network.
        arm: name of the way of training.
        seed: of everything random.
        folder: of the run.
        manifest: folder.
        audio_root: where the audio is, if not where the manifest says.
        config: of the trainer.
        recipe: that the targets are rendered by.
        measures: how it is measured.
        data: SHA-256 of the manifest, hex.
        negatives: SHA-256 of names and sizes of the negatives' files, hex.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    arm: str
    seed: int
    folder: Path
    manifest: Path
    audio_root: Path | None
    config: TrainConfig
    recipe: Recipe
    measures: Measures
    data: str
    negatives: str

    @property
    def name(self) -> str:
        """Of the run folder."""
        return self.folder.name

    @property
    def training(self) -> dict[str, Any]:
        """All that the weights depend on."""
        return {
            "config": self.config.model_dump(mode="json"),
            "recipe": self.recipe.model_dump(mode="json"),
            "manifest": self.data,
        }

    @property
    def evaluation(self) -> dict[str, Any]:
        """All that the measures depend on beside the weights."""
        measures = self.measures.model_dump(mode="json", exclude={"negatives"})
        return {**measures, "negatives": self.negatives}


def jobs_of(
    plan: Plan, manifest: Manifest, out: Path, *, audio_root: Path | None = None
) -> tuple[Job, ...]:
    """The runs of a plan, all arms and networks of the first seed first.

    Args:
        plan: what is compared.
        manifest: what is trained on and measured with.
        out: folder of the comparison.
        audio_root: as the manifest was opened with.

    Raises:
        ExperimentError: two runs would have one folder, or an arm is not possible; the message
            names it.
        CorpusError, EvaluationError: the negatives cannot be used.
    """
    digest, negatives = manifest_hash(manifest), _negatives_hash(plan.evaluation.negatives)
    recipes = {arm.name: _recipe(arm, manifest) for arm in plan.arms}
    measures = plan.evaluation.model_copy(
        update={"negatives": tuple(f.resolve() for f in plan.evaluation.negatives)}
    )
    root = audio_root and audio_root.resolve()
    jobs: dict[str, Job] = {}
    for seed in plan.seeds:
        for model in plan.models:
            for arm in plan.arms:
                folder = (
                    out.resolve()
                    / RUNS_NAME
                    / f"{plain_name(model.name)}-{plain_name(arm.name)}-{seed}"
                )
                job = Job(
                    model=model.name,
                    arm=arm.name,
                    seed=seed,
                    folder=folder,
                    manifest=manifest.path.resolve(),
                    audio_root=root,
                    config=_config(plan, model, arm, seed),
                    recipe=recipes[arm.name],
                    measures=measures,
                    data=digest,
                    negatives=negatives,
                )
                if other := jobs.get(folder.name.casefold()):
                    raise ExperimentError(
                        f"{model.name!r} with {arm.name!r} and {other.model!r} with {other.arm!r} "
                        f"would have one folder, {folder.name}",
                        hint="Give them names that differ in letters or digits",
                    )
                jobs[folder.name.casefold()] = job
    return tuple(jobs.values())


def _config(plan: Plan, model: Network, arm: Arm, seed: int) -> TrainConfig:
    overrides = (*model.set, *arm.set, *plan.set, f"seed={seed}")
    try:
        return config_of(plan.config, overrides=overrides)
    except SalAnchorsError as error:
        raise ExperimentError(
            f"{model.name!r} with {arm.name!r}: {error.problem}", hint=error.hint
        ) from None


def _recipe(arm: Arm, manifest: Manifest) -> Recipe:
    try:
        recipe = overridden(manifest.recipe, arm.render)
        return manifest.with_recipe(recipe).recipe
    except SalAnchorsError as error:
        raise ExperimentError(f"arm {arm.name!r}: {error.problem}", hint=error.hint) from None


def plain_name(name: str) -> str:
    """A name as part of the name of a file or folder."""
    return re.sub(r"[^A-Za-z0-9._+]+", "-", name).strip("-.") or "unnamed"


def _negatives_hash(folders: Sequence[Path]) -> str:
    sizes = {id_: path.stat().st_size for id_, path in negative_files(folders).items()}
    return hashlib.sha256(json.dumps(sizes, sort_keys=True).encode()).hexdigest()
