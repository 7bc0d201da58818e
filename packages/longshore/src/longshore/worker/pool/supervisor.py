"""The parent's side: children are started, watched, relieved and replaced; no job passes here."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from celery.utils.log import get_logger

from longshore.errors import BrokerError
from longshore.store import Store
from longshore.store.claims import Held as Renewal
from longshore.store.claims import release, release_unseen, renew
from longshore.store.patience import Seldom
from longshore.worker.pool.board import Board, Held, Running, View
from longshore.worker.pool.life import run_child
from longshore.worker.pool.lookahead import MOST
from longshore.worker.pool.lost import tell_lost
from longshore.worker.pool.plan import Plan
from longshore.worker.pool.warmth import warm_up

logger = get_logger(__name__)

WATCH_EVERY_SECONDS = 0.05
#: A handler that runs for longer holds up what was claimed behind it: that goes back.
RELIEVE_AFTER_SECONDS = 0.1
JOIN_STEP_SECONDS = 0.02
REFUSALS = Seldom()

Verdict = Callable[[Held], None]


@dataclass(slots=True)
class Process:
    """A running child."""

    pid: int
    board: Board
    slot: int
    #: the name under which it claims
    owner: str
    #: what becomes of the running job when this child was ended on purpose
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    soft_sent: set[str] = field(default_factory=set)


class Supervisor:
    """Keeps ``size`` children alive and their claims in order."""

    def __init__(
        self,
        size: int,
        store: Store,
        new_plan: Callable[[Board, int], Plan],
        on_time_limit: Any,
        on_cut_short: Callable[[Running, Verdict | None], None] = lambda *_: None,
        on_cancel: Verdict | None = None,
        threads: int = 0,
        tasks: Iterable[str] = (),
    ) -> None:
        self.size, self._threads, self._tasks = size, threads, tuple(tasks)
        # What runs, what was claimed and what is asked for, what has ended since.
        self._places = max(threads, 1) + 3 * MOST
        self._store, self._new_plan, self._on_time_limit = store, new_plan, on_time_limit
        self._on_cut_short, self._on_cancel = on_cut_short, on_cancel or self.cancelled
        self._processes: dict[int, Process] = {}
        self._lock = threading.RLock()
        # A cold shutdown begins in a signal's handler, which may stand in the middle of this.
        self._reaping = threading.RLock()
        self._stopping = self._short = False
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="longshore-watch", daemon=True)
        self._renewed_at = 0.0
        self._past_totals: Counter[str] = Counter()

    def totals(self) -> Counter[str]:
        """How many jobs of each task this worker has run, to within the current batch."""
        totals = Counter(self._past_totals)
        for process in self.processes:
            totals.update(process.board.totals())
        return totals

    @property
    def renewal_lag(self) -> float:
        """Seconds by which the renewal of leases is late; 0 while it is in time."""
        passed = time.monotonic() - self._renewed_at
        return max(passed - self._store.settings.renew_every_seconds, 0.0)

    @property
    def processes(self) -> list[Process]:
        """The children that live."""
        with self._lock:
            return list(self._processes.values())

    def start(self) -> None:
        """Starts the children and the thread that watches them."""
        warm_up()
        self.maintain()
        self._watcher.start()

    def maintain(self) -> None:
        """Main thread: clears up after children that ended and starts new ones in their place."""
        self._reap()
        while not self._stopping and len(self._processes) < self.size:
            try:
                self._fork()
            except OSError as error:
                # No memory, no process or no room for a lock: a later round may have it.
                if not self._short:
                    logger.warning("no child can be started, trying on: %s", error)
                self._short = True
                return
            self._short = False

    def _fork(self) -> None:
        board, slot = Board(self._places, self._tasks), self._free_slot()
        plan = self._new_plan(board, slot)
        with self._lock:
            pid = os.fork()
            if pid == 0:
                run_child(plan)
            self._processes[pid] = Process(pid, board, slot, plan.owner)

    def _free_slot(self) -> int:
        taken = {process.slot for process in self._processes.values()}
        return min(set(range(len(taken) + 1)) - taken)

    def _reap(self) -> None:
        """One thread at a time, and a child is gone only once its jobs have gone back: whoever
        waits for the last one to be gone may end this process right after."""
        with self._reaping:
            for process in self.processes:
                try:
                    pid, status = os.waitpid(process.pid, os.WNOHANG)
                except ChildProcessError:
                    pid, status = process.pid, -1
                if pid:
                    try:
                        self._clear_up(process, status)
                    finally:
                        with self._lock:
                            self._processes.pop(process.pid, None)

    def _clear_up(self, process: Process, status: int) -> None:
        """Gives back what a child held that ended otherwise than by its own decision."""
        self._past_totals.update(process.board.totals())
        if status == 0:
            return
        why = f"its process {how_it_ended(status)}"
        logger.warning("pool child %d: %s", process.pid, why)
        try:
            self._resolve(process, process.board.view(), why)
            self._store.run(release_unseen(process.owner))
        except BrokerError as error:
            logger.warning("claims of child %d are left to their leases: %s", process.pid, error)

    def _resolve(self, process: Process, view: View, why: str) -> None:
        for held in reversed(view.waiting):
            self._store.run(release(held.claim, begun=False, counted=False, why=why))
        for held in view.ended:
            self._store.run(release(held.claim, begun=True, counted=False, why=why))
        for one in reversed(view.running):
            tell_lost(self._store, one, why, blamed=not process.verdicts)
            verdict = process.verdicts.get(one.held.claim.tag)
            self._on_cut_short(one, verdict)
            if verdict is not None:
                verdict(one.held)
            else:
                # Ended on purpose, for another job of its: this one is not to blame.
                counted = not process.verdicts
                self._store.run(release(one.held.claim, begun=True, counted=counted, why=why))

    def _watch(self) -> None:
        while not self._ended.wait(WATCH_EVERY_SECONDS):
            try:
                self._watch_once()
            except BrokerError as error:
                REFUSALS.warn(logger, "leases cannot be renewed: %s", error)

    def _watch_once(self) -> None:
        now = time.monotonic()
        renewing = now - self._renewed_at >= self._store.settings.renew_every_seconds
        if renewing:
            self._renewed_at = now
        for process in self.processes:
            view = process.board.view()
            for one in view.running:
                self._hold_limits(process, one, now)
            self._relieve(process, view, now)
            if renewing:
                self._renew(process, view)

    def _hold_limits(self, process: Process, one: Running, now: float) -> None:
        ran, tag = now - one.started_at, one.held.claim.tag
        hard, soft = one.held.hard_seconds, one.held.soft_seconds
        if hard and ran > hard:
            self.end_job(process, one.held, self._on_time_limit)
        elif soft and ran > soft and not self._threads and tag not in process.soft_sent:
            process.soft_sent.add(tag)
            send(process.pid, signal.SIGUSR1)

    def end_job(self, process: Process, held: Held, verdict: Verdict) -> None:
        """Ends the child that runs this job; the verdict says what becomes of the job."""
        if held.claim.tag not in process.verdicts:
            process.verdicts[held.claim.tag] = verdict
            send(process.pid, signal.SIGKILL)

    def _relieve(self, process: Process, view: View, now: float) -> None:
        """Gives back what waits in a child that has begun nothing for a while."""
        if not view.waiting or not view.running:
            return
        if now - max(one.started_at for one in view.running) < RELIEVE_AFTER_SECONDS:
            return
        why = "an earlier job of its process took long"
        for held in reversed(process.board.take_back()):
            self._store.run(release(held.claim, begun=False, counted=False, why=why))

    def _renew(self, process: Process, view: View) -> None:
        running = [one.held for one in view.running]
        held = [*running, *view.waiting, *view.ended]
        answers = self._store.run(renew([one.claim for one in held])) if held else []
        for one, answer in zip(running, answers, strict=False):
            self._renewed(process, one, answer)

    def _renewed(self, process: Process, current: Held, answer: Renewal) -> None:
        if answer is Renewal.CANCEL:
            self.cancel(process, current)
        elif answer is Renewal.LOST and self._still_runs(process, current):
            logger.warning(
                "lease of job %s lost: its outcome will be refused", current.claim.job_id
            )

    @staticmethod
    def _still_runs(process: Process, current: Held) -> bool:
        return any(one.held == current for one in process.board.view().running)

    def cancel(self, process: Process, current: Held) -> None:
        """Ends a running job because a person asked for it."""
        logger.info("cancelling job %s: a person asked for it", current.claim.job_id)
        self.end_job(process, current, self._on_cancel)

    def cancelled(self, held: Held) -> None:
        """The verdict on a job that a person has cancelled."""
        why = "a person cancelled it"
        self._store.run(release(held.claim, begun=True, counted=False, why=why))

    def shrink(self, count: int) -> None:
        """Lets so many children drain and does not replace them."""
        self.size = max(self.size - count, 0)
        for process in self.processes[self.size :]:
            send(process.pid, signal.SIGTERM)

    def stop(self, seconds: float | None = None) -> None:
        """Tells the children to drain and waits for them; after ``seconds`` ends the rest."""
        self._stopping = True
        deadline = None if seconds is None else time.monotonic() + seconds
        for process in self.processes:
            send(process.pid, signal.SIGTERM)
        while self.processes and (deadline is None or time.monotonic() < deadline):
            self._reap()
            self._ended.wait(JOIN_STEP_SECONDS)
        self.terminate()

    def terminate(self) -> None:
        """Ends what is left at once; running jobs go back to their queues, uncounted."""
        self._stopping = True
        for process in self.processes:
            for one in process.board.view().running:
                process.verdicts.setdefault(one.held.claim.tag, self._stopped)
            send(process.pid, signal.SIGKILL)
        while self.processes:
            self._reap()
            time.sleep(JOIN_STEP_SECONDS)
        self._ended.set()

    def _stopped(self, held: Held) -> None:
        why = "its worker was stopped"
        self._store.run(release(held.claim, begun=True, counted=False, why=why))


def send(pid: int, sign: signal.Signals) -> None:
    """Signals a child that may have ended already."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        logger.debug("child %d had ended before signal %d", pid, sign)


def how_it_ended(status: int) -> str:
    """A wait status in words."""
    if status >= 0 and os.WIFSIGNALED(status):
        return f"was ended by signal {os.WTERMSIG(status)}"
    if status >= 0:
        return f"exited with code {os.WEXITSTATUS(status)}"
    return "is gone"
