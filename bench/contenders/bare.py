"""The floor that any library stands on: a list of Redis and its plain client."""

from __future__ import annotations

from bench.contenders.contender import Contender

APP = "bench.apps.bare_app"

CONTENDERS = (
    Contender(
        name="bare",
        label="the floor: bare LPUSH and BLPOP, no library",
        library="redis",
        app=APP,
        enqueue_app=APP,
        commands=((APP,),),
        jobs=0,
        isolates=False,
        once="nothing: what was popped is gone",
        settings="one process, redis-py",
        measures=frozenset({"latency"}),
    ),
)
