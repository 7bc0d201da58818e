"""A producer as a process of its own: ``python -m bench.producer many|pace …``.

It imports one library only, and prints what it did as one line of JSON.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench.environment import APP


async def call(function: Callable[..., Any], *arguments: Any) -> None:
    """Plain or async, as the library is."""
    answer = function(*arguments)
    if inspect.isawaitable(answer):
        await answer


async def many(app: Any, task: str, argument: float, count: int) -> dict[str, float]:
    """Enqueue so many as fast as the library can."""
    began = time.perf_counter()
    await call(app.enqueue_many, task, argument, count)
    return {"count": count, "seconds": time.perf_counter() - began}


async def pace(app: Any, rate: float, seconds: float) -> dict[str, float]:
    """Enqueue at an even rate jobs that say when they were sent."""
    took = []
    began = time.monotonic()
    for index in range(int(rate * seconds)):
        await asyncio.sleep(max(began + index / rate - time.monotonic(), 0))
        sent = time.monotonic_ns()
        await call(app.enqueue, "stamp", sent)
        took.append(time.monotonic_ns() - sent)
    return {"count": len(took), "enqueue_seconds": sum(took) / len(took) / 1e9}


async def main(words: list[str]) -> dict[str, float]:
    """Open the library, do what the words say, close it."""
    app: Any = importlib.import_module(os.environ[APP])
    await _if_any(app, "start")
    try:
        if words[0] == "pace":
            return await pace(app, float(words[1]), float(words[2]))
        return await many(app, words[1], float(words[2]), int(words[3]))
    finally:
        await _if_any(app, "stop")


async def _if_any(app: Any, name: str) -> None:
    function: Callable[[], Awaitable[None]] | None = getattr(app, name, None)
    if function is not None:
        await function()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(sys.argv[1:]))) + "\n")
