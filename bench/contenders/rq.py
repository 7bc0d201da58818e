"""rq: a fork per job."""

from __future__ import annotations

from bench.contenders.contender import Contender
from bench.environment import SERVER

APP = "bench.apps.rq_app"
WORKER = ("rq.cli", "worker", "-q", "-u", SERVER, "bench")

CONTENDERS = (
    Contender(
        name="rq",
        label="rq, 2 workers",
        library="rq",
        app=APP,
        enqueue_app=APP,
        commands=(WORKER, WORKER),
        jobs=600,
        isolates=True,
        once="a killed worker's job is kept as failed; record with result",
        settings="a fork per job, results kept 1 day",
        measures=frozenset({"noop", "latency", "post", "batch"}),
    ),
)
