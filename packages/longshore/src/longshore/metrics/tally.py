"""Counts jobs into a ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Container, Sequence

from longshore.metrics import layout
from longshore.metrics.catalog import UNKNOWN_TASK
from longshore.metrics.layout import ATTEMPTS, RUNS, SECONDS
from longshore.metrics.ledger import Ledger
from longshore.metrics.run import FINAL, Run

#: Names of exceptions are the application's; of one task and queue no more are told apart.
MOST_EXCEPTIONS = 20
OTHER_EXCEPTION = "(other)"


class Tally:
    """The one writer of a ledger in its process; ``known`` are the tasks that may be named."""

    def __init__(self, ledger: Ledger, known: Container[str]) -> None:
        self._ledger, self._known = ledger, known
        self._cells = ledger.cells
        self._lock = threading.Lock()
        self._blocks: dict[tuple[str, str], int] = {}
        self._exceptions: dict[tuple[str, str], set[str]] = {}
        # Before any task has a block, so that there is always one for the rest.
        self._rest = ledger.place((layout.JOBS, UNKNOWN_TASK, UNKNOWN_TASK), layout.SIZE) or 0

    def received(self, task: str, queue: str, waited_seconds: float) -> None:
        """A job was claimed that had waited for so long."""
        with self._lock:
            block = self._block(task, queue)
            self._cells[block + layout.RECEIVED] += 1.0
            SECONDS.add(self._cells, block + layout.WAIT, [waited_seconds])

    def all_received(self, claimed: Sequence[tuple[str, str, float]]) -> None:
        """Jobs were claimed: task, queue and how long each had waited."""
        waits: dict[tuple[str, str], list[float]] = {}
        for task, queue, waited_seconds in claimed:
            waits.setdefault((task, queue), []).append(waited_seconds)
        with self._lock:
            for (task, queue), values in waits.items():
                block = self._block(task, queue)
                self._cells[block + layout.RECEIVED] += len(values)
                SECONDS.add(self._cells, block + layout.WAIT, values)

    def started(self, task: str, queue: str) -> None:
        """An attempt begins."""
        with self._lock:
            self._cells[self._block(task, queue) + layout.STARTED] += 1.0

    def rejected(self, task: str, queue: str) -> None:
        """A task has rejected its job."""
        with self._lock:
            self._cells[self._block(task, queue) + layout.REJECTED] += 1.0

    def ended(self, runs: Sequence[Run]) -> None:
        """Attempts have ended; many of one kind cost little more than one."""
        kinds: dict[tuple[str, str, str], list[Run]] = {}
        for run in runs:
            kinds.setdefault((run.task, run.queue, run.outcome), []).append(run)
        with self._lock:
            for same in kinds.values():
                self._add(same)

    def _add(self, runs: list[Run]) -> None:
        first, cells = runs[0], self._cells
        block = self._block(first.task, first.queue)
        SECONDS.add(cells, block + RUNS[first.outcome], [run.run_seconds for run in runs])
        if first.outcome in FINAL:
            SECONDS.add(cells, block + layout.TOTAL, [run.age_seconds for run in runs])
            ATTEMPTS.add(cells, block + layout.TRIES, [float(run.attempt) for run in runs])
        measured = [run.cpu_seconds for run in runs if run.cpu_seconds is not None]
        if measured:
            SECONDS.add(cells, block + layout.CPU, measured)
        self._keep_peak(first.task, max([run.peak_bytes for run in runs]))
        for run in runs:
            if run.exception:
                self._fail(run)
            if run.trace:
                self._keep_trace(run)

    def _fail(self, run: Run) -> None:
        task = self._shown(run.task)
        seen = self._exceptions.setdefault((task, run.queue), set())
        known = run.exception in seen or len(seen) < MOST_EXCEPTIONS
        word = run.exception if known else OTHER_EXCEPTION
        seen.add(word)
        place = self._ledger.place((layout.FAILURES, task, run.queue, word), 1)
        if place is not None:
            self._cells[place] += 1.0

    def _keep_peak(self, task: str, peak_bytes: float) -> None:
        place = self._ledger.place((layout.PEAKS, self._shown(task)), 1) if peak_bytes else None
        if place is not None:
            self._cells[place] = max(self._cells[place], peak_bytes)

    def _keep_trace(self, run: Run) -> None:
        key = (layout.TRACES, self._shown(run.task), run.queue, run.outcome.value)
        place, words = self._ledger.place(key, layout.TRACE_SIZE), self._ledger.words
        if place is None:
            return
        words[place], words[place + 1] = int(run.trace[:16], 16), int(run.trace[16:], 16)
        self._cells[place + 2], self._cells[place + 3] = run.run_seconds, time.time()

    def _shown(self, task: str) -> str:
        return task if task in self._known else UNKNOWN_TASK

    def _block(self, task: str, queue: str) -> int:
        block = self._blocks.get((task, queue))
        if block is None:
            key = (layout.JOBS, self._shown(task), queue)
            block = self._ledger.place(key, layout.SIZE)
            if block is None:
                return self._rest
            if task in self._known:
                self._blocks[task, queue] = block
        return block
