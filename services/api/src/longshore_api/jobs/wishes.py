"""What a caller may wish about one enqueue, as query parameters."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from longshore_api.moment import YEAR_SECONDS, DueMoment

Seconds = Annotated[float, Field(le=YEAR_SECONDS, allow_inf_nan=False)]


#: In kombu's order; steps of it, so that each word is a line of its own.
PRIORITIES = {"high": 0, "normal": 3, "low": 6}


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    number = PRIORITIES.get(value, value)
    if isinstance(number, str) and not number.lstrip("-").isdecimal():
        raise ValueError(f"must be {', '.join(PRIORITIES)} or a number from 0 to 9")
    return number


Priority = Annotated[
    int,
    Field(ge=0, le=9),
    BeforeValidator(_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 9},
                {"type": "string", "enum": list(PRIORITIES)},
            ]
        }
    ),
]


class Wishes(BaseModel):
    """When and how urgently a job shall run; by default at once, in the order of its queue."""

    model_config = ConfigDict(extra="forbid")

    priority: Priority = Field(
        default=0,
        description="0 is served first, 9 last; "
        + ", ".join(f"{word} is {number}" for word, number in PRIORITIES.items()),
    )
    delay_seconds: Annotated[Seconds, Field(ge=0)] | None = Field(
        default=None, description="run this long after acceptance"
    )
    run_at: DueMoment | None = Field(
        default=None,
        description="run at this moment (RFC 3339, with its offset), or at once when it has passed",
        examples=["2026-11-22T06:00:00Z"],
    )
    expires_in_seconds: Annotated[Seconds, Field(gt=0)] | None = Field(
        default=None, description="do not run when this long after acceptance it has not begun"
    )

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if self.delay_seconds is not None and self.run_at is not None:
            message = "give delay_seconds or run_at, not both"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _runs_before_it_expires(self) -> Self:
        expires, delay = self.expires_in_seconds, self.delay_seconds
        if expires is not None and delay is not None and expires <= delay:
            message = "expires_in_seconds must be longer than delay_seconds"
            raise ValueError(message)
        return self
