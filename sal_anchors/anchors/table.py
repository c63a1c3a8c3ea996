"""What all tables of a recipe file have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Milliseconds = Annotated[float, Field(ge=0, le=60_000)]


class Table(BaseModel):
    """A table of the recipe file; a key it does not know is an error.

    The description of a field is the comment that stands beside its key in a written recipe.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
        populate_by_name=True,
    )
