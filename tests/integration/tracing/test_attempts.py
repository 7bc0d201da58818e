"""What a collector sees of the jobs of a real worker."""

from __future__ import annotations

import pytest

from longshore.records import JobState
from longshore.store import dead_letters, jobs
from longshore.store.dead_letters import revivable
from support.shop import Shop
from support.until import until

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
#: As another program would put it into the headers of its messages.
CALLED = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
POOLS = ("longshore", "longshore-threads", "prefork", "threads", "solo")
PROCESSES = ("longshore", "prefork")
SECONDS = 60
QUIET = ("--without-gossip", "--without-mingle")


@pytest.mark.parametrize("pool", POOLS)
def test_claim_attempt_and_settle_continue_the_callers_trace(shop, spans, start, pool):
    start(pool)
    job = shop.module.add.apply_async((1, 2), headers=CALLED)
    assert job.get(timeout=SECONDS) == 3
    (claim,), (attempt,), (settle,) = (spans.wait(step) for step in ("claim", "process", "settle"))
    assert {one.trace_id for one in (claim, attempt, settle)} == {TRACE}
    assert claim.parent_id == attempt.parent_id == CALLER
    assert settle.parent_id == attempt.span_id
    assert claim.began <= claim.ended <= attempt.began <= settle.began <= settle.ended
    assert attempt.name == "process shop.add"
    assert attempt.service == "shop"
    assert attempt.outcome == "succeeded"
    assert attempt.attributes["messaging.destination.name"] == "celery"
    assert (attempt.job_id, attempt.attributes["longshore.attempt"]) == (job.id, 1)
    assert not attempt.failed


def test_a_success_that_the_main_process_settles_is_below_its_attempt(valkey, tmp_path, spans):
    # Only plain tasks are settled there, which write nothing when they begin.
    shop = Shop(valkey.url, tmp_path, track_started=False, more=spans.environment)
    try:
        with shop.worker(pool="prefork", concurrency=1, options=QUIET):
            assert shop.module.add.apply_async((1, 2), headers=CALLED).get(timeout=SECONDS) == 3
            (attempt,), (settle,) = spans.wait("process"), spans.wait("settle")
    finally:
        shop.close()
    assert (settle.trace_id, settle.parent_id) == (TRACE, attempt.span_id)
    assert attempt.outcome == "succeeded"


@pytest.mark.parametrize("pool", PROCESSES)
def test_no_span_is_lost_when_each_process_runs_one_job(shop, spans, start, pool):
    start(pool, "--max-tasks-per-child=1")
    results = [shop.module.process.apply_async(headers=CALLED) for _ in range(5)]
    assert len({result.get(timeout=SECONDS) for result in results}) == 5
    attempts = spans.wait("process", count=5)
    assert {one.job_id for one in attempts} == {result.id for result in results}
    spans.wait("settle", count=5)


@pytest.mark.parametrize("pool", PROCESSES)
def test_the_end_of_a_worker_leaves_no_span_behind(shop, spans, start, pool):
    shop.more["OTEL_BSP_SCHEDULE_DELAY"] = "60000"
    worker = start(pool, concurrency=2)
    results = [shop.module.add.apply_async((n, 1), headers=CALLED) for n in range(20)]
    assert [result.get(timeout=SECONDS) for result in results] == [*range(1, 21)]
    assert worker.stop() == 0
    assert len(spans.spans("process")) == 20


@pytest.mark.parametrize("pool", PROCESSES)
def test_an_attempt_that_was_ended_at_its_hard_limit_has_its_span(shop, store, spans, start, pool):
    start(pool)
    job = shop.module.too_long.apply_async(headers=CALLED)
    (attempt,) = spans.wait("process")
    assert (attempt.trace_id, attempt.parent_id, attempt.job_id) == (TRACE, CALLER, job.id)
    assert attempt.failed
    assert attempt.outcome == "interrupted"
    assert attempt.attributes["error.type"] == "TimeLimitExceeded"
    assert attempt.ended > attempt.began
    until(lambda: store.run(jobs.get(job.id)).state is JobState.DEAD, SECONDS)


@pytest.mark.parametrize("pool", PROCESSES)
def test_each_run_that_kills_its_process_has_its_span(shop, store, spans, start, pool):
    start(pool)
    job = shop.module.die.apply_async(headers=CALLED)
    until(lambda: store.run(jobs.get(job.id)).state is JobState.DEAD, SECONDS)
    attempts = spans.wait("process", count=3)
    assert {one.trace_id for one in attempts} == {TRACE}
    assert [one.attributes["longshore.delivery"] for one in attempts] == [1, 2, 3]
    assert {one.outcome for one in attempts} == {"interrupted"}


@pytest.mark.parametrize("headers", [CALLED, {}], ids=["traced", "untraced"])
def test_retries_are_attempts_of_one_trace(shop, spans, start, headers):
    start("longshore")
    job = shop.module.flaky.apply_async((2,), headers=headers)
    assert job.get(timeout=SECONDS) == 2
    attempts = spans.wait("process", count=3)
    assert len({one.trace_id for one in attempts}) == 1
    assert {one.parent_id for one in attempts} == {CALLER if headers else ""}
    assert [one.outcome for one in attempts] == ["retrying", "retrying", "succeeded"]
    assert [one.failed for one in attempts] == [True, True, False]
    assert [one.attributes["longshore.attempt"] for one in attempts] == [1, 2, 3]
    assert not spans.spans("send")


def test_a_delay_is_the_time_between_its_caller_and_its_claim(shop, spans, start, clock):
    start("longshore")
    job = shop.module.add.apply_async((1, 1), countdown=60, headers=CALLED)
    clock.advance(60)
    assert job.get(timeout=SECONDS) == 2
    (attempt,) = spans.wait("process")
    assert (attempt.trace_id, attempt.parent_id) == (TRACE, CALLER)


def test_what_a_job_enqueues_is_below_it(shop, spans, start):
    start("longshore")
    shop.module.traced.apply_async((1,), headers=CALLED)
    outer, inner = spans.wait("process", count=2)
    (send,) = spans.wait("send")
    assert send.parent_id == outer.span_id
    assert inner.parent_id == send.span_id
    assert {one.trace_id for one in (outer, send, inner)} == {TRACE}


def test_a_replay_goes_on_in_the_trace_of_its_job(shop, store, spans, start):
    start("longshore")
    job = shop.module.fail.apply_async(headers=CALLED)
    until(lambda: store.run(jobs.get(job.id)).state is JobState.DEAD, SECONDS)
    page = store.run(dead_letters.page(messages=True))
    revived, _ = revivable(page.letters)
    store.run(dead_letters.replay(revived))
    attempts = spans.wait("process", count=2)
    assert {(one.trace_id, one.parent_id) for one in attempts} == {(TRACE, CALLER)}
    assert {one.outcome for one in attempts} == {"dead"}
    assert {one.attributes["error.type"] for one in attempts} == {"RuntimeError"}
