"""Leases of a worker whose handlers run in its main process, renewed from beside it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from longshore.store import jobs
from support.until import until

POOLS = ("threads", "solo")


def renewers(worker) -> list[int]:
    threads = Path(f"/proc/{worker.pid}/task").glob("*/children")
    return [int(pid) for thread in threads for pid in thread.read_text().split()]


def runs(pid) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_a_job_that_holds_the_interpreter_past_its_lease_runs_once(
    shop, store, start, outlive_lease
):
    for pool in POOLS:
        start(pool, pool=pool, queues=pool)
    start("idle", queues=",".join(POOLS))
    results = {pool: shop.module.computing.apply_async((pool,), queue=pool) for pool in POOLS}
    until(lambda: all(f"start {pool}" in shop.lines() for pool in POOLS))
    outlive_lease()
    for pool in POOLS:
        shop.open_gate(pool)
    for pool, result in results.items():
        assert result.get(timeout=60) == pool
        assert shop.lines().count(f"start {pool}") == 1
        assert store.run(jobs.get(result.id)).deliveries == 1


@pytest.mark.parametrize("pool", POOLS)
def test_a_stopped_worker_loses_its_claim_although_its_renewer_runs(
    shop, store, start, pool, end_leases
):
    owner = start("owner", pool=pool)
    result = shop.module.gated.delay("job")
    until(lambda: "start job" in shop.lines())
    os.kill(owner.pid, signal.SIGSTOP)
    assert all(runs(pid) for pid in renewers(owner))
    start("other")
    end_leases("owner")
    until(lambda: shop.lines() == ["start job", "start job"])
    shop.open_gate("job")
    assert result.get(timeout=60) == "job"
    record = store.run(jobs.get(result.id))
    assert record.worker.startswith("other@")
    assert record.interruptions == record.deliveries - 1 > 0
    os.kill(owner.pid, signal.SIGCONT)


@pytest.mark.parametrize("pool", POOLS)
def test_the_renewer_ends_with_a_worker_that_is_killed(start, pool):
    worker = start(pool=pool)
    (renewer,) = renewers(worker)
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: not runs(renewer))


def test_the_renewer_outlasts_a_signal_to_the_whole_group_and_ends_with_the_drain(
    shop, start, outlive_lease
):
    worker = start(pool="threads")
    (renewer,) = renewers(worker)
    result = shop.module.computing.delay("job")
    until(lambda: "start job" in shop.lines())
    os.killpg(worker.pid, signal.SIGTERM)
    outlive_lease()
    shop.open_gate("job")
    assert result.get(timeout=60) == "job"
    until(lambda: not worker.is_running)
    assert not runs(renewer)
    assert shop.lines().count("start job") == 1


def test_a_renewer_that_was_lost_is_started_again(start):
    worker = start(pool="threads")
    (first,) = renewers(worker)
    os.kill(first, signal.SIGKILL)
    until(lambda: [pid for pid in renewers(worker) if pid != first and runs(pid)])
    assert "another one is started" in worker.lines()


def test_a_prefork_worker_needs_none(start):
    worker = start(pool="prefork", concurrency=2)
    assert len(renewers(worker)) == 2
