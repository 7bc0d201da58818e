"""Whatever a handler or a hook raises, returns or prints: the worker goes on, the record tells it.

Stock Celery is not held to it: what is no ``Exception`` ends its child, and the error is lost.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from longshore.errors import HandlerExit
from longshore.records import JobRecord, JobState
from longshore.store import Store, jobs
from support.until import until

SECONDS = 30

ERRORS = {
    "exit": ("SystemExit", "3"),
    "cancelled": ("CancelledError", "by the loop"),
    "generator": ("GeneratorExit", "closed"),
    "keyboard": ("KeyboardInterrupt", ""),
    "own": ("OwnExit", "past everything"),
    "memory": ("MemoryError", "too large"),
    "silent": ("Silent", "its text cannot be had (RuntimeError)"),
    "surrogate": ("OSError", "no file caf\\udce9"),
}
FIRST = {"on_failure": "FAILURE", "on_success": "SUCCESS", "after_return": "SUCCESS"}


@pytest.fixture(autouse=True)
def _not_stock(arm):
    if arm.name.startswith("redis"):
        pytest.skip("stock Celery loses the error with its child")


@pytest.fixture
def store(arm) -> Generator[Store]:
    with Store.from_url(arm.shop.broker) as store:
        yield store


def finished(store: Store, job_id: str) -> JobRecord:
    """The record of a job that must end in its only run."""
    record = until(lambda: (one := store.run(jobs.get(job_id))).finished_at and one, SECONDS)
    assert (record.deliveries, record.interruptions) == (1, 0)
    return record


@pytest.mark.parametrize("kind", ERRORS)
def test_a_job_fails_with_whatever_its_handler_raised(shop, store, kind):
    result = shop.raising.delay(kind)
    record = finished(store, result.id)
    assert (record.state, record.error.type, record.error.message) == (JobState.DEAD, *ERRORS[kind])
    assert result.state == "FAILURE"
    assert isinstance(result.result, Exception)
    assert shop.add.delay(1, 2).get(timeout=SECONDS) == 3


def test_who_waits_for_a_job_that_exits_gets_an_error_and_goes_on(shop):
    with pytest.raises(HandlerExit, match="SystemExit: 3"):
        shop.raising.delay("exit").get(timeout=SECONDS)


@pytest.mark.parametrize("kind", ["exit", "cancelled", "generator", "keyboard", "own"])
def test_a_coroutine_may_raise_it_and_the_others_go_on(shop, arm, store, kind):
    if not arm.name.startswith("longshore-own"):
        pytest.skip("this pool of Celery's runs no coroutines")
    record = finished(store, shop.awaiting_raising.delay(kind).id)
    assert (record.error.type, record.error.message) == ERRORS[kind]
    result = shop.awaiting.delay("goes on", 0)
    assert result.get(timeout=SECONDS) == [result.id, result.id]


@pytest.mark.parametrize("kind", ["silent", "exit", "memory"])
@pytest.mark.parametrize("hook", FIRST)
def test_a_hook_that_raises_changes_no_outcome(shop, arm, store, hook, kind):
    result = shop.hooked.delay(hook, kind)
    record = finished(store, result.id)
    assert result.state == FIRST[hook]
    if hook == "on_failure":
        assert (record.error.type, record.error.message) == ("ValueError", "the handler's own")
    until(lambda: f"{hook} {result.id}" in arm.shop.lines())
    assert shop.add.delay(1, 2).get(timeout=SECONDS) == 3


@pytest.mark.parametrize("kind", ["silent", "exit"])
def test_an_errback_runs_once_though_a_hook_raises(shop, arm, store, kind):
    errback = shop.on_error.s()
    result = shop.hooked.apply_async(("on_failure", kind), link_error=errback)
    finished(store, result.id)
    until(lambda: f"on_failure {result.id}" in arm.shop.lines())
    assert shop.add.delay(1, 2).get(timeout=SECONDS) == 3
    assert arm.shop.lines().count(f"errback {result.id}") == 1


@pytest.mark.parametrize("kind", ["silent", "exit"])
def test_a_hook_that_raises_prevents_no_retry(shop, store, kind):
    result = shop.hooked.delay("on_retry", kind)
    assert result.get(timeout=SECONDS) == "done"
    record = store.run(jobs.get(result.id))
    assert (record.attempts, record.interruptions) == (2, 0)


@pytest.mark.parametrize("kind", ["silent", "exit"])
def test_a_receiver_of_a_signal_that_raises_changes_no_outcome(shop, store, kind):
    record = finished(store, shop.heard.delay(kind).id)
    assert (record.error.type, record.error.message) == ("ValueError", "the handler's own")
    assert shop.add.delay(1, 2).get(timeout=SECONDS) == 3


def test_what_is_no_text_may_be_printed_logged_and_returned(shop, store):
    result = shop.undecodable.delay()
    assert result.get(timeout=SECONDS) == "caf\udce9"
    assert finished(store, result.id).state is JobState.SUCCEEDED
