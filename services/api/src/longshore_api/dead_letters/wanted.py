"""Which dead letters a caller means."""

from __future__ import annotations

import time
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from longshore.records import DeadReason
from longshore.store.dead_letters import MOST_AT_ONCE, Filter
from longshore_api.moment import Moment

AGE_SECONDS = 10 * 366 * 86_400


class Wanted(BaseModel):
    """Filters; without any, all dead letters."""

    model_config = ConfigDict(extra="forbid")

    task: str | None = Field(
        default=None, min_length=1, max_length=255, examples=["images.thumbnail"]
    )
    queue: str | None = Field(default=None, min_length=1, max_length=255, examples=["normal"])
    reason: DeadReason | None = None
    exception: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="type of the error",
        examples=["OSError"],
    )
    kept_after: Moment | None = Field(default=None, description="kept at this moment, later")
    kept_before: Moment | None = Field(default=None, description="or earlier")
    older_than_seconds: float | None = Field(
        default=None, ge=0, le=AGE_SECONDS, allow_inf_nan=False, description="kept so long ago"
    )
    text: str | None = Field(
        default=None, min_length=1, max_length=200, description="text in the arguments"
    )

    @property
    def filter(self) -> Filter:
        """The same as the store takes it."""
        return Filter(
            task=self.task,
            queue=self.queue,
            reason=self.reason,
            exception=self.exception,
            since=self.kept_after.timestamp() if self.kept_after else None,
            until=self._until(),
            text=self.text,
        )

    def _until(self) -> float | None:
        moments = [self.kept_before.timestamp()] if self.kept_before else []
        if self.older_than_seconds is not None:
            moments.append(time.time() - self.older_than_seconds)
        return min(moments, default=None)


class Bulk(Wanted):
    """Which dead letters to act on, a bounded step a call, the oldest first.

    ``all``: every one. Without it at least one filter is asked for, so that nobody means a few and
    acts on all of them.
    """

    all: bool = False
    limit: int = Field(default=100, ge=1, le=MOST_AT_ONCE, description="at most so many a call")
    cursor: str | None = Field(default=None, max_length=1000, description="that of the last answer")

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        named = {name for name in Wanted.model_fields if getattr(self, name) is not None}
        if not named and not self.all:
            message = "name a filter, or say all"
            raise ValueError(message)
        return self
