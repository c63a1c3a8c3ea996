"""What a comparison found, in plain words: where an arm helps, where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sal_anchors.experiment.comparison import ArmResult, Comparison, Difference, Measure, Verdict

SAID = (Measure.FRR, Measure.MEDIAN_EQUAL)
_FEW_SEEDS = 5
_NAMES = {
    Measure.FRR: "FRR",
    Measure.MEDIAN: "median latency",
    Measure.P90: "p90 latency",
    Measure.MEDIAN_EQUAL: "median latency",
    Measure.P90_EQUAL: "p90 latency",
}


def statements(comparison: Comparison) -> tuple[str, ...]:
    """What is shown of each arm against the best reference, where nothing is, and what limits
    all of it; targets with the same figures share a sentence."""
    said: list[str] = []
    for model in comparison.models:
        for measure in SAID:
            found = comparison.select([measure], model=model, best=True)
            groups = [g for arm in comparison.of_model(model) for g in _alike(found, arm.arm)]
            undecided = [g for g in groups if g[0].mean is not None and not judged(g[0])]
            said += [sentence(g[0], _targets(g)) for g in groups if g not in undecided]
            said += _open(undecided)
    return (*said, *_limits(comparison))


def sentence(one: Difference, targets: Sequence[float] = ()) -> str:
    """A difference in words, such as ``sal is worse than ce for tcn at 1 FA/h: FRR +2.1 points
    [+0.4, +3.9]``.

    Args:
        one: the difference.
        targets: false accepts an hour at which it is the same; its own if none are given.
    """
    rate = one.measure is Measure.FRR
    where = f"for {one.model} {_at(one, targets or (one.target,))}"
    if one.mean is None:
        return (
            f"{one.arm} against {one.reference} {where}: {_NAMES[one.measure]} cannot be "
            "compared, one of them has no hits there"
        )
    if one.verdict is Verdict.OPEN:
        between = f"{one.arm} and {one.reference} {where}: no difference shown,"
    else:
        word = judged(one)
        between = f"{one.arm} is {word} than {one.reference} {where}:"
    return f"{between} {_NAMES[one.measure]} {amount(one, ' points' if rate else ' ms')}"


def judged(one: Difference) -> str:
    """The verdict in a word: better, worse, faster, slower, or nothing."""
    if one.verdict is Verdict.OPEN:
        return ""
    better = one.verdict is Verdict.BETTER
    if one.measure is Measure.FRR:
        return "better" if better else "worse"
    return "faster" if better else "slower"


def amount(one: Difference, unit: str = "") -> str:
    """Mean and interval: points of FRR, or milliseconds."""
    if one.mean is None:
        return "-"
    factor, digits = (100, 1) if one.measure is Measure.FRR else (1000, 0)
    shown = f"{round(factor * one.mean, digits) + 0.0:+.{digits}f}{unit}"
    if one.interval is None:
        return f"{shown} [-]"
    low, high = (f"{round(factor * v, digits) + 0.0:+.{digits}f}" for v in one.interval)
    return f"{shown} [{low}, {high}]"


def _open(groups: Sequence[list[Difference]]) -> Iterator[str]:
    """One sentence of all that shows no difference, in one network and measure."""
    if not groups:
        return
    first = groups[0][0]
    places = []
    for _, of_arm in groupby(groups, lambda group: (group[0].arm, group[0].reference)):
        together = [one for group in of_arm for one in group]
        one = together[0]
        places.append(f"{one.arm} and {one.reference} {_at(one, _targets(together))}")
    name = _NAMES[first.measure]
    yield f"for {first.model} no difference is shown in {name}: {'; '.join(places)}"


def _targets(group: Sequence[Difference]) -> tuple[float, ...]:
    return tuple(one.target for one in group)


def _at(one: Difference, targets: Sequence[float]) -> str:
    rates = ", ".join(f"{target:g}" for target in targets) + " FA/h"
    equal = one.measure in (Measure.MEDIAN_EQUAL, Measure.P90_EQUAL)
    return f"at the FRR of {one.reference} at {rates}" if equal else f"at {rates}"


def _alike(found: Sequence[Difference], arm: str) -> Iterator[list[Difference]]:
    """Those of an arm, neighbouring targets with the same figures together."""

    def figures(one: Difference) -> tuple[object, ...]:
        return one.reference, one.mean, one.interval

    for _, group in groupby((one for one in found if one.arm == arm), figures):
        yield list(group)


def _limits(comparison: Comparison) -> Iterator[str]:
    least = min((len(arm.seeds) for arm in comparison.arms), default=0)
    if least == 1:
        yield "With a single seed the intervals say nothing of how much seeds matter."
    elif 0 < least < _FEW_SEEDS:
        yield f"With {least} seeds the intervals are too narrow in what seeds add to them."
    low = [t for t in comparison.targets if t * comparison.negative_hours < 1]
    if low:
        yield (
            f"{comparison.negative_hours:.3g} h of negatives are too few for "
            f"{', '.join(f'{t:g}' for t in low)} FA/h: not a single false accept is allowed there."
        )
    yield from _gaps(comparison.arms, comparison)


def _gaps(arms: Sequence[ArmResult], comparison: Comparison) -> Iterator[str]:
    for arm in arms:
        if len(arm.seeds) < len(comparison.seeds):
            seeds = ", ".join(map(str, arm.seeds))
            yield f"{arm.arm} with {arm.model} has results of the seeds {seeds} only."
    missing = [name for name in comparison.references if name not in {arm.arm for arm in arms}]
    for name in missing:
        yield f"The reference {name} has no result: nothing is compared with it."
    if comparison.unread:
        yield f"{comparison.unread} files of negatives could not be read and are in no figure."
