"""taskiq with its stream broker."""

from __future__ import annotations

from bench.contenders.contender import Contender

APP = "bench.apps.taskiq_app"
ONCE = "at least once (stream group; unacknowledged messages after 10 min); result, no record"


def taskiq(name: str, workers: int, at_once: int, measures: set[str]) -> Contender:
    """Its worker processes, asyncio in each."""
    return Contender(
        name=name,
        label=f"taskiq stream, {workers} × asyncio {at_once}",
        library="taskiq",
        app=APP,
        enqueue_app=APP,
        commands=(
            (
                *("taskiq", "worker", f"{APP}:broker", "--workers", str(workers)),
                *("--max-async-tasks", str(at_once), "--ack-type", "when_saved"),
                *("--log-level", "WARNING"),
            ),
        ),
        jobs=16_000,
        isolates=False,
        once=ONCE,
        settings="RedisStreamBroker, RedisAsyncResultBackend, acknowledged when saved",
        measures=frozenset(measures),
    )


CONTENDERS = (
    taskiq("taskiq", 2, 100, {"noop", "latency", "post", "batch"}),
    taskiq("taskiq-16", 1, 16, {"naps"}),
)
