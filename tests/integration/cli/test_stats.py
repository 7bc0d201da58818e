"""``longshore stats``: what became of jobs lately."""

from __future__ import annotations

import pytest

from longshore.cli.stats import brief
from longshore.envelope import NewJob
from longshore.records import JobState
from longshore.store import jobs
from longshore.store.claims import Settlement, settle


@pytest.fixture
def done(store, take):
    def run(task: str, number: int) -> None:
        for _ in range(number):
            store.run(jobs.enqueue(NewJob(task=task, id=f"{task}-{_}", kwargs={}, queue="q")))
        for delivery in take(limit=number):
            store.run(settle(delivery.claim, Settlement(JobState.SUCCEEDED)))

    return run


def test_every_task_has_its_rows(longshore, document, done):
    done("shop.add", 3)
    done("mail.send", 1)
    rows = longshore("stats").stdout
    assert rows.count("shop.add") == rows.count("mail.send") == 3
    assert rows.count("5 min") == rows.count("24 h") == 2
    assert rows.count("3 succeeded") == rows.count("1 succeeded") == 3
    assert "…" not in rows
    found = document("stats")
    assert list(found) == ["mail.send", "shop.add"]
    five_minutes = found["shop.add"][0]
    assert five_minutes["seconds"] == 300
    (queue,) = five_minutes["queues"]
    assert (queue["queue"], queue["outcomes"]["succeeded"], queue["wait"]["count"]) == ("q", 3, 3)
    assert queue["run"]["p50"] <= queue["run"]["p95"] <= queue["run"]["p99"]


def test_one_task_can_be_asked_for(document, done):
    done("shop.add", 1)
    assert list(document("stats", "shop.add")) == ["shop.add"]
    (five_minutes, _, _) = document("stats", "nobody.ran.it")["nobody.ran.it"]
    assert five_minutes["queues"] == []


def test_a_task_of_which_nothing_is_known_is_named(longshore, done):
    done("shop.add", 1)
    told = longshore("stats", "shop.add", "nobody.ran.it").stderr
    assert told == "no job of nobody.ran.it has ended in the last 24 h\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.0012, "1.2 ms"), (0.25, "250 ms"), (1.5, "1.5 s"), (90, "1.5m")],
)
def test_times_are_brief(seconds, text):
    assert brief(seconds) == text
