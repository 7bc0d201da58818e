"""Set arithmetic over a ledger, on ledgers small enough to check by eye."""

from __future__ import annotations

from longshore.prove.ledger import Kind, Mark
from longshore.prove.verdict import at_risk, count, percentile, recoveries


def start(job, member="one", at=0.0, pid=1):
    return Mark(Kind.START, job, member, pid, at)


def finish(job, member="one", at=1.0, pid=1):
    return Mark(Kind.FINISH, job, member, pid, at)


def test_a_job_that_was_accepted_and_never_finished_is_lost():
    counted = count(["a", "b"], [start("a"), finish("a"), start("b")])
    assert counted.lost == {"b"}


def test_a_job_that_still_stands_in_a_place_is_not_lost():
    assert count(["a"], [], elsewhere=["a"]).lost == set()


def test_a_job_that_nobody_accepted_cannot_be_lost():
    assert count([], [start("a")]).lost == set()


def test_finishing_twice_and_starting_again_are_told_apart():
    marks = [start("a"), start("a"), finish("a"), start("b"), finish("b"), start("b"), finish("b")]
    counted = count(["a", "b"], marks)
    assert counted.started_again == {"a", "b"}
    assert counted.finished_twice == {"b"}


def test_only_what_ran_when_its_worker_was_killed_was_at_risk():
    marks = [
        start("settled", at=1), finish("settled", at=2),
        start("just done", at=9), finish("just done", at=9.99),
        start("running", at=9.5),
        start("elsewhere", member="two", at=9.5),
    ]  # fmt: skip
    assert at_risk(marks, {"one": 10.0}) == {"just done", "running"}


def test_a_run_by_another_process_does_not_settle_the_one_that_was_killed():
    marks = [start("a", at=1, pid=1), start("a", at=2, pid=2), finish("a", at=3, pid=2)]
    assert at_risk(marks, {"one": 10.0}) == {"a"}


def test_a_recovery_is_the_first_start_elsewhere_after_the_kill():
    marks = [
        start("a", at=1), start("a", "two", at=4), start("a", "three", at=7),
        start("b", at=1), start("b", "two", at=1.5),
        start("c", at=1), start("c", "one", at=5),
    ]  # fmt: skip
    assert recoveries(marks, ["a", "b", "c"], "one", killed_at=2.0) == [2.0]


def test_a_percentile_is_one_of_the_values():
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 1.0) == 3.0
    assert percentile([], 0.99) == 0.0
