"""Scenario 5: the broker is killed, hangs, or drops every connection, while jobs flow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from longshore.prove.arm import Arm
from longshore.prove.feeder import Feeder
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.ledger import Kind
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.waiting import holds

LEASE_SECONDS = 2.0
JOB_SECONDS = 0.01
LONG_SECONDS = 1.5
BEFORE_SECONDS = 1.5
JOBS_PER_SECOND = 40.0
BACK_SECONDS = 10.0
PATIENCE_SECONDS = 60.0
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
    time.sleep(1.0)
    stage.server.start()
    return 1


def hang(stage: Stage) -> int:
    """The server answers nobody, its connections stay open."""
    stage.server.pause()
    time.sleep(stage.run.seconds(full=30.0, short=4.0))
    stage.server.resume()
    return 1


def cut(stage: Stage) -> int:
    """Every connection is closed by the server, many times."""
    times = stage.run.count(full=20, short=6)
    for _ in range(times):
        for kind in ("normal", "pubsub"):
            stage.server.ask("CLIENT", "KILL", "TYPE", kind)
        time.sleep(CUT_PAUSE_SECONDS)
    return times


OUTAGES = (
    Outage("kill -9 and restart, appendfsync always", kill, "always"),
    Outage("kill -9 and restart, appendfsync everysec", kill, "everysec", EVERYSEC_SECONDS),
    Outage("hangs", hang),
    Outage("CLIENT KILL of every connection", cut),
)
SHORT_OUTAGES = (OUTAGES[0], *OUTAGES[2:])


def run(run: Run) -> Iterator[Finding]:
    """Every outage, on a prefork and, under Longshore, a longshore pool together."""
    second = Pool("longshore") if run.arm is Arm.LONGSHORE else Pool("prefork")
    # The two restarts differ in what they may lose, which a kill of the process does not show.
    for outage in SHORT_OUTAGES if run.options.short else OUTAGES:
        run.say(outage.title)
        with Stage(run, lease_seconds=LEASE_SECONDS, appendfsync=outage.appendfsync) as stage:
            yield _strike(stage, outage, [stage.member("worker", p) for p in (POOL, second)])
    if run.arm is Arm.LONGSHORE:
        yield Finding(
            "failover under Sentinel", 0.0, not_shown=True,
            note="this scenario is still to be written",
        )  # fmt: skip


def _strike(stage: Stage, outage: Outage, members: list[Member]) -> Finding:
    stage.wait_until_ready(*members)
    feeder = Feeder(
        stage.producer, per_second=JOBS_PER_SECOND, job_seconds=JOB_SECONDS,
        long_seconds=LONG_SECONDS,
    )  # fmt: skip
    with feeder:
        working = holds(lambda: _at_work(stage, members), PATIENCE_SECONDS)
        struck_at = time.time()
        faults = outage.strike(stage)
        back_at = time.time()
        holds(lambda: all(_start_after(stage, m, back_at) for m in members), PATIENCE_SECONDS)
    drained = stage.drained(PATIENCE_SECONDS)
    waits = [max(_start_after(stage, member, back_at) - back_at, 0.0) for member in members]
    count, wrong = stage.count(), Wrongs()
    safe = {
        job
        for job in count.lost
        if not struck_at - outage.may_lose_seconds < stage.producer.accepted[job] <= struck_at
    }
    idle = sum(not _start_after(stage, member, back_at) for member in members)
    wrong.when(not working, "the workers never began")
    wrong.when(safe if outage.may_lose_seconds else count.lost, f"{len(count.lost)} jobs lost")
    wrong.when(idle, f"{idle} workers did not consume again within {PATIENCE_SECONDS:g} s")
    slow = waits and max(waits) > BACK_SECONDS
    wrong.when(slow, f"a worker consumed again only after {max(waits):.1f} s")
    wrong.when(not drained, "not everything finished")
    wrong.when(count.started_again, f"{len(count.started_again)} jobs ran again")
    refused = len(stage.producer.uncertain)
    return Finding(
        variant=outage.title, lease_seconds=LEASE_SECONDS, faults=faults,
        recoveries=tuple(waits), wrong=tuple(wrong.found), seconds=stage.elapsed_seconds,
        note=f"{refused} enqueues failed at once and are not counted" if refused else "",
    ).counting(count)  # fmt: skip


def _at_work(stage: Stage, members: list[Member]) -> bool:
    enough = len(stage.producer.accepted) > JOBS_PER_SECOND * BEFORE_SECONDS
    return enough and all(map(stage.has_started, members))


def _start_after(stage: Stage, member: Member, at: float) -> float:
    """When it first started a job after that time; 0 when it has not."""
    starts = stage.ledger.of(Kind.START)
    return next((mark.at for mark in starts if mark.member == member.name and mark.at > at), 0.0)
