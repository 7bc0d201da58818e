"""Scenario 12: steps of chains and chords end while the broker is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from celery import chain, chord

from longshore.prove.abreast import abreast
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.member import Pool
from longshore.prove.options import Run
from longshore.prove.scenarios.outage import cut, kill
from longshore.prove.stage import Stage
from longshore.prove.waiting import holds
from longshore.prove.work import WORK, make_app

LEASE_SECONDS = 4.0
PATIENCE_SECONDS = 60.0
#: Long enough to be under way when the broker goes, short enough to end while it is away.
JOB_SECONDS = 0.4
AT_ONCE = 2
STRIKES: dict[str, Callable[[Stage], int]] = {
    "killed for a second": kill,
    "closes every connection": cut,
}
POOLS = ("prefork", "longshore", "longshore-threads")


def run(run: Run) -> Iterator[Finding]:
    """Each fault, on a worker of each pool together; stock has one of them."""
    works = [partial(_struck, run, title) for title in STRIKES]
    yield from abreast(works, AT_ONCE)


def _struck(run: Run, title: str) -> Finding:
    run.say(title)
    with Stage(run, lease_seconds=LEASE_SECONDS, appendfsync="always") as stage:
        pools = POOLS if run.arm is Arm.LONGSHORE else POOLS[:1]
        members = [stage.member(pool, Pool(pool)) for pool in pools]
        stage.wait_until_ready(*members)
        app, sent = make_app(stage.settings), []
        for _ in range(run.count(full=40, short=12)):
            sent += _workflows(app)
        _accept(stage, sent)
        working = holds(lambda: all(map(stage.has_started, members)), PATIENCE_SECONDS)
        faults = STRIKES[title](stage)
        drained = stage.drained(PATIENCE_SECONDS)
        _close(app)
        count, wrong = stage.count(), Wrongs()
        wrong.when(not working, "a worker never began")
        wrong.when(not drained, "not everything finished")
        wrong.when(count.lost, f"{len(count.lost)} jobs of chains and chords never finished")
        wrong.when(count.started_again, f"{len(count.started_again)} jobs ran again")
        return wrong.on(Finding(
            variant=f"the broker {title}", lease_seconds=LEASE_SECONDS, faults=faults,
            seconds=stage.elapsed_seconds,
        ).counting(count))  # fmt: skip


def _workflows(app: Any) -> list[Any]:
    def step() -> Any:
        return app.signature(WORK, args=(JOB_SECONDS,), immutable=True)

    return [
        chain(step(), step(), step()).apply_async(),
        chord([step(), step()], app=app)(step()),
    ]


def _accept(stage: Stage, results: list[Any]) -> None:
    """Note every job of them: the header's, the body, and each step of a chain."""
    for result in results:
        node = result
        while node is not None:
            for one in getattr(node, "results", None) or [node]:
                stage.producer.accepted[one.id] = time.time()
            node = node.parent


def _close(app: Any) -> None:
    """Nobody reads the results: one that is collected later must not ask a server that is gone."""
    consumer = app.backend.result_consumer
    consumer.stop()
    consumer._pubsub = None  # noqa: SLF001
    app.close()
