"""A moment in a request: ISO 8601 with its offset, as the document says, and no number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

YEAR_SECONDS = 366 * 86_400


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


def _in_utc(value: datetime) -> datetime:
    # With its offset the first and the last day of the calendar may lie outside of it.
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time from year 1 to year 9999 in UTC") from None


def _within_a_year(value: datetime) -> datetime:
    if value > datetime.now(UTC) + timedelta(seconds=YEAR_SECONDS):
        raise ValueError(f"must be at most {YEAR_SECONDS // 86_400} days ahead")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
"""Any moment of the calendar, in UTC."""

DueMoment = Annotated[Moment, AfterValidator(_within_a_year)]
"""When a job is to run: as far ahead as a delay may be, or in the past, which means at once."""
