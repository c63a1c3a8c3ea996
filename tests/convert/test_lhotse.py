"""lhotse: cuts read, cut and written by the library itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from lhotse import CutSet

from sal_anchors.anchors.recipe import keyword_recipe
from sal_anchors.convert import ConvertError, ConvertOptions, convert
from sal_anchors.manifest import Manifest, Row


def test_the_library_reads_audio_words_and_targets(rich_manifest: Manifest, tmp_path: Path) -> None:
    account = convert(rich_manifest.path, tmp_path / "cuts.jsonl.gz")
    cuts = CutSet.from_file(tmp_path / "cuts.jsonl.gz")
    rows = {row.id: row for row in rich_manifest.rows() if row.num_samples}
    assert account.left_out == {"skipped, its audio could not be read": 1}
    assert {cut.id for cut in cuts} == set(rows)
    for cut in cuts:
        row = rows[cut.id]
        (supervision,) = cut.supervisions
        assert cut.load_audio().shape == (1, row.num_samples)
        assert (cut.duration, cut.sampling_rate) == (row.duration, row.sample_rate)
        assert supervision.text == row.transcript
        words = supervision.alignment["word"] if row.words else []
        assert [w.symbol for w in words] == [w.label for w in row.words]
        assert [w.start for w in words] == [w.start for w in row.words]
        assert [w.end for w in words] == pytest.approx([w.end for w in row.words], abs=1e-4)
        assert cut.labels == row.labels.tolist()
        assert np.array_equal(np.float32(cut.weights), row.weights)
        assert [a["frame"] for a in cut.anchors] == [a.frame for a in row.anchors]


def test_rows_come_back_whole_though_the_library_wrote_the_cuts_anew(
    rich_manifest: Manifest, tmp_path: Path, differing: Callable[[Row, Row], list[str]]
) -> None:
    convert(rich_manifest.path, tmp_path / "cuts.jsonl")
    CutSet.from_file(tmp_path / "cuts.jsonl").to_file(tmp_path / "again.jsonl.gz")
    options = ConvertOptions(audio=rich_manifest.audio_root, recipe=rich_manifest.recipe)
    convert(tmp_path / "again.jsonl.gz", tmp_path / "back.anchors", options=options)
    kept = [row for row in rich_manifest.rows() if row.num_samples]
    rows = Manifest.open(tmp_path / "back.anchors").rows()
    assert [differing(*pair) for pair in zip(kept, rows, strict=True)] == [[]] * 7


def test_cuts_of_another_tool_become_rows_by_their_word_alignments(
    rich_manifest: Manifest, tmp_path: Path
) -> None:
    convert(rich_manifest.path, tmp_path / "ours.jsonl", to="lhotse")
    cuts = [cut for cut in CutSet.from_file(tmp_path / "ours.jsonl") if cut.labels]
    bare = [cut.truncate(offset=0.25, duration=cut.duration - 0.25) for cut in cuts]
    for cut in bare:
        cut.custom = None
    CutSet.from_cuts(bare).to_file(tmp_path / "cuts.jsonl.gz")
    recipe = keyword_recipe(("please",))
    with pytest.raises(ConvertError, match="--recipe FILE or -k KEYWORD"):
        convert(tmp_path / "cuts.jsonl.gz", tmp_path / "out.anchors")
    options = ConvertOptions(audio=rich_manifest.audio_root, recipe=recipe)
    convert(tmp_path / "cuts.jsonl.gz", tmp_path / "out.anchors", options=options)
    before = [row for row in rich_manifest.rows() if row.usable]
    after = list(Manifest.open(tmp_path / "out.anchors").rows())
    assert [row.start for row in after] == [0.25] * len(before)
    assert sum(len(row.events) for row in after) >= len(after)
    for old, new in zip(before, after, strict=True):
        ends = [(e.start - 0.25, e.time - 0.25) for e in old.events if e.kind == "keyword_end"]
        times = [end for start, end in ends if start >= 0]
        assert [e.time for e in new.events if e.kind == "keyword_end"] == pytest.approx(
            times, abs=1e-4
        )


def test_a_cut_whose_audio_is_elsewhere_is_refused(rich_manifest: Manifest, tmp_path: Path) -> None:
    convert(rich_manifest.path, tmp_path / "ours.jsonl", to="lhotse")
    cut = next(iter(CutSet.from_file(tmp_path / "ours.jsonl")))
    cut.custom = None
    cut.recording.sources[0].source = "/etc/passwd"
    CutSet.from_cuts([cut]).to_file(tmp_path / "cuts.jsonl.gz")
    options = ConvertOptions(audio=rich_manifest.audio_root, recipe=rich_manifest.recipe)
    with pytest.raises(ConvertError, match="not a cut of one recording"):
        convert(tmp_path / "cuts.jsonl.gz", tmp_path / "out.anchors", options=options)


def test_times_of_a_stretch_are_from_the_cut_those_of_its_words_from_the_recording(
    tmp_path: Path, make_row: Callable[..., Row], write_rows: Callable[..., object]
) -> None:
    soundfile.write(tmp_path / "one.wav", np.zeros((48_000, 2)), 16_000)
    write_rows(tmp_path / "in.anchors", [make_row(start=1.5, channel=1)])
    convert(tmp_path / "in.anchors", tmp_path / "cuts.jsonl")
    (cut,) = CutSet.from_file(tmp_path / "cuts.jsonl")
    (supervision,) = cut.supervisions
    assert (cut.start, cut.duration, cut.channel, supervision.start) == (1.5, 1.0, 1, 0.0)
    assert [(w.start, w.end) for w in supervision.alignment["word"]] == [(1.75, 2.0)]
    assert cut.load_audio().shape == (1, 16_000)
    assert [event["time"] for event in cut.events] == [0.5]
