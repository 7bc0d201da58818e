"""arq."""

from __future__ import annotations

from bench.contenders.contender import Contender

APP = "bench.apps.arq_app"


def arq(name: str, workers: int, measures: set[str]) -> Contender:
    """Its worker processes, asyncio in each."""
    return Contender(
        name=name,
        label=f"arq, {workers} × asyncio 16",
        library="arq",
        app=APP,
        enqueue_app=APP,
        commands=(("arq", f"{APP}.WorkerSettings"),) * workers,
        jobs=5_000,
        isolates=False,
        once="at least once (stays queued until it has ended); result, no record",
        settings="max_jobs 16, poll_delay 5 ms (default 500 ms), results kept 1 day",
        measures=frozenset(measures),
    )


CONTENDERS = (
    arq("arq", 2, {"noop", "latency", "post", "batch"}),
    arq("arq-16", 1, {"naps"}),
)
