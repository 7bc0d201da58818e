from __future__ import annotations

from longshore_scheduler.deletion_cost.plan import BUSY, IDLE, Pod, plan, pods_of


def test_a_pod_that_becomes_busy_is_made_dear_and_an_idle_one_cheap_again() -> None:
    pods = [Pod("a"), Pod("b", BUSY), Pod("c", BUSY), Pod("d")]
    assert plan(pods, {"a", "b"}, {}, 0.0) == {"a": BUSY, "c": IDLE}


def test_nothing_is_patched_that_is_right_already() -> None:
    assert plan([Pod("a"), Pod("b", BUSY)], {"b"}, {}, 0.0) == {}


def test_a_pod_is_patched_once_in_ten_seconds_at_most() -> None:
    assert plan([Pod("a")], {"a"}, {"a": 100.0}, 109.9) == {}
    assert plan([Pod("a")], {"a"}, {"a": 100.0}, 110.0) == {"a": BUSY}


def test_a_cost_that_somebody_else_wrote_is_put_right() -> None:
    assert plan([Pod("a", -7)], {"a"}, {}, 0.0) == {"a": BUSY}


def test_pods_are_named_after_the_at_sign() -> None:
    assert pods_of(["default@pod-1", "fast@pod-2", "pod-3"]) == {"pod-1", "pod-2", "pod-3"}
