"""A child that runs several handlers at once: one thread claims for all, the others run."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from celery.utils.log import get_logger

from longshore.worker.pool.child import Child
from longshore.worker.pool.outcomes import OutcomeBuffer
from longshore.worker.pool.plan import Plan, Ready, take_all
from longshore.worker.pool.runner import Runner

logger = get_logger(__name__)

#: A full crew looks at its orders so often, and is told earlier when it needs more work.
FULL_SECONDS = 0.05


class Crew(Child):
    """Threads share the process, its store and its board; the main thread runs no handler."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._queue: SimpleQueue[Ready | None] = SimpleQueue()
        self._count = threading.Lock()
        self._in_hand = 0
        self._ran = 0
        self._asked_at = time.monotonic()
        #: the main thread waits until no more than so many are in hand; -1: it does not wait
        self._wanted = -1

    def _loop(self, runner: Runner, sink: OutcomeBuffer) -> None:
        threads = [
            threading.Thread(target=self._serve, args=(runner,), name=f"longshore-{number}")
            for number in range(self._plan.threads)
        ]
        for thread in threads:
            thread.start()
        try:
            super()._loop(runner, sink)
        finally:
            self._finish(threads)

    def _finish(self, threads: Sequence[threading.Thread]) -> None:
        """Lets what runs come to its end; what waits goes back if the worker is to end."""
        if self._draining:
            self._give_back(self._unbegun())
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join()

    def _unbegun(self) -> list[Ready]:
        taken: list[Ready] = []
        try:
            while (one := self._queue.get_nowait()) is not None:
                taken.append(one)
        except Empty:
            return taken
        return taken

    def _work(self, runner: Runner, sink: OutcomeBuffer) -> None:
        # Every thread has work, and some is at hand for the next.
        if not self._has_room(self._plan.threads + self._lookahead.claim // 4):
            return
        if not self._ready:
            self._ask(sink)
            self._gather(runner, sink)
            self._read_orders(runner)
        batch = take_all(self._ready)
        with self._count:
            self._in_hand += len(batch)
            self._jobs_done += len(batch)
            idle = self._in_hand < self._plan.threads
        for one in batch:
            self._queue.put(one)
        if idle and not batch:
            self._wait_for_work(runner)
        elif not batch:
            self._has_room(self._plan.threads - 1)

    def _has_room(self, wanted: int) -> bool:
        """Whether no more than so many jobs are in hand; waits a little while there are more."""
        with self._count:
            if self._in_hand <= wanted:
                return True
            self._wanted = wanted
        self._wake.rest(FULL_SECONDS)
        with self._count:
            self._wanted = -1
        return False

    def _room(self) -> int:
        now = time.monotonic()
        with self._count:
            ran, self._ran = self._ran, 0
            full = self._plan.threads + self._lookahead.claim - self._in_hand
            left = self._plan.max_jobs - self._jobs_done if self._plan.max_jobs else full
        self._lookahead.ran(ran, now - self._asked_at)
        self._asked_at = now
        return min(max(1, min(full, left)), self._board.room)

    def _serve(self, runner: Runner) -> None:
        """One thread's life."""
        try:
            while (one := self._queue.get()) is not None:
                if self._draining:
                    self._give_back([one])
                else:
                    self._finished(self._run_one(one, runner))
        except BaseException:
            # As in a process of its own: what ends a handler's thread ends the child.
            logger.critical("a thread of the pool ended on an error", exc_info=True)
            os._exit(1)

    def _finished(self, ran: bool) -> None:
        with self._count:
            self._in_hand -= 1
            self._ran += ran
            self._jobs_done -= not ran
            call = self._in_hand <= self._wanted
            if call:
                self._wanted = -1
        if call:
            self._wake.call()
