"""Filters and orders, against plain loops over the rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sal_anchors.accounting import Reason, Status
from sal_anchors.align.finding import Finding, FindingCode
from sal_anchors.errors import ReviewError
from sal_anchors.events.event import Event, EventKind
from sal_anchors.manifest import Manifest, Row
from sal_anchors.review import Session
from sal_anchors.review import catalogue as catalogue_module
from sal_anchors.review.badness import badness
from sal_anchors.review.catalogue import Catalogue, load_catalogue
from sal_anchors.review.choose import ORDERS, choose, search
from sal_anchors.review.query import OneOf, parse_query, toggled

KINDS = (EventKind.KEYWORD_END, EventKind.SPEECH_ONSET)


def _rows(make_row: Callable[..., Row]) -> list[Row]:
    rng = np.random.default_rng(0)
    rows = []
    for number in range(60):
        events = tuple(
            Event(
                *(KINDS[int(rng.integers(2))], ("please", "speech")[int(rng.integers(2))]),
                *(0.1 * k + 0.1, 0.0, 0.9, float(np.float32(rng.random()))),
                *(float(np.float32(rng.random() / 5)), "x"),
            )
            for k in range(int(rng.integers(4)))
        )
        codes = [code for code in FindingCode if rng.random() < 0.1]
        row = make_row(
            f"u{number:03d}",
            split=("train", "dev", "test")[number % 3],
            speaker=None if number % 5 == 0 else f"s{number % 4}",
            score=None if number % 7 == 0 else float(np.float32(-rng.random())),
            transcript=None if number % 11 == 0 else f"Please number {number}",
            num_samples=int(rng.integers(8_000, 16_000)),
            events=events,
            findings=tuple(Finding(code, "", 0.0, 0.1, 0.5) for code in codes),
        )
        if number % 6 == 0:
            row = row.explained(Reason.LOW_CONFIDENCE, "odd")
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def rows(make_row: Callable[..., Row]) -> list[Row]:
    return _rows(make_row)


@pytest.fixture(scope="module")
def manifest(
    rows: list[Row],
    write_rows: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Manifest:
    folder = tmp_path_factory.mktemp("choose") / "x.anchors"
    write_rows(folder, rows)
    return Manifest.open(folder)


@pytest.fixture(scope="module")
def catalogue(manifest: Manifest) -> Catalogue:
    return load_catalogue(manifest, {})


def chosen(catalogue: Catalogue, text: str, **options: object) -> list[int]:
    return choose(catalogue, parse_query(text), **options).rows.tolist()  # type: ignore[arg-type]


CONDITIONS: dict[str, Callable[[Row], bool]] = {
    "": lambda r: True,
    "status:suspect": lambda r: r.status is Status.SUSPECT,
    "-status:suspect": lambda r: r.status is Status.OK,
    "reason:low_confidence": lambda r: r.reason is Reason.LOW_CONFIDENCE,
    "split:dev,test": lambda r: r.split in ("dev", "test"),
    "speaker:s1 split:train": lambda r: r.speaker == "s1" and r.split == "train",
    "speaker:nobody": lambda r: False,
    "code:low_score": lambda r: any(f.code == "low_score" for f in r.findings),
    "state:unreviewed": lambda r: True,
    "state:bad": lambda r: False,
    "score<-0.5": lambda r: r.score is not None and r.score < -0.5,
    "sec>0.75": lambda r: r.duration > 0.75,
    "events>=2": lambda r: len(r.events) >= 2,
    "conf<0.3": lambda r: any(e.confidence < 0.3 for e in r.events),
    "unc>100": lambda r: any(e.uncertainty > 0.1 for e in r.events),
    "label:please": lambda r: any(e.label == "please" for e in r.events),
    "kind:keyword_end label:please conf<0.5": lambda r: any(
        e.kind == "keyword_end" and e.label == "please" and e.confidence < 0.5 for e in r.events
    ),
    "class:please": lambda r: any(
        e.kind == "keyword_end" and e.label == "please" for e in r.events
    ),
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_filters_are_those_of_a_loop_over_rows(
    catalogue: Catalogue, rows: list[Row], text: str
) -> None:
    wanted = [n for n, row in enumerate(rows) if CONDITIONS[text](row)]
    assert chosen(catalogue, text) == wanted


def test_events_are_those_of_a_loop_over_rows(catalogue: Catalogue, rows: list[Row]) -> None:
    found = choose(catalogue, parse_query("label:please conf<0.5 split:train"), events=True)
    assert found.places is not None
    assert list(zip(found.rows.tolist(), found.places.tolist(), strict=True)) == [
        (n, k)
        for n, row in enumerate(rows)
        for k, e in enumerate(row.events)
        if row.split == "train" and e.label == "please" and e.confidence < 0.5
    ]


def _number(catalogue: Catalogue, row: Row) -> int:
    """The number of the name of a row's first event."""
    assert catalogue.events is not None
    return catalogue.events.names.index((row.events[0].kind, row.events[0].label))


def test_orders_keep_all_rows_and_put_the_neediest_first(
    catalogue: Catalogue, rows: list[Row]
) -> None:
    for order in ORDERS:
        assert sorted(chosen(catalogue, "", order=order)) == list(range(60))
    least = [min((e.confidence for e in r.events), default=9.0) for r in rows]
    assert chosen(catalogue, "", order="conf") == sorted(range(60), key=lambda n: least[n])
    assert chosen(catalogue, "", order="sec") == sorted(range(60), key=lambda n: -rows[n].duration)
    for order in ("status", "reason", "split", "speaker"):
        names = [getattr(row, order) for row in rows]
        wanted = sorted(range(60), key=lambda n: (names[n] is None, names[n] or "", n))
        assert chosen(catalogue, "", order=order) == wanted
    labels = [row.events[0].label if row.events else "~" for row in rows]
    assert chosen(catalogue, "", order="label") == sorted(range(60), key=lambda n: labels[n])
    classes = [catalogue.class_of[_number(catalogue, row)] if row.events else "~" for row in rows]
    assert chosen(catalogue, "", order="class") == sorted(range(60), key=lambda n: classes[n])
    codes = [min((list(FindingCode).index(f.code) for f in r.findings), default=99) for r in rows]
    assert chosen(catalogue, "", order="code") == sorted(range(60), key=lambda n: codes[n])
    by_label = choose(catalogue, parse_query(""), order="label", events=True)
    assert by_label.places is not None
    places = zip(by_label.rows.tolist(), by_label.places.tolist(), strict=True)
    found = [rows[n].events[k].label for n, k in places]
    assert found == sorted(found) and len(found) == sum(len(row.events) for row in rows)
    by_conf = choose(catalogue, parse_query(""), order="conf", events=True)
    assert by_conf.places is not None
    confidences = [
        rows[n].events[k].confidence for n, k in zip(by_conf.rows, by_conf.places, strict=True)
    ]
    assert confidences == sorted(confidences)


def test_words_are_searched_in_ids_and_transcripts(manifest: Manifest, rows: list[Row]) -> None:
    for words in (["NUMBER 1"], ["u00"], ["please", "u01"], ["(.*"], []):
        wanted = [
            all(w.lower() in r.id or w.lower() in (r.transcript or "").lower() for w in words)
            for r in rows
        ]
        assert search(manifest, words).tolist() == wanted


def test_counts_of_what_can_be_picked_are_those_of_the_rows(
    catalogue: Catalogue, rows: list[Row]
) -> None:
    facets = {(name, value): count for name, value, count in catalogue.facets()}
    for (name, value), count in facets.items():
        if name in ("kind", "label", "class"):
            found = choose(catalogue, parse_query(f"{name}:{value}"), events=True)
        else:
            found = choose(catalogue, parse_query(f'{name}:"{value}"'))
        assert len(found) == count, (name, value)
    assert facets["split", "train"] == 20


def test_states_are_those_of_the_journal(
    rows: list[Row], write_rows: Callable[..., object], tmp_path: Path
) -> None:
    write_rows(tmp_path / "x.anchors", rows)
    manifest = Manifest.open(tmp_path / "x.anchors")
    session = Session(manifest, "ann")
    session.mark_bad(rows[3], True)
    session.accept_all(rows[4])
    session.note(rows[5], "hm")
    about = {i: session.decisions(i) for i in session.utterances}
    found = load_catalogue(manifest, about)
    states = {s: chosen(found, f"state:{s}") for s in ("bad", "reviewed", "partial")}
    assert states == {"bad": [3], "reviewed": [4], "partial": [5]}


def test_too_many_events_are_told_and_rows_can_still_be_filtered(
    manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_module, "MOST_EVENTS", 10)
    found = load_catalogue(manifest, {})
    assert len(chosen(found, "split:dev", order="worst")) == 20
    for text, options in (("label:please", {}), ("", {"events": True})):
        with pytest.raises(ReviewError, match="too many events"):
            chosen(found, text, **options)


@pytest.mark.parametrize("text", ["colour:red", "conf<low", "status<3", "-conf<0.5", "conf:0.5"])
def test_what_is_no_condition_is_told(text: str) -> None:
    with pytest.raises(ReviewError):
        parse_query(text)


def test_words_and_quoted_words_are_kept_apart() -> None:
    query = parse_query('press "the pound" speaker:"two words" -x')
    assert query.words == ("press", "the pound", "-x")
    assert query.one_of == (OneOf("speaker", ("two words",)),)


def test_toggling_a_condition_adds_it_and_takes_it_away() -> None:
    text = toggled("try", "speaker", "two words")
    assert parse_query(text).one_of == (OneOf("speaker", ("two words",)),)
    assert toggled(text, "speaker", "two words") == "try"


def test_badness_grows_with_each_cause() -> None:
    def of(**changed: float) -> float:
        values = {"confidence": 1.0, "uncertainty": 0.0, "score": -0.5, "findings": 0, "suspect": 0}
        values |= changed
        spread = np.linspace(-0.6, -0.4, 50)
        return float(
            badness(
                confidence=np.full(51, values["confidence"], np.float32),
                uncertainty=np.full(51, values["uncertainty"], np.float32),
                score=np.array([values["score"], *spread], np.float32),
                findings=np.full(51, values["findings"], np.uint16),
                suspect=np.full(51, values["suspect"], bool),
            )[0]
        )

    assert of() == 0
    assert of(confidence=0.25) == pytest.approx(0.75)
    assert of(uncertainty=0.05) == pytest.approx(0.5)
    assert of(findings=1) == 0.5
    assert of(findings=1 << list(FindingCode).index(FindingCode.ENGINES_DISAGREE)) == 1
    assert of(suspect=1) == 1
    assert of(score=-5.0) == 1
    assert of(confidence=np.nan, uncertainty=np.nan, score=np.nan) == 0
