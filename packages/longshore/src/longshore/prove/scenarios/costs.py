"""Scenario 11: how long calls take while the broker hangs, and what a liveness probe costs.

Every figure is a quantile of many trials. The control is in the same run: the same calls on the
healthy broker, and an interpreter that does nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kombu.exceptions import OperationalError

from longshore.envelope import NewJob
from longshore.errors import BrokerUnavailable
from longshore.prove.abreast import abreast
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.member import Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.ticker import Ticker
from longshore.prove.verdict import percentile
from longshore.prove.waiting import holds, pause, until
from longshore.prove.work import QUEUE, WORK
from longshore.store import AsyncStore, Store, StoreSettings, jobs, queues
from longshore.store.call import Call
from longshore.store.connection import ping
from longshore.worker.probe import client

LEASE_SECONDS = 2.0
DEADLINE_SECONDS = 1.0
#: Of so many trials this share is in time; the rest may have met a machine that stood still.
SHARE = 0.9
FULL_TRIALS, SHORT_TRIALS = 100, 24
AT_ONCE = 8
#: What a caller may notice beyond the deadline or the control, on a busy machine.
MARGIN_SECONDS = 0.25
LOOP_MARGIN_SECONDS = 0.05
#: A main loop that waits for a broker's answer, by default for 1.5 s, answers a probe after that.
HUNG_SECONDS = 2.0
#: A probe may use so many times the processor time of an interpreter that does nothing.
BARE_INTERPRETERS = 2.0
POOLS = (Pool("prefork", 1), Pool("longshore", 1))
READY_SECONDS = 30.0
#: A job may run for so long before a worker counts as hung; none does here.
LIMIT_SECONDS = "60"


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process cost from its start to its end."""

    wall_seconds: float
    cpu_seconds: float
    code: int


def run(run: Run) -> Iterator[Finding]:
    """Longshore only: scenario 9 shows what stock Celery does."""
    if run.arm is Arm.STOCK:
        return
    trials = run.count(full=FULL_TRIALS, short=SHORT_TRIALS)
    run.say(f"{trials} calls of each kind")
    yield from abreast(
        [partial(_call_by_call, run, one, trials) for one in (_publishing, _calls)], 2
    )
    yield _call_by_call(run, _event_loop, trials)
    run.say(f"{trials} probes of each pool")
    for findings in abreast([partial(_probes, run, pool, trials) for pool in POOLS], len(POOLS)):
        yield from findings


def _call_by_call(run: Run, work: Callable[[Stage, int], Finding], trials: int) -> Finding:
    options = {"deadline_seconds": DEADLINE_SECONDS}
    with Stage(run, lease_seconds=LEASE_SECONDS, options=options) as stage:
        return work(stage, trials)


def _publishing(stage: Stage, trials: int) -> Finding:
    """Celery's own call."""
    work = partial(_seconds_of, lambda _: stage.producer.work(0.0), OperationalError)
    return _compared(stage, "apply_async", work, trials)


def _calls(stage: Stage, trials: int) -> Finding:
    """The calls of a service or a command, one kind after the other."""
    settings = StoreSettings(deadline_seconds=DEADLINE_SECONDS)
    with Store.from_url(stage.server.url, settings) as store:
        work = partial(_seconds_of, lambda number: store.run(_call(number)), BrokerUnavailable)
        return _compared(stage, "every kind of call", work, trials)


def _compared(stage: Stage, title: str, work: Callable[[int], float], trials: int) -> Finding:
    works = [partial(work, number) for number in range(trials)]
    # Connecting, and importing what is imported late, is no part of what is compared.
    abreast(works[:AT_ONCE], AT_ONCE)
    healthy = abreast(works, AT_ONCE)
    stage.server.pause()
    try:
        hung = abreast(works, AT_ONCE)
    finally:
        stage.server.resume()
    return _judged(stage, title, healthy, hung)


def _event_loop(stage: Stage, trials: int) -> Finding:
    return asyncio.run(_awaited(stage, trials))


async def _awaited(stage: Stage, trials: int) -> Finding:
    """The same calls from an event loop, which goes on beside them."""
    settings = StoreSettings(deadline_seconds=DEADLINE_SECONDS)
    async with AsyncStore.from_url(stage.server.url, settings) as store:
        usual = await _paced(store, trials, 0.0)
        stage.server.pause()
        hung = await _paced(store, trials, DEADLINE_SECONDS)
        stage.server.resume()
    late, usually = (percentile(part[1], 0.99) for part in (hung, usual))
    wrong = _judged(stage, "every kind of call in an event loop", usual[0], hung[0])
    lag = f"the loop was late by {late * 1000:.0f} ms (p99), {usually * 1000:.0f} ms when healthy"
    blocked = late > usually + LOOP_MARGIN_SECONDS
    return _with(wrong, f"{wrong.note}; {lag}", (lag,) if blocked else ())


async def _paced(store: AsyncStore, trials: int, seconds: float) -> tuple[list[float], list[float]]:
    """The seconds of each call, and by which a loop was late that ran for ``seconds`` at least."""
    took: list[float] = []
    ends = time.monotonic() + seconds
    async with Ticker() as ticker:
        while len(took) < trials or time.monotonic() < ends:
            numbers = range(len(took), len(took) + AT_ONCE)
            took += await asyncio.gather(*(_seconds_awaited(store, number) for number in numbers))
    return took, ticker.late


def _call(number: int) -> Call[Any]:
    """One of the calls that a service makes, of each kind in turn."""
    new = NewJob(task=WORK, id=f"call-{number}", kwargs={}, args=(0.0,), queue=QUEUE)
    kinds: tuple[Call[Any], ...] = (
        jobs.enqueue(new), jobs.search(limit=10), queues.all_status(), ping(),
    )  # fmt: skip
    return kinds[number % len(kinds)]


def _seconds_of(call: Callable[[int], object], failure: type[Exception], number: int) -> float:
    """Seconds until the call was answered or failed as it should."""
    began = time.monotonic()
    with suppress(failure):
        call(number)
    return time.monotonic() - began


async def _seconds_awaited(store: AsyncStore, number: int) -> float:
    began = time.monotonic()
    with suppress(BrokerUnavailable):
        await store.run(_call(number))
    return time.monotonic() - began


def _judged(stage: Stage, title: str, healthy: list[float], hung: list[float]) -> Finding:
    usual, took, wrong = percentile(healthy, SHARE), percentile(hung, SHARE), Wrongs()
    limit = DEADLINE_SECONDS + MARGIN_SECONDS
    wrong.when(took > limit, f"calls took {took:.2f} s (p90), {limit:g} s are allowed")
    quick = percentile(hung, 0.0) < DEADLINE_SECONDS / 2
    slow = usual > DEADLINE_SECONDS / 2
    missed = "a call did not notice that the broker hung" if quick else ""
    return wrong.on(Finding(
        variant=f"{title}, while the broker hangs", lease_seconds=LEASE_SECONDS, faults=len(hung),
        seconds=stage.elapsed_seconds,
        missed=missed or ("healthy calls were as slow" if slow else ""),
        note=f"p90 {took:.2f} s of {DEADLINE_SECONDS:g} s allowed, margin {MARGIN_SECONDS:g} s;"
        f" healthy {usual * 1000:.0f} ms",
    ))  # fmt: skip


def _probes(run: Run, pool: Pool, trials: int) -> list[Finding]:
    """A worker asked whether it lives, with a healthy broker and with one that hangs."""
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        path = str(stage.folder / "probe")
        member = stage.member("worker", pool, environment={"LONGSHORE_PROBE_SOCKET": path})
        stage.wait_until_ready(member)
        until(lambda: _probe(path).code == 0, READY_SECONDS, "the probe's answer")
        title = f"{pool.name}; liveness probe"
        healthy = _judged_probes(stage, title, *_side_by_side(path, trials), MARGIN_SECONDS)
        stage.server.pause()
        try:
            noticed = holds(lambda: _probe(path, "ready").code != 0, READY_SECONDS)
            found = _side_by_side(path, trials)
        finally:
            stage.server.resume()
        hung = _judged_probes(stage, f"{title} while the broker hangs", *found, HUNG_SECONDS)
        ready = () if noticed else ("a worker without a broker said that it was ready",)
        return [healthy, _with(hung, hung.note, ready)]


def _side_by_side(path: str, trials: int) -> tuple[list[Spent], list[Spent]]:
    """The probes, and the interpreters that do nothing; one after the other, in turn."""
    asked, bare = [], []
    for _ in range(trials):
        asked.append(_probe(path))
        bare.append(_spent("-c", "pass"))
        pause(0.02)
    return asked, bare


def _probe(path: str, question: str = "live") -> Spent:
    return _spent(client.__file__, question, path, LIMIT_SECONDS)


def _spent(*words: str) -> Spent:
    """Run an interpreter to its end."""
    began = time.monotonic()
    nothing = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    command = [sys.executable, "-I", "-S", *words]
    pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=nothing)
    _, status, used = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return Spent(time.monotonic() - began, used.ru_utime + used.ru_stime, code)


def _judged_probes(
    stage: Stage, title: str, asked: list[Spent], bare: list[Spent], margin_seconds: float
) -> Finding:
    wrong = Wrongs()
    cpu, bare_cpu = (percentile([one.cpu_seconds for one in part], 0.5) for part in (asked, bare))
    took, bare_took = (
        percentile([one.wall_seconds for one in part], SHARE) for part in (asked, bare)
    )
    refused = sum(one.code != 0 for one in asked)
    wrong.when(refused, f"{refused} of {len(asked)} probes found it dead")
    wrong.when(
        cpu > BARE_INTERPRETERS * bare_cpu,
        f"a probe cost {cpu / bare_cpu:.1f} times an interpreter that does nothing (p50)",
    )
    late = took - bare_took
    wrong.when(late > margin_seconds, f"a probe took {late:.2f} s more than an interpreter (p90)")
    return wrong.on(Finding(
        variant=title, lease_seconds=LEASE_SECONDS, faults=len(asked),
        seconds=stage.elapsed_seconds,
        note=f"p50 {cpu * 1000:.0f} ms of processor, p90 {took * 1000:.0f} ms; an interpreter that"
        f" does nothing {bare_cpu * 1000:.0f} and {bare_took * 1000:.0f} ms, margins"
        f" × {BARE_INTERPRETERS:g} and {margin_seconds * 1000:.0f} ms",
    ))  # fmt: skip


def _with(finding: Finding, note: str, wrong: Sequence[str]) -> Finding:
    """The same with another note, and more that is wrong."""
    return replace(finding, note=note, wrong=(*finding.wrong, *wrong))
