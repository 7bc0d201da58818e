"""Handlers written with ``async def``: awaited on one event loop for all of the process.

The thread that has the job waits for its coroutine, so an attempt has its beginning, its end and
its error where Celery's tracer expects them.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine, Generator, Mapping
from functools import wraps
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded

from longshore.worker.escape import as_exception
from longshore.worker.pool.limits import LIMITS
from longshore.worker.pool.tracing import TASK_STACK


def run_coroutines(tasks: Mapping[str, Any]) -> None:
    """Lets the tasks among these whose handlers are coroutine functions be run like any other."""
    loop: LoopThread | None = None
    for task in tasks.values():
        # What autoretry stands in front of, if it does.
        name = "_orig_run" if hasattr(task, "_orig_run") else "run"
        handler = getattr(task, name)
        if inspect.iscoroutinefunction(inspect.unwrap(handler)):
            loop = loop or LoopThread()
            setattr(task, name, _awaited(handler, task, loop))


def _awaited(handler: Callable[..., Any], task: Any, loop: LoopThread) -> Callable[..., Any]:
    @wraps(handler)
    def run(*args: Any, **kwargs: Any) -> Any:
        answer = handler(*args, **kwargs)
        return loop.run(Steps(answer, task)) if inspect.iscoroutine(answer) else answer

    return run


class LoopThread:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        run = self._loop.run_forever
        threading.Thread(target=run, name="longshore-loop", daemon=True).start()

    def run(self, steps: Steps) -> Any:
        """Waits for the coroutine; its result, or what it raised."""
        future = asyncio.run_coroutine_threadsafe(steps.run(), self._loop)
        while True:
            try:
                return future.result()
            except SoftTimeLimitExceeded:
                # The parent's signal, to this thread: the loop's own clock tells the coroutine.
                if future.done():
                    raise


class Steps:
    """A coroutine that sees its own request at every step, whatever ran in between.

    Celery keeps the request on a stack of the thread, which all coroutines of a loop share.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any], task: Any) -> None:
        self._coroutine, self._task = coroutine, task
        self._request = task.request_stack.top
        self._limit_passed = False

    async def run(self) -> Any:
        """The whole coroutine, under its soft time limit."""
        current, limit = asyncio.current_task(), self._soft_seconds()
        assert current is not None  # noqa: S101  this is a coroutine
        later = asyncio.get_running_loop().call_later
        timer = later(limit, self._expire, current) if limit else None
        try:
            return await self
        except BaseException as error:
            # An event loop ends on a SystemExit, and with it every coroutine that runs in it.
            if isinstance(error, Exception):
                raise
            raise as_exception(error) from error
        finally:
            if timer is not None:
                timer.cancel()

    def _soft_seconds(self) -> float | None:
        return LIMITS.of(self._task, self._request or {})[0]

    def _expire(self, current: asyncio.Task[Any]) -> None:
        self._limit_passed = True
        current.cancel()

    def __await__(self) -> Generator[Any, Any, Any]:
        step, word = self._coroutine.send, None
        while True:
            try:
                waits_for = self._one(step, word)
            except StopIteration as end:
                return end.value
            try:
                step, word = self._coroutine.send, (yield waits_for)
            except GeneratorExit:
                self._coroutine.close()
                raise
            except BaseException as error:  # noqa: BLE001  the coroutine's to handle
                step, word = self._coroutine.throw, self._translated(error)

    def _one(self, step: Callable[[Any], Any], word: Any) -> Any:
        TASK_STACK.push(self._task)
        self._task.request_stack.push(self._request)
        try:
            return step(word)
        finally:
            self._task.request_stack.pop()
            TASK_STACK.pop()

    def _translated(self, error: BaseException) -> BaseException:
        if self._limit_passed and isinstance(error, asyncio.CancelledError):
            self._limit_passed = False
            error = SoftTimeLimitExceeded()
        return error
