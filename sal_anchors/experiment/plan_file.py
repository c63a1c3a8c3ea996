"""Plans as TOML files."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sal_anchors.errors import ExperimentError
from sal_anchors.experiment.plan import Arm, Measures, Network, Plan
from sal_anchors.toml_file import read_toml

PLAN_NAME = "plan.toml"
_HINT = "Every key is explained in docs/comparing.md"
_MOST_TOLD = 8
_TABLES: dict[str, type[BaseModel]] = {"models": Network, "arms": Arm, "evaluation": Measures}


def read_plan(path: Path) -> dict[str, Any]:
    """The values of a plan file, not checked yet; folders in it start from the file's.

    Raises:
        ExperimentError: absent, or no TOML.
    """
    values = read_toml(path, ExperimentError, what="plan", absent=_HINT, hint=_HINT)
    measures = values.get("evaluation")
    if isinstance(measures, dict) and isinstance(folders := measures.get("negatives"), list):
        measures["negatives"] = [str(path.parent / str(folder)) for folder in folders]
    return values


def plan_of(values: dict[str, Any], *, where: Path | None = None) -> Plan:
    """The plan of parsed values.

    Raises:
        ExperimentError: a key or value that cannot be; the message names the place.
    """
    try:
        return Plan.model_validate(values)
    except ValidationError as error:
        mistakes = [_mistake(details) for details in error.errors(include_url=False)]
    told = mistakes[:_MOST_TOLD]
    if more := len(mistakes) - len(told):
        told.append(f"and {more} more")
    raise ExperimentError("; ".join(told), where=where or "plan", hint=_HINT)


def plan_text(plan: Plan) -> str:
    """A plan as TOML; reading it gives the same plan."""
    values = plan.model_dump(mode="json")
    values["evaluation"]["negatives"] = [
        str(folder.resolve()) for folder in plan.evaluation.negatives
    ]
    values["reference"] = list(plan.references)
    head = "# A plan of sal-anchors compare: sal-anchors compare MANIFEST --plan THIS_FILE\n"
    return head + tomli_w.dumps(values)


def _mistake(details: ErrorDetails) -> str:
    place = ".".join(str(step) for step in details["loc"])
    if details["type"] == "missing":
        return f"{place}: is missing"
    if details["type"] == "extra_forbidden":
        table = _TABLES.get(str(details["loc"][0]), Plan) if len(details["loc"]) > 1 else Plan
        known = list(table.model_fields)
        near = difflib.get_close_matches(str(details["loc"][-1]), known, n=1)
        return f"{place}: unknown key" + (f", the nearest is {near[0]}" if near else "")
    message = details["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
