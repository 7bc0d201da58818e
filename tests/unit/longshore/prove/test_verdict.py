"""Set arithmetic over a ledger, on ledgers small enough to check by eye."""

from __future__ import annotations

from longshore.prove.ledger import Kind, Mark
from longshore.prove.verdict import (
    count,
    hit_again,
    hits,
    percentile,
    recoveries,
    starts_of,
    unexplained,
)


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
    assert set(hits(marks, {"one": 10.0})) == {"just done", "running"}


def test_a_run_by_another_process_does_not_settle_the_one_that_was_killed():
    marks = [start("a", at=1, pid=1), start("a", at=2, pid=2), finish("a", at=3, pid=2)]
    assert set(hits(marks, {"one": 10.0})) == {"a"}


def test_a_kill_explains_one_more_start_and_not_two():
    marks = [start("a", at=9), start("a", "two", at=12), start("b", at=9), start("b", "two", at=12)]
    killed = {"one": 10.0}
    assert unexplained(marks, killed) == set()
    assert unexplained([*marks, start("a", "three", at=13)], killed) == {"a"}


def test_two_kills_that_hit_a_job_explain_three_starts():
    marks = [start("a", at=9), start("a", "two", at=12), start("a", "three", at=15)]
    assert unexplained(marks, {"one": 10.0, "two": 13.0}) == set()


def test_what_the_broker_had_as_settled_was_not_hit():
    marks = [start("a", at=9), start("b", at=9), start("a", "two", at=12), start("b", "two", at=12)]
    assert unexplained(marks, {"one": 10.0}, {"one": {"a"}}) == {"b"}


def test_a_start_without_any_kill_is_not_explained():
    marks = [start("a", at=1), finish("a", at=2), start("a", "two", at=3)]
    assert unexplained(marks, {"one": 10.0}) == {"a"}


def test_a_recovery_is_the_first_start_elsewhere_after_the_kill():
    marks = [
        start("a", at=1), start("a", "two", at=4), start("a", "three", at=7),
        start("b", at=1), start("b", "two", at=1.5),
        start("c", at=1), start("c", "one", at=5),
    ]  # fmt: skip
    assert recoveries(starts_of(marks), ["a", "b", "c"], "one", killed_at=2.0) == [2.0]


def test_a_job_that_a_second_kill_hit_while_it_waited_is_counted_there():
    killed, held = {"one": 10.0, "two": 12.5}, {"one": {"a", "b"}, "two": {"a"}}
    assert hit_again(killed, held, "one", waited=5.0) == {"a"}
    assert hit_again(killed, held, "one", waited=2.0) == set()
    assert hit_again(killed, held, "two", waited=2.0) == set()


def test_a_percentile_is_one_of_the_values():
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 1.0) == 3.0
    assert percentile([], 0.99) == 0.0
