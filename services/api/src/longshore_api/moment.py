"""A moment in a request: ISO 8601 with its offset, as the document says, and no number."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator


def _written_out(value: object) -> object:
    # Left alone, a number would be taken for seconds since 1970.
    if isinstance(value, int | float) or (isinstance(value, str) and _reads_as_number(value)):
        raise ValueError("must be a time like 2026-11-22T06:00:00Z")
    return value


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
