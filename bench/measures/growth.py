"""Does a claim or a settle cost more when millions of jobs are there?

Two servers: one that holds next to nothing, one with a million waiting, a million delayed and a
hundred thousand dead jobs. Turn by turn the same calls go to each, so that whatever else the
machine does strikes both.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from bench.rates import percentile
from bench.run import Row, Run
from bench.server import SharedServer, load_of
from longshore.envelope import NewJob, Post, encode
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import Store, StoreSettings
from longshore.store.claims import Delivery, Settlement, Source, claim, settle_all
from longshore.store.jobs import post_all
from longshore.testing.server import ValkeyServer

NAME = "growth"
TITLE = "Claim and settle on an empty and on a full server"
WAITING, DELAYED, DEAD = 1_000_000, 1_000_000, 100_000
ROUNDS, TOGETHER = 5_000, 32
#: Fewer rounds say nothing of a p99; the first are not counted.
LEAST_ROUNDS, WARM_ROUNDS = 2_000, 200
#: Both servers are given the jobs of so many rounds at a time, so that each stays as it is.
BLOCK = 25
AT_ONCE = 500
QUEUE, TASK = "celery", "bench.apps.celery_app.noop"
PATIENT = StoreSettings(deadline_seconds=30.0)
DONE = Settlement(JobState.SUCCEEDED, meta='{"status":"SUCCESS","result":null}')
FAILED = Settlement(
    JobState.DEAD,
    error=ErrorInfo("ValueError", "no such picture"),
    reason=DeadReason.PERMANENT_ERROR,
)


def measure(run: Run) -> list[Row]:
    """Once: what is measured is a ratio of thousands of calls."""
    with SharedServer() as small, SharedServer() as large:
        empty, full = Arm("empty", small), Arm("full", large)
        rows = _fill(run, full)
        for arm in (empty, full):
            arm.forget_scripts()
        for together in (1, TOGETHER):
            rows += _compare(run, empty, full, together)
        empty.store.close()
        full.store.close()
    for row in rows:
        run.say(f"{NAME} {row}")
    return rows


class Arm:
    """One server and a store on it."""

    def __init__(self, name: str, server: ValkeyServer) -> None:
        self.name, self.server = name, server
        self.store = Store.from_url(server.url, PATIENT)

    def waiting(self, count: int, delay_seconds: float | None = None) -> None:
        """So many more jobs."""
        fresh = posts(count, delay_seconds)
        while batch := list(islice(fresh, AT_ONCE)):
            self.send(batch)

    def send(self, batch: Sequence[Post]) -> None:
        """These jobs, in one call."""
        self.store.run(post_all(batch))

    def forget_scripts(self) -> None:
        """What filling it has left in its interpreter is no cost of what it holds."""
        with self.server.client() as client:
            client.script_flush()

    def claim(self, count: int) -> list[Delivery]:
        """So many of them."""
        call = claim([Source(QUEUE, QUEUE)], owner="bench", worker="bench", limit=count)
        return self.store.run(call)

    def settle(self, claimed: Sequence[Delivery], end: Settlement) -> None:
        """Their outcomes."""
        self.store.run(settle_all([(one.claim, end) for one in claimed if one.claim is not None]))


def posts(count: int, delay_seconds: float | None = None) -> Iterator[Post]:
    """Messages as the engine encodes them, under ids of their own."""
    model = encode(NewJob(task=TASK, id=str(uuid.uuid4()), args=(0,), kwargs={}, queue=QUEUE))
    raw = str(model.raw)
    for _ in range(count):
        job_id, tag = str(uuid.uuid4()), str(uuid.uuid4())
        own = raw.replace(model.job_id, job_id).replace(model.tag, tag)
        yield replace(
            model, raw=own, job_id=job_id, tag=tag, nonce=tag, delay_seconds=delay_seconds
        )


def _fill(run: Run, arm: Arm) -> list[Row]:
    """Dead, waiting and delayed jobs, and what one of each takes of the server's memory."""
    rows = []
    for kind, full in (("dead", DEAD), ("waiting", WAITING), ("delayed", DELAYED)):
        count = run.size.count(full)
        with arm.server.client() as client:
            before, began = load_of(client), time.perf_counter()
            _add(arm, kind, count)
            load = load_of(client) - before
        run.say(f"{NAME} {count:,} {kind}: {time.perf_counter() - began:.0f} s")
        rows.append({"kind": kind, "count": count, "bytes": load.memory_bytes / count})
    return rows


def _add(arm: Arm, kind: str, count: int) -> None:
    arm.waiting(count, 86_400.0 if kind == "delayed" else None)
    if kind == "dead":
        while claimed := arm.claim(100):
            arm.settle(claimed, FAILED)


def _compare(run: Run, empty: Arm, full: Arm, together: int) -> list[Row]:
    """Rounds of claim and settle, by turns on both; each is first in every other round."""
    times: dict[tuple[str, str], list[float]] = {}
    for number in range(-WARM_ROUNDS, _rounds(run)):
        if number % BLOCK == 0:
            empty.waiting(BLOCK * together)
            full.waiting(BLOCK * together)
        for arm in (empty, full) if number % 2 else (full, empty):
            took = _round(arm, together)
            for step, seconds in zip(("claim", "settle"), took, strict=True):
                if number >= 0:
                    times.setdefault((step, arm.name), []).append(seconds)
    return [
        {
            "step": step,
            "together": together,
            "arm": name,
            **{f"p{percent}": percentile(values, percent) for percent in (50, 95, 99)},
        }
        for (step, name), values in times.items()
    ]


def _rounds(run: Run) -> int:
    return run.size.count(ROUNDS, LEAST_ROUNDS)


def _round(arm: Arm, together: int) -> tuple[float, float]:
    began = time.perf_counter()
    claimed = arm.claim(together)
    held = time.perf_counter()
    arm.settle(claimed, DONE)
    return held - began, time.perf_counter() - held
