from __future__ import annotations

from bench.cli import MEASURES
from bench.contenders.roll import ROLL, taking_part


def test_names_are_unique():
    assert len({one.name for one in ROLL}) == len(ROLL)


def test_every_measure_that_a_contender_names_exists():
    assert frozenset().union(*(one.measures for one in ROLL)) <= MEASURES.keys()


def test_stock_and_ours_and_a_peer_meet_in_every_race():
    for measure in ("noop", "naps", "latency", "post", "batch"):
        found = taking_part(measure)
        libraries = {one.library for one in found}
        assert {"celery", "longshore", "taskiq", "saq"} <= libraries, measure


def test_some_can_be_named():
    assert [one.name for one in taking_part("noop", frozenset({"saq", "rq"}))] == ["saq", "rq"]


def test_ours_are_those_on_our_broker():
    assert {one.library for one in ROLL if one.ours} == {"longshore"}
