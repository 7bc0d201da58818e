"""What one step of acting on many dead letters did."""

from __future__ import annotations

from pydantic import BaseModel, Field

CURSOR = "repeat the call with it for the rest; null when nothing is left"


class ReplayedView(BaseModel):
    """Dead letters that went back to work."""

    replayed: int = Field(examples=[100])
    gone: int = Field(description="somebody else had acted on them", examples=[0])
    unreadable: list[str] = Field(description="those that no worker could run", examples=[[]])
    cursor: str | None = Field(description=CURSOR, examples=[None])


class DiscardedView(BaseModel):
    """Dead letters that were dropped."""

    discarded: int = Field(examples=[100])
    gone: int = Field(description="somebody else had acted on them", examples=[0])
    cursor: str | None = Field(description=CURSOR, examples=[None])


class ImportedView(BaseModel):
    """Dead letters that were brought in."""

    imported: int = Field(examples=[3])
    known: int = Field(description="a job of that id was known and stays as it is", examples=[0])
