"""Enqueueing many jobs from one process, by the fastest way that the library has."""

from __future__ import annotations

import json

from bench.contenders.roll import taking_part
from bench.run import Row, Run
from bench.server import load_of

NAME = "batch"
TITLE = "Enqueue of many jobs by one process, jobs a second"


def measure(run: Run) -> list[Row]:
    """Interleaved; the process's start is not counted."""
    rows = []
    for repetition in range(run.size.repetitions):
        for contender in taking_part(NAME, run.only):
            path = run.turn()
            count = str(run.size.count(max(contender.jobs, 2_000)))
            with run.server.client() as client:
                before = load_of(client)
                answer = json.loads(run.produce(contender, path, "many", "noop", "0", count))
                load = load_of(client) - before
            rate = answer["count"] / answer["seconds"]
            run.say(f"{NAME} {repetition + 1} {contender.name}: {rate:,.0f} jobs/s")
            rows.append(
                {
                    "contender": contender.name,
                    "rate": rate,
                    "round_trips": load.reads / answer["count"],
                    "server_seconds": load.cpu_seconds / answer["count"],
                }
            )
    return rows
