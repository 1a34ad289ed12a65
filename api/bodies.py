"""What every body of a request must be."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


class Model(BaseModel):
    """A body: what it does not know is refused, and so is a text with the sign NUL, which PostgreSQL cannot hold."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _texts_only(cls, body: Any) -> Any:
        if has_nul(body):
            raise PydanticCustomError("bad_sign", "has a text with a sign that no text has (NUL)")
        return body


def has_nul(value: Any) -> bool:
    """Whether any text in it has the sign NUL."""
    if isinstance(value, dict):
        return any(has_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(has_nul, value))
    return isinstance(value, str) and "\0" in value
