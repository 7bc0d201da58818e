"""saq on Redis."""

from __future__ import annotations

from bench.contenders.contender import Contender

APP = "bench.apps.saq_app"


def saq(name: str, workers: int, measures: set[str]) -> Contender:
    """Its worker processes, asyncio in each."""
    return Contender(
        name=name,
        label=f"saq, {workers} × asyncio 16",
        library="saq",
        app=APP,
        enqueue_app=APP,
        commands=(("saq", f"{APP}.settings", "--workers", str(workers), "-q"),),
        jobs=14_000,
        isolates=False,
        once="at least once (active list, swept after the job's timeout); record with result",
        settings="retries 3, ttl 1 day, timeout 60 s, concurrency 16",
        measures=frozenset(measures),
    )


CONTENDERS = (
    saq("saq", 2, {"noop", "latency", "post", "batch"}),
    saq("saq-16", 1, {"naps"}),
)
