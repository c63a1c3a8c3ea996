"""What a manifest must have to be trained on."""

from __future__ import annotations

from sal_anchors.dataset import SplitSummary, summarise
from sal_anchors.dataset.sensors import require_streams
from sal_anchors.errors import TrainingError
from sal_anchors.manifest import Manifest
from sal_anchors.models import sensors_of
from sal_anchors.train.config import TrainConfig


def require_data(
    manifest: Manifest, config: TrainConfig, *, processes: int = 1
) -> tuple[SplitSummary, SplitSummary]:
    """What the splits ``train`` and ``dev`` have to offer.

    Raises:
        TrainingError: no class, no recordings in one of them, a class without an anchor in
            ``train``, fewer recordings than processes, or ``patience`` without an anchor in
            ``dev``.
        DataError: the recordings of one of them have not the streams that the model takes.
    """
    if len(manifest.classes) < 2:
        raise TrainingError(
            "the manifest has no class besides the background",
            where=manifest.path,
            hint="Align with a keyword (-k) or with a recipe whose rules name classes",
        )
    train, dev = summarise(manifest, "train"), summarise(manifest, "dev")
    if not train.rows:
        raise TrainingError(
            "no usable recording in the split 'train'",
            where=manifest.path,
            hint="See why with: sal-anchors inspect --plain",
        )
    for index, name in enumerate(manifest.classes):
        if index and not train.anchors[index]:
            raise TrainingError(
                f"the class {name!r} has no anchor in the split 'train' ({train.rows} recordings)",
                where=manifest.path,
                hint="Add recordings in which it is said, or align without it",
            )
    if train.rows < processes:
        raise TrainingError(
            f"{train.rows} recordings in the split 'train' for {processes} processes",
            where=manifest.path,
            hint="Start fewer processes",
        )
    if not dev.rows:
        raise TrainingError(
            "no usable recording in the split 'dev', which chooses the best epoch",
            where=manifest.path,
            hint="Give some recordings the split 'dev' and align again",
        )
    if config.patience is not None and not any(dev.anchors[k] for k in dev.anchors if k):
        raise TrainingError(
            "no anchor in the split 'dev', so that 'patience' has no measure to wait for",
            where=manifest.path,
            hint="Leave patience out, or give recordings with anchors the split 'dev'",
        )
    for split in ("train", "dev"):
        require_streams(manifest, sensors_of(config.model), split)
    return train, dev
