"""Stock Celery on Redis, and unchanged on Longshore's broker."""

from __future__ import annotations

from bench.contenders.contender import Command, Contender

APP = "bench.apps.celery_app"
QUIET = ("-l", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")
STOCK = "late acks, lost workers rejected, visibility timeout 60 s, prefetch 16 per process"
LOSES = "at least once by intention: a kill loses what BRPOP has taken (see proof)"
KEEPS = "at least once, exactly once without a crash; record, result, fencing, quarantine"


def worker(pool: str, size: int) -> Command:
    """Celery's worker with this pool."""
    return ("celery", "-A", APP, "worker", "-P", pool, "-c", str(size), *QUIET)


def stock(name: str, pool: str, size: int, jobs: int, measures: set[str]) -> Contender:
    """Celery on ``redis://``."""
    return Contender(
        name=name,
        label=f"Celery, -P {pool} -c {size}",
        library="celery",
        app=APP,
        enqueue_app=APP,
        commands=(worker(pool, size),),
        jobs=jobs,
        isolates=pool == "prefork",
        once=LOSES,
        settings=STOCK,
        measures=frozenset(measures),
    )


def longshore(name: str, pool: str, size: int, jobs: int, measures: set[str]) -> Contender:
    """The same app on ``longshore://``; its jobs are enqueued through the engine."""
    return Contender(
        name=name,
        label=f"Longshore, -P {pool} -c {size}",
        library="longshore",
        app=APP,
        enqueue_app="bench.apps.longshore_app",
        commands=(worker(pool, size),),
        jobs=jobs,
        isolates=not pool.endswith("threads"),
        once=KEEPS,
        settings="as it comes: leases of 15 s, outcomes batched within milliseconds",
        measures=frozenset(measures),
        scheme="longshore",
    )


CONTENDERS = (
    stock("celery-prefork", "prefork", 2, 6_000, {"noop", "latency", "post", "batch"}),
    longshore("longshore-prefork", "prefork", 2, 12_000, {"noop", "latency"}),
    longshore("longshore-pool", "longshore", 2, 40_000, {"noop", "latency", "post", "batch"}),
    stock("celery-threads", "threads", 16, 6_000, {"naps"}),
    longshore("longshore-threads", "threads", 16, 12_000, {"naps"}),
    longshore("longshore-own-threads", "longshore-threads", 16, 30_000, {"naps"}),
    longshore("longshore-pool-16", "longshore", 16, 30_000, {"naps"}),
)
