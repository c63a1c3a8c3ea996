from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sal_anchors.errors import EvaluationError
from sal_anchors.evaluate.match import EventConfig
from sal_anchors.evaluate.report import EvaluationReport
from sal_anchors.evaluate.run import detector_source, measure_source
from sal_anchors.evaluate.scored import scores_source
from sal_anchors.evaluate.scores_header import ScoresHeader, header_of
from sal_anchors.evaluate.scores_read import open_scores
from sal_anchors.evaluate.scores_write import scores_writer
from sal_anchors.evaluate.source import Source
from sal_anchors.manifest import Manifest
from sal_anchors.train.checkpoint import load_checkpoint

CONFIG = EventConfig()
HEADER = {"classes": ["other", "up"], "sample_rate": 16_000, "hop": 1_280, "first": 1_280}


def measured(source: Source, tones: Manifest) -> EvaluationReport:
    return measure_source(
        source, where=tones.path, split="test", config=CONFIG, resamples=20
    ).report


@pytest.fixture(scope="module")
def written(tones: Manifest, tone_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tone detector's own posteriors of the test split."""
    path = tmp_path_factory.mktemp("scores") / "own.parquet"
    source = detector_source(load_checkpoint(tone_run), tones, "test", CONFIG)
    header = header_of(source.classes, source.grid, source.look_ahead)
    with scores_writer(path, header) as writer:
        for item in source.items:
            writer.write(item)  # type: ignore[arg-type]
    return path


def folder_of(path: Path, tones: Manifest, header: dict[str, object], values: object) -> Path:
    """A folder of ``.npy`` files, the same for each recording of the test split."""
    path.mkdir()
    (path / "scores.json").write_text(json.dumps(header))
    for row in tones.rows("test", usable=True):
        np.save(path / f"{row.id}.npy", np.asarray(values))
    return path


def test_our_own_posteriors_measure_the_same_from_a_file_as_from_the_detector(
    tones: Manifest, tone_run: Path, written: Path
) -> None:
    direct = measured(detector_source(load_checkpoint(tone_run), tones, "test", CONFIG), tones)
    again = measured(scores_source(open_scores(written), tones, "test", CONFIG), tones)
    assert again == direct


def test_other_tools_read_what_is_written_and_count_the_same_hits_by_hand(
    tones: Manifest, tone_run: Path, written: Path
) -> None:
    rows = polars.read_parquet(written)
    header = json.loads(pq.read_schema(written).metadata[b"scores"])
    assert header["classes"] == ["background", "up"]
    source = detector_source(load_checkpoint(tone_run), tones, "test", CONFIG)
    point = measured(source, tones).overall.operating_points[0]
    hits = 0
    for id_, posteriors in rows.select("id", "posteriors").iter_rows():
        scores = np.convolve(np.array(posteriors)[:, 1], np.ones(5) / 5)[: len(posteriors)]
        (crossings,) = np.nonzero(
            (scores >= point.threshold) & (np.roll(scores, 1) < point.threshold)
        )
        times = (header["first"] + crossings * header["hop"]) / header["sample_rate"]
        for anchor in tones.row(id_).anchors:
            hits += bool(((times >= anchor.time - 0.2) & (times <= anchor.time + 0.5)).any())
    assert hits == 3 - point.misses


def test_another_systems_folder_of_arrays_is_measured_on_its_own_hop(
    tones: Manifest, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "s", tones, HEADER, np.zeros((19, 2), np.float16))
    for row in tones.rows("test", usable=True):
        values = np.zeros((19, 2))
        for anchor in row.anchors:
            values[int(anchor.time / 0.08) + 1 :, 1] = 0.8
        np.save(folder / f"{row.id}.npy", values)
    report = measured(scores_source(open_scores(folder), tones, "test", CONFIG), tones)
    point = report.classes[0].operating_points[0]
    assert (point.misses, point.false_accepts) == (0, 0)
    assert point.latency is not None
    assert 0.08 <= point.latency.median <= 0.17


def test_columns_are_found_by_name_and_a_background_is_not_needed(
    tones: Manifest, tmp_path: Path
) -> None:
    header = {**HEADER, "classes": ["up", "down"]}
    values = np.tile([0.25, 0.75], (19, 1))
    folder = folder_of(tmp_path / "s", tones, header, values)
    source = scores_source(open_scores(folder), tones, "test", CONFIG)
    for one in source.items:
        assert one.posteriors[:, 1].tolist() == [0.25] * len(one.posteriors)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "values", "problem"),
    [
        ({"classes": ["other", "down"]}, np.zeros((19, 2)), "no posteriors for up"),
        ({}, np.zeros((19, 3)), r"shape \(19, 3\), expected \(T, 2\)"),
        ({}, np.full((19, 2), 1.5), r"outside \[0, 1\]"),
        ({}, np.full((19, 2), np.nan), r"outside \[0, 1\]"),
        ({}, np.full((19, 2), "a"), "expected numbers"),
        ({}, np.zeros((5, 2)), r"end at 0\.40 s.*the recording at 1\.50 s"),
        ({"hop": 0}, np.zeros((19, 2)), "hop must be a positive"),
        ({"first": -5}, np.zeros((19, 2)), "first -5 is less"),
        ({"hops": 3}, np.zeros((19, 2)), "hops"),
        ({"version": 2}, np.zeros((19, 2)), "version"),
        ({"classes": ["up", "up"]}, np.zeros((19, 2)), "twice"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(
    tones: Manifest, tmp_path: Path, change: dict[str, object], values: object, problem: str
) -> None:
    folder = folder_of(tmp_path / "s", tones, {**HEADER, **change}, values)
    with pytest.raises(EvaluationError, match=problem):
        list(scores_source(open_scores(folder), tones, "test", CONFIG).items)


def test_a_recording_without_posteriors_is_an_error_that_names_it(
    tones: Manifest, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "s", tones, HEADER, np.zeros((19, 2)))
    (folder / "test-003.npy").unlink()
    with pytest.raises(EvaluationError, match=r"no posteriors of 1 of 6 recordings: 'test-003'"):
        scores_source(open_scores(folder), tones, "test", CONFIG)


def test_pickled_arrays_and_ids_that_lead_out_of_the_folder_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "scores.json").write_text(json.dumps(HEADER))
    np.save(folder / "a.npy", np.array([{"x": 1}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "b.npy", np.zeros((19, 2)))
    scores = open_scores(folder)
    with pytest.raises(EvaluationError, match="not a readable"):
        list(scores.read({"a"}))
    assert scores.has("a")
    assert not scores.has("../b")


def parquet(path: Path, ids: list[str], posteriors: object, metadata: bytes | None) -> Path:
    table = pa.table({"id": ids, "posteriors": posteriors})
    pq.write_table(table.replace_schema_metadata(metadata and {"scores": metadata}), path)
    return path


def test_what_is_wrong_with_a_parquet_file_is_said(tmp_path: Path) -> None:
    header = json.dumps(HEADER).encode()
    frames = [[[0.0, 1.0]]]
    path = tmp_path / "s.parquet"
    with pytest.raises(EvaluationError, match="no such file"):
        open_scores(path)
    path.write_bytes(b"PAR1 no")
    with pytest.raises(EvaluationError, match="not a readable Parquet"):
        open_scores(path)
    with pytest.raises(EvaluationError, match="no such metadata"):
        open_scores(parquet(path, ["a"], frames, None))
    with pytest.raises(EvaluationError, match="not JSON"):
        open_scores(parquet(path, ["a"], frames, b"{"))
    with pytest.raises(EvaluationError, match="'a' is there twice"):
        open_scores(parquet(path, ["a", "a"], frames * 2, header))
    for wrong in ([[[0.0]]], [[[0.0, None]]], [[0.0, 1.0]], [None], [[None]]):
        with pytest.raises(EvaluationError, match=r"values, expected|not a list of lists"):
            list(open_scores(parquet(path, ["a"], wrong, header)).read({"a"}))


def test_nothing_is_left_of_a_file_that_was_not_finished(tmp_path: Path) -> None:
    header = ScoresHeader.model_validate(HEADER)
    with pytest.raises(RuntimeError), scores_writer(tmp_path / "s.parquet", header):
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with (
        pytest.raises(EvaluationError, match="cannot be written"),
        scores_writer(tmp_path / "no" / "s.parquet", header),
    ):
        pass


def test_the_documented_program_writes_a_file_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (program,) = (block for block in text.split("```") if "replace_schema_metadata" in block)
    monkeypatch.chdir(tmp_path)
    exec(program.removeprefix("python\n"), {})  # noqa: S102
    scores = open_scores(tmp_path / "theirs.parquet")
    ((id_, posteriors),) = scores.read({"alexa/0"})
    assert id_ == "alexa/0"
    assert posteriors.tolist() == pytest.approx(np.array([[0.01], [0.02], [0.97], [0.4]]))
    assert scores.header.grid().frame_end(2) == 3 * 1_280
