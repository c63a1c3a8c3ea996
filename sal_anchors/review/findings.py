"""What ``sal-anchors check --json`` found, to filter by and to show beside the utterances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sal_anchors.errors import ManifestError, ReviewError
from sal_anchors.manifest import Manifest

_LOOKED_UP = 20
_AGAIN = "Write it anew with: sal-anchors check MANIFEST --json > FILE"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding about an utterance.

    Attributes:
        code: of ``docs/check.md``.
        message: what was found.
        time: seconds from the utterance's start; None if it is not about a moment.
    """

    code: str
    message: str
    time: float | None


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings of a check.

    Attributes:
        by_id: those about utterances, by id.
        others: how many are about none, such as those about files of the manifest.
    """

    by_id: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    others: int = 0

    def of(self, id_: str) -> tuple[Finding, ...]:
        """Those about an utterance."""
        return self.by_id.get(id_, ())


def read_findings(path: Path, manifest: Manifest) -> Findings:
    """Read what a check of a manifest printed as JSON.

    Raises:
        ReviewError: it cannot be read, is no such file, or is about another manifest.
    """
    head, found = _parsed(path)
    if head["rows"] != len(manifest):
        raise _other(path, f"it is about {head['rows']} rows, {manifest.path} has {len(manifest)}")
    by_id: dict[str, list[Finding]] = {}
    others = 0
    for id_, finding in found:
        if id_ is None:
            others += 1
        else:
            by_id.setdefault(id_, []).append(finding)
    for id_ in list(by_id)[:_LOOKED_UP]:
        try:
            manifest.row(id_)
        except ManifestError:
            raise _other(path, f"{manifest.path} has no utterance {id_!r}") from None
    return Findings({id_: tuple(some) for id_, some in by_id.items()}, others)


def _parsed(path: Path) -> tuple[dict[str, Any], list[tuple[str | None, Finding]]]:
    import msgspec

    from sal_anchors.check import Code
    from sal_anchors.check.report import FORMAT, SCHEMA_VERSION

    known = {code.value: code.value for code in Code}
    try:
        head = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise ReviewError(f"cannot be read: {error.strerror}", where=path) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReviewError(f"is no JSON object: {error}", where=path, hint=_AGAIN) from None
    if (head.get("format"), head.get("schema_version")) != (FORMAT, SCHEMA_VERSION):
        raise ReviewError(
            f"is no output of sal-anchors check --json, version {SCHEMA_VERSION}",
            where=path,
            hint=_AGAIN,
        )
    try:
        found = [
            (
                msgspec.convert(one["id"], str | None),
                Finding(
                    known[one["code"]],
                    msgspec.convert(one["message"], str),
                    msgspec.convert(one["time"], float | None),
                ),
            )
            for one in msgspec.convert(head["findings"], list[dict[str, Any]])
        ]
        head["rows"] = msgspec.convert(head["rows"], int)
    except (KeyError, ValueError, msgspec.ValidationError) as error:
        raise ReviewError(f"a finding is damaged: {error}", where=path, hint=_AGAIN) from None
    return head, found


def _other(path: Path, why: str) -> ReviewError:
    return ReviewError(f"is of another manifest: {why}", where=path, hint=_AGAIN)
