"""``longshore jobs``, ``queues``, ``workers``, ``schedules``, ``health`` and ``completion``."""

from __future__ import annotations

import pytest

from longshore.envelope import NewJob
from longshore.records import JobState
from longshore.store import jobs, queues
from longshore.store.claims import Settlement, settle
from longshore.store.control import tell_progress


@pytest.fixture
def enqueue(store):
    def run(job_id: str, **fields) -> str:
        common = {"task": "shop.add", "kwargs": {}, "queue": "q", **fields}
        return store.run(jobs.enqueue(NewJob(id=job_id, **common))).job_id

    return run


def test_jobs_are_listed_and_filtered(longshore, document, enqueue):
    enqueue("a")
    enqueue("b", task="mail.send", queue="mail", delay_seconds=36_000)
    assert "in 10.0h" in longshore("jobs", "list").stdout

    def ids(*words):
        return [one["id"] for one in document("jobs", "list", *words)]

    assert ids() == ["b", "a"]
    assert ids("--state", "queued") == ids("--queue", "q") == ids("--task", "shop.add") == ["a"]
    assert ids("--limit", "1") == ["b"]
    assert ids("--older-than", "1h") == []
    assert ids("--newer-than", "1h") == ["b", "a"]


def test_a_job_is_shown_and_followed_to_its_end(longshore, document, enqueue, take, store):
    enqueue("a")
    (delivery,) = take()
    store.run(tell_progress(delivery.claim, 2, 5, "plates"))
    assert "2 of 5 plates" in longshore("jobs", "show", "a").stdout
    assert document("jobs", "show", "a")["progress"]["note"] == "plates"
    store.run(settle(delivery.claim, Settlement(JobState.SUCCEEDED)))
    followed = longshore("jobs", "show", "a", "--watch").stdout
    assert followed == "succeeded  2 of 5 plates  w@host\n"
    assert "nobody" in longshore("jobs", "show", "nobody", code=1).stderr


def test_jobs_are_cancelled(longshore, document, enqueue, take, store):
    enqueue("running")
    take()
    enqueue("waiting")
    assert document("jobs", "cancel", "waiting", "nobody", code=1) == {
        "waiting": "cancelled",
        "nobody": "unknown",
    }
    assert "asked to stop" in longshore("jobs", "cancel", "--ask", "running").stdout
    assert store.run(jobs.get("running")).cancel_asked


def test_delayed_jobs_get_another_time(longshore, document, enqueue, store):
    enqueue("a", delay_seconds=600)
    moved = longshore("jobs", "reschedule", "a", "--at", "2040-01-01T00:00:00Z")
    assert moved.stdout == "1 moved\n"
    assert store.run(jobs.get("a")).due_at == 2208988800
    longshore("jobs", "reschedule", "a", "--in", "2h")
    longshore("jobs", "retry-now", "a")
    assert store.run(jobs.get("a")).state is JobState.QUEUED
    done = document("jobs", "retry-now", "a", code=1)
    assert done == {"moved": 0, "not_delayed": {"a": "queued"}}
    longshore("jobs", "retry-now", "nobody", code=1)
    longshore("jobs", "reschedule", "a", code=2)


def test_queues_are_shown_paused_resumed_and_purged(longshore, document, enqueue, store, take):
    enqueue("a")
    enqueue("b", priority=9)
    (shown,) = document("queues")
    assert (shown["queue"], shown["waiting"], shown["paused_since"]) == ("q", 2, None)
    assert longshore("queues", "pause", "q").stdout == "q: paused\n"
    assert longshore("queues", "pause", "q").stdout == "q: nothing to do\n"
    assert "ago" in longshore("queues").stdout
    assert take() == []
    assert document("queues", "resume", "q") == {"q": True}
    longshore("queues", "purge", "q", code=1, stdin="n\n")
    assert document("queues", "purge", "q", "--yes") == {"purged": 2}
    assert store.run(queues.all_status())[0].waiting == 0


def test_workers_that_hold_jobs_are_shown_though_they_do_not_answer(document, enqueue, take):
    assert document("workers", "--wait", "0.1") == []
    enqueue("a")
    take()
    (row,) = document("workers", "--wait", "0.1")
    assert (row["worker"], row["answers"], row["claims"]) == ("w@host", False, 1)


def test_a_schedule_that_there_is_not_is_no_error(longshore, document):
    assert document("schedules") == {"leader": None, "entries": []}
    assert "no scheduler leads" in longshore("schedules").stdout


def test_health_says_what_to_look_at(document, longshore, enqueue, bury):
    def worries(**options):
        found = document("health", "--wait", "0.1", **options)
        return {sign["about"]: sign["worry"] for sign in found["signs"]}

    assert worries(code=1) == {"workers": 1}
    bury()
    assert worries(code=1) == {"workers": 1, "queue q": 1}
    enqueue("a")
    assert worries(code=2) == {"workers": 2, "queue q": 1}
    assert "act" in longshore("health", "--wait", "0.1", code=2).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_the_commands(longshore, shell):
    assert "_LONGSHORE_COMPLETE" in longshore("completion", shell).stdout


@pytest.mark.parametrize("words", [("purge", "--yes"), ("pause",)])
def test_another_key_of_the_broker_is_no_queue(longshore, document, enqueue, words):
    enqueue("a")
    refused = longshore("queues", *words, "longshore:accepted", code=2)
    assert "'longshore:accepted' is no queue" in refused.stderr
    assert [one["id"] for one in document("jobs", "list")] == ["a"]
