"""The rate of the other jobs, before and while a poison job is about."""

from __future__ import annotations

from longshore.prove.ledger import Kind, Mark
from longshore.prove.scenarios.poison import Flow


def finish(at):
    return Mark(Kind.FINISH, f"job at {at}", "one", 1, at)


def test_each_rate_is_that_of_its_own_time():
    flow = Flow(began_at=10.0, poisoned_at=12.0, over_at=13.0, ended_at=16.0)
    marks = [finish(at) for at in (9.0, 10.0, 11.0, 11.9, 12.0, 14.0, 16.0)]
    assert flow.rates(marks) == (1.5, 0.5)
