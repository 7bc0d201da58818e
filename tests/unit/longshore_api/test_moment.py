"""A moment is written out: whatever else pydantic would take for one is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from longshore_api.moment import DueMoment, Moment

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
DUE: TypeAdapter[datetime] = TypeAdapter(DueMoment)


@pytest.mark.parametrize("text", ["2026-11-22T06:00:00Z", "2026-11-22T07:00:00+01:00"])
def test_it_has_an_offset(text: str) -> None:
    assert MOMENT.validate_python(text) == datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", [1_795_327_200, 0.5, "1795327200", "-1795327200", "1.8e9", "-2.5e-271", "2E-3", "nan"]
)
def test_a_number_is_none(value: object) -> None:
    with pytest.raises(ValidationError, match="must be a time like"):
        MOMENT.validate_python(value)


@pytest.mark.parametrize("text", ["2026-11-22T06:00:00", "2026-11-22", "tomorrow", ""])
def test_nor_is_what_has_no_offset(text: str) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_nor_is_what_lies_outside_of_the_calendar_with_its_offset(text: str) -> None:
    with pytest.raises(ValidationError, match="from year 1 to year 9999 in UTC"):
        MOMENT.validate_python(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_the_ends_of_the_calendar_are_moments(text: str) -> None:
    assert MOMENT.validate_python(text).tzinfo is UTC


def test_a_job_is_due_as_far_ahead_as_a_delay_may_be() -> None:
    now = datetime.now(UTC)
    DUE.validate_python((now + timedelta(days=365)).isoformat())
    with pytest.raises(ValidationError, match="at most 366 days ahead"):
        DUE.validate_python((now + timedelta(days=367)).isoformat())
