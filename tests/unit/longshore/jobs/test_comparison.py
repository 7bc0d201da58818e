from __future__ import annotations

from typing import Any

import pytest
from pydantic import Field

from longshore.jobs import Job
from longshore.jobs.comparison import Fit, compare
from longshore.message import Arguments


class Paint(Job, task="fence.paint", queue="normal"):
    colour: str
    coats: int = Field(default=1, ge=1)
    helpers: tuple[str, ...] = ()
    budget: int | None = None


def fits(**sent: Any) -> dict[str, Fit]:
    return {one.field: one.fit for one in compare("fence.paint", Arguments((), sent), Paint).fields}


def test_what_fits_is_told_with_what_is_taken() -> None:
    found = compare("fence.paint", Arguments((), {"colour": "red", "coats": 2}), Paint)
    assert found.fits
    takes = {one.field: one.takes for one in found.fields}
    assert takes == {
        "colour": "string",
        "coats": "integer",
        "helpers": "array of string",
        "budget": "integer or null",
    }


def test_each_field_that_does_not_fit_says_how() -> None:
    assert fits(coats=0, color="red") == {
        "colour": Fit.MISSING,
        "coats": Fit.WRONG,
        "helpers": Fit.DEFAULT,
        "budget": Fit.DEFAULT,
        "color": Fit.UNKNOWN,
    }


def test_a_fault_deep_in_a_field_is_a_fault_of_the_field() -> None:
    found = compare("fence.paint", Arguments((), {"colour": "red", "helpers": ["a", 1]}), Paint)
    (wrong,) = [one for one in found.fields if one.fit is Fit.WRONG]
    assert wrong.field == "helpers"
    assert wrong.problem is not None
    assert wrong.problem.startswith("1: ")


@pytest.mark.parametrize(("args", "job"), [((1,), Paint), ((), None)])
def test_what_no_job_class_takes_does_not_fit(args: tuple[int, ...], job: type[Job] | None) -> None:
    found = compare("fence.paint", Arguments(args, {"colour": "red"}), job)
    assert not found.fits
    assert (found.known, found.positional) == (job is not None, len(args))
