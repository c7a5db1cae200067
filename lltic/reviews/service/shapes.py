"""What the shapes of bodies and answers have in common; the interface's document is made from them.

What comes in is checked against its shape, and a field that has no place is
refused. What goes out is not checked while the service runs, but by its tests.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "MAX_BODY",
    "Answer",
    "Body",
    "CaseId",
    "Instant",
    "Name",
    "Plain",
    "ReviewId",
    "Seconds",
    "Short",
]

MAX_BODY = 2_000_000
"""Bytes of a request."""

Short = Annotated[str, Field(max_length=1024)]
Name = Annotated[str, Field(max_length=64)]
Seconds = Annotated[int, Field(ge=0, le=2**33)]
CaseId = Annotated[str, Field(max_length=80, examples=["4F7K2-9QDXM"])]
ReviewId = Annotated[str, Field(max_length=80, examples=["4F7K2-9QDXM-1"])]
Instant = Annotated[str, Field(examples=["2026-10-05T09:00:00.000000Z"])]
Plain = dict[str, Any]


class Body(BaseModel):
    """What comes in."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answer(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="forbid", strict=True)
