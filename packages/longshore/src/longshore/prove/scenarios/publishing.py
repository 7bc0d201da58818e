"""Scenario 9: enqueueing while the broker refuses connections, and while it hangs."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from longshore.envelope import NewJob
from longshore.errors import BrokerUnavailable
from longshore.prove import service
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.ticker import Ticker
from longshore.prove.verdict import percentile
from longshore.prove.waiting import holds
from longshore.prove.work import QUEUE, WORK
from longshore.store import AsyncStore, StoreSettings, jobs
from longshore.testing.server import ValkeyServer

LEASE_SECONDS = 2.0
DEADLINE_SECONDS = 1.0
#: What a caller may notice beyond the deadline, on a busy machine.
MARGIN_SECONDS = 0.5
#: The deadline that a Celery app has by default, and the margin.
CALL_SECONDS = 2.0 + MARGIN_SECONDS
#: A call that takes longer than this is not waited for.
BLOCKED_SECONDS = 5.0
#: On an idle machine; what others take of the processor is left out. The api may be as late as this
#: beyond what it is with a healthy broker.
LOOP_SECONDS = 0.05
AT_ONCE = 20
REQUESTS = 5
#: Enough for a p99 to be more than the slowest.
PULSES = 200
PULSES_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the broker, and how it is put right."""

    title: str
    begin: Callable[[ValkeyServer], None]
    end: Callable[[ValkeyServer], object]


FAULTS = (
    Fault("refuses connections", ValkeyServer.kill, ValkeyServer.start),
    Fault("hangs", ValkeyServer.pause, ValkeyServer.resume),
)


def run(run: Run) -> Iterator[Finding]:
    """Celery's own call on both arms; on Longshore the store of an asyncio service as well."""
    for fault in FAULTS:
        run.say(f"the broker {fault.title}")
        with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
            yield _celery(stage, fault)
        if run.arm is Arm.LONGSHORE:
            with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
                yield asyncio.run(_asyncio(stage, fault))
    if run.arm is Arm.LONGSHORE and service.is_installed():
        run.say("the api, while the broker is away")
        with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
            yield from _service(stage)


def _celery(stage: Stage, fault: Fault) -> Finding:
    """The thread keeps a call that never returns from keeping everything else."""
    stage.producer.work(0.0)
    calls: list[str] = []
    fault.begin(stage.server)
    began = time.monotonic()
    thread = threading.Thread(target=_call, args=(stage, calls), daemon=True)
    thread.start()
    thread.join(BLOCKED_SECONDS)
    took, blocked = time.monotonic() - began, thread.is_alive()
    fault.end(stage.server)
    thread.join(BLOCKED_SECONDS)
    wrong = Wrongs()
    wrong.when(blocked, f"the call was still blocked after {BLOCKED_SECONDS:g} s", known=True)
    slow = not blocked and took > CALL_SECONDS
    wrong.when(slow, f"the call failed only after {took:.1f} s")
    wrong.when("accepted" in calls and not blocked, "an enqueue was accepted by nobody")
    return wrong.on(Finding(
        variant=f"apply_async while the broker {fault.title}", lease_seconds=LEASE_SECONDS,
        faults=1, accepted=len(stage.producer.accepted),
        seconds=stage.elapsed_seconds, note="" if blocked else f"failed within {took:.2f} s",
    ))  # fmt: skip


def _call(stage: Stage, calls: list[str]) -> None:
    try:
        stage.producer.work(0.0)
    except Exception as error:  # noqa: BLE001  whatever it is, it ends the call
        calls.append(type(error).__name__)
    else:
        calls.append("accepted")


async def _asyncio(stage: Stage, fault: Fault) -> Finding:
    settings = StoreSettings(deadline_seconds=DEADLINE_SECONDS)
    async with AsyncStore.from_url(stage.server.url, settings) as store:
        await store.run(jobs.enqueue(_new_job()))
        # Ending the server and starting it again block, and are no part of what is measured.
        fault.begin(stage.server)
        ends = time.monotonic() + BLOCKED_SECONDS
        async with Ticker() as ticker:
            calls = await asyncio.gather(*(_timed(store) for _ in range(AT_ONCE)))
            while len(ticker.late) < PULSES and time.monotonic() < ends:
                calls.append(await _timed(store))
        fault.end(stage.server)
        await store.run(jobs.enqueue(_new_job()))
    return _judged(stage, fault, calls, ticker)


def _service(stage: Stage) -> list[Finding]:
    """One api under each fault in turn; its own deadline is the default one."""
    with service.Service(stage.server.url, stage.folder) as api:
        with service.Pulse(api) as healthy:
            holds(lambda: len(healthy.seconds) >= PULSES, PULSES_SECONDS)
        usual = percentile(healthy.seconds, 0.99)
        return [_without_broker(stage, fault, api, usual) for fault in FAULTS]


def _without_broker(stage: Stage, fault: Fault, api: service.Service, usual: float) -> Finding:
    """``usual`` is what ``/livez`` takes with a healthy broker, p99."""
    holds(lambda: api.enqueue() == HTTPStatus.ACCEPTED, PULSES_SECONDS)
    accepted, began = api.enqueue(), stage.elapsed_seconds
    with service.Pulse(api) as pulse:
        fault.begin(stage.server)
        answers = [_timed_request(api) for _ in range(REQUESTS)]
        holds(lambda: len(pulse.seconds) >= PULSES, PULSES_SECONDS)
    fault.end(stage.server)
    statuses, slowest = {status for status, _ in answers}, max(took for _, took in answers)
    late, wrong = percentile(pulse.seconds, 0.99), Wrongs()
    wrong.when(accepted != HTTPStatus.ACCEPTED, f"before the fault an enqueue got {accepted}")
    wrong.when(statuses != {HTTPStatus.SERVICE_UNAVAILABLE}, f"enqueues got {sorted(statuses)}")
    wrong.when(slowest > CALL_SECONDS, f"an enqueue took {slowest:.1f} s")
    wrong.when(pulse.failed, f"/livez failed {pulse.failed} times")
    wrong.when(late > usual + LOOP_SECONDS, f"/livez took {late * 1000:.0f} ms (p99)")
    return Finding(
        variant=f"the api, while the broker {fault.title}", lease_seconds=LEASE_SECONDS, faults=1,
        accepted=1, wrong=tuple(wrong.found), seconds=stage.elapsed_seconds - began,
        note=f"slowest answer 503 after {slowest:.2f} s; /livez p99 {late * 1000:.0f} ms"
        f" of {len(pulse.seconds)} requests, {usual * 1000:.0f} ms with a healthy broker",
    )  # fmt: skip


def _timed_request(api: service.Service) -> tuple[int, float]:
    began = time.monotonic()
    return api.enqueue(), time.monotonic() - began


def _new_job() -> NewJob:
    return NewJob(task=WORK, id=str(uuid.uuid4()), kwargs={}, args=(0.0,), queue=QUEUE)


async def _timed(store: AsyncStore) -> float:
    """Seconds until one enqueue failed as it should; infinite if it did not."""
    began = time.monotonic()
    try:
        await store.run(jobs.enqueue(_new_job()))
    except BrokerUnavailable:
        return time.monotonic() - began
    return float("inf")


def _judged(stage: Stage, fault: Fault, calls: list[float], ticker: Ticker) -> Finding:
    wrong, slowest, late = Wrongs(), max(calls), percentile(ticker.late, 0.99)
    limit = DEADLINE_SECONDS + MARGIN_SECONDS
    wrong.when(slowest > limit, f"an enqueue took {slowest:.1f} s, the deadline is 1 s")
    wrong.when(late > LOOP_SECONDS, f"the event loop was late by {late * 1000:.0f} ms (p99)")
    return Finding(
        variant=f"asyncio, {AT_ONCE} at once, while the broker {fault.title}",
        lease_seconds=LEASE_SECONDS, faults=1, accepted=2, wrong=tuple(wrong.found),
        seconds=stage.elapsed_seconds,
        note=f"slowest call {slowest:.2f} s of {DEADLINE_SECONDS:g} s allowed;"
        f" event loop late by {late * 1000:.0f} ms (p99)",
    )  # fmt: skip
