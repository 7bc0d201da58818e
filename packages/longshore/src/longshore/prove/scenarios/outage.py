"""Scenario 5: the broker is killed, hangs, or drops every connection, while jobs flow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from longshore.prove.abreast import abreast
from longshore.prove.arm import Arm
from longshore.prove.feeder import Feeder
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.member import Pool
from longshore.prove.options import Run
from longshore.prove.scenarios import consuming, failover
from longshore.prove.stage import Stage
from longshore.prove.waiting import pause

LEASE_SECONDS = 2.0
AT_ONCE = 5
#: How much of what it accepted a Valkey with ``everysec`` may lose.
EVERYSEC_SECONDS = 2.0
CUT_PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Outage:
    """``strike`` does the damage, and returns when the broker is back."""

    title: str
    strike: Callable[[Stage], int]
    appendfsync: str = "everysec"
    may_lose_seconds: float = 0.0


POOL = Pool("prefork")


def kill(stage: Stage) -> int:
    """kill -9, a second of nothing, a restart from the append-only file."""
    stage.server.kill()
    pause(1.0)
    stage.server.start()
    return 1


def hang(stage: Stage) -> int:
    """The server answers nobody, its connections stay open."""
    stage.server.pause()
    pause(stage.run.seconds(full=30.0, short=4.0))
    stage.server.resume()
    return 1


def cut(stage: Stage) -> int:
    """Every connection is closed by the server, many times."""
    times = stage.run.count(full=20, short=6)
    for _ in range(times):
        for kind in ("normal", "pubsub"):
            stage.server.ask("CLIENT", "KILL", "TYPE", kind)
        pause(CUT_PAUSE_SECONDS)
    return times


def fill(stage: Stage) -> int:
    """The server is at its maxmemory: it refuses what adds, and its workers go on."""
    stage.server.ask("CONFIG", "SET", "maxmemory", "1")
    pause(stage.run.seconds(full=20.0, short=4.0))
    stage.server.ask("CONFIG", "SET", "maxmemory", "0")
    return 1


def demote(stage: Stage) -> int:
    """The server becomes a replica that can only be read, for longer than a lease."""
    stage.server.ask("REPLICAOF", "127.0.0.1", "1")
    pause(2 * LEASE_SECONDS)
    stage.server.ask("REPLICAOF", "NO", "ONE")
    return 1


OUTAGES = (
    Outage("kill -9 and restart, appendfsync always", kill, "always"),
    Outage("kill -9 and restart, appendfsync everysec", kill, "everysec", EVERYSEC_SECONDS),
    Outage("hangs", hang),
    Outage("CLIENT KILL of every connection", cut),
)
SHORT_OUTAGES = (OUTAGES[0], *OUTAGES[2:])
#: A stock worker ends under these.
REFUSALS = (Outage("full: maxmemory, noeviction", fill), Outage("read-only for a while", demote))


def run(run: Run) -> Iterator[Finding]:
    """Every outage, side by side; under Longshore a failover as well."""
    outages = SHORT_OUTAGES if run.options.short else OUTAGES
    works: list[Callable[[], Finding]] = [partial(_outage, run, outage) for outage in outages]
    if run.arm is Arm.LONGSHORE:
        works += [partial(_outage, run, refusal) for refusal in REFUSALS]
        works.insert(0, partial(failover.run, run))
    yield from abreast(works, AT_ONCE)


def _outage(run: Run, outage: Outage) -> Finding:
    """On a prefork and, under Longshore, a longshore pool together."""
    run.say(outage.title)
    pools = POOL, Pool("longshore") if run.arm is Arm.LONGSHORE else POOL
    with Stage(run, lease_seconds=LEASE_SECONDS, appendfsync=outage.appendfsync) as stage:
        members = [stage.member("worker", pool) for pool in pools]
        stage.wait_until_ready(*members)
        with Feeder(stage.producer, consuming.LOAD):
            working = consuming.at_work(stage, members)
            struck_at = time.time()
            faults = outage.strike(stage)
            back_at = time.time()
            consuming.wait_for_all(stage, members, back_at)
        drained = stage.drained(consuming.PATIENCE_SECONDS)
        count, wrong = stage.count(), Wrongs()
        wrong.when(not working, "the workers never began")
        wrong.when(not drained and not count.lost, "not everything finished")
        unsafe = {job for job in count.lost if _may_be_lost(stage, outage, job, struck_at)}
        wrong.when(count.lost - unsafe, f"{len(count.lost - unsafe)} jobs lost")
        wrong.when(count.started_again, f"{len(count.started_again)} jobs ran again")
        waits = consuming.judge(stage, members, back_at, wrong)
        return wrong.on(Finding(
            variant=outage.title, lease_seconds=LEASE_SECONDS, faults=faults,
            recoveries=tuple(waits), seconds=stage.elapsed_seconds, note=_note(stage),
        ).counting(count))  # fmt: skip


def _may_be_lost(stage: Stage, outage: Outage, job: str, struck_at: float) -> bool:
    """Whether it was accepted so shortly before the end that no disk had it yet."""
    at = stage.producer.accepted[job]
    return struck_at - outage.may_lose_seconds < at <= struck_at and outage.may_lose_seconds > 0


def _note(stage: Stage) -> str:
    refused = len(stage.producer.uncertain)
    return f"{refused} enqueues failed at once and are not counted" if refused else ""
