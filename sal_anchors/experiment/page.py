"""A comparison as one HTML file that needs nothing else and fetches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure

from sal_anchors.evaluate.page import address, rendered
from sal_anchors.evaluate.plots import svg
from sal_anchors.experiment.comparison import Comparison
from sal_anchors.experiment.plots import DET, DIFFERENCES, figure_name
from sal_anchors.experiment.tables import (
    DIFFERENCE_HEAD,
    FIGURE_HEAD,
    difference_rows,
    figure_rows,
)

_CAPTIONS = {
    DET: "Missed against false accepts an hour, mean over seeds",
    DIFFERENCES: "Differences to the best reference",
}


@dataclass(frozen=True, slots=True)
class _Section:
    """What is shown of a network."""

    model: str
    parameters: int
    figure_head: tuple[str, ...]
    figures: tuple[tuple[str, ...], ...]
    difference_head: tuple[str, ...]
    differences: tuple[tuple[str, ...], ...]
    images: tuple[tuple[str, str], ...]


def html_page(comparison: Comparison, drawn: Mapping[str, Figure], *, title: str) -> str:
    """The page. Every text in it is escaped; plots are SVG in ``data:`` addresses.

    Args:
        comparison: to be shown.
        drawn: see :func:`sal_anchors.experiment.plots.figures`.
        title: heading.
    """
    return rendered(
        __package__,
        "comparison.html",
        title=title,
        comparison=comparison,
        sections=[_section(comparison, drawn, model) for model in comparison.models],
    )


def _section(comparison: Comparison, drawn: Mapping[str, Figure], model: str) -> _Section:
    return _Section(
        model=model,
        parameters=comparison.of_model(model)[0].parameters,
        figure_head=FIGURE_HEAD,
        figures=tuple(figure_rows(comparison, model)),
        difference_head=DIFFERENCE_HEAD,
        differences=tuple(difference_rows(comparison, model)),
        images=tuple(
            (caption, address(svg(drawn[figure_name(what, model)])))
            for what, caption in _CAPTIONS.items()
        ),
    )
