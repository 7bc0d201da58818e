"""dramatiq on Redis."""

from __future__ import annotations

from bench.contenders.contender import Contender

APP = "bench.apps.dramatiq_app"


def dramatiq(name: str, processes: int, threads: int, measures: set[str]) -> Contender:
    """Its processes with threads in each."""
    return Contender(
        name=name,
        label=f"dramatiq, {processes} × {threads} threads",
        library="dramatiq",
        app=APP,
        enqueue_app=APP,
        commands=(("dramatiq", APP, "-p", str(processes), "-t", str(threads)),),
        jobs=12_000,
        isolates=threads == 1,
        once="at least once (acks, heartbeats; redelivered after 60 s); result, no record",
        settings="Results middleware, store_results, result kept 1 day",
        measures=frozenset(measures),
    )


CONTENDERS = (
    dramatiq("dramatiq", 2, 1, {"noop", "latency", "post", "batch"}),
    dramatiq("dramatiq-threads", 2, 8, {"noop"}),
    dramatiq("dramatiq-16", 1, 16, {"naps"}),
)
