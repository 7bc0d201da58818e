"""A condition is logged when it changes, not while it lasts."""

from __future__ import annotations

from structlog.testing import capture_logs

from longshore.schedule.condition import Condition


def test_one_line_when_it_fails_and_one_when_it_is_well_again():
    condition = Condition("broker unavailable", "broker available again", place="here")
    with capture_logs() as lines:
        condition.succeeded()
        for _ in range(3):
            condition.failed(OSError("no route"))
        assert not condition.is_well
        condition.succeeded()
        condition.succeeded()
    assert [line["event"] for line in lines] == ["broker unavailable", "broker available again"]
    assert lines[0]["reason"] == "OSError: no route"
    assert lines[0]["place"] == "here"
