"""A pool's child: claims, runs and settles for itself until it is told to stop."""

from __future__ import annotations

import gc
import os
import resource
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from types import FrameType

from billiard.exceptions import SoftTimeLimitExceeded
from celery import signals
from celery.concurrency.prefork import process_initializer
from celery.utils.log import get_logger

from longshore.errors import BrokerError, InvalidJob
from longshore.outcome import HOLDER
from longshore.store.call import Call
from longshore.store.claims import Delivery, claim, release, settle_all
from longshore.store.exchange import Exchange
from longshore.store.patience import Seldom
from longshore.transport.book import BOOK
from longshore.worker.attempts import disconnect_signals
from longshore.worker.pool.coroutines import run_coroutines
from longshore.worker.pool.events import Events
from longshore.worker.pool.freshness import still_held
from longshore.worker.pool.lookahead import MOST, Lookahead
from longshore.worker.pool.meter import Meter
from longshore.worker.pool.orders import Orders
from longshore.worker.pool.outcomes import OutcomeBuffer
from longshore.worker.pool.plan import Asked, Plan, Ready, take_all
from longshore.worker.pool.rates import Rates
from longshore.worker.pool.received import send_rejected
from longshore.worker.pool.runner import Prepared, Runner, prepare
from longshore.worker.pool.wake import Wake

logger = get_logger(__name__)

IDLE_SECONDS = 1.0
WAIT_FOR_ORDERS_SECONDS = 0.05
BROKER_PAUSE_SECONDS = 0.2
DRAIN_SETTLE_SECONDS = 10.0
#: From so many jobs in a few milliseconds on, waiting for the broker would cost more than they do.
MANY = 8
LATE_SECONDS = 0.01
REFUSALS = Seldom()


class Child:
    """One process of the pool; runs one handler at a time, in the main thread."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._store = plan.store
        self._board = plan.board
        self._draining = False
        self._in_handler = False
        self._jobs_done = 0
        self._totals: Counter[str] = Counter()
        #: what has ended and may still wait for the call that settles it
        self._ended: deque[Ready] = deque()
        #: what was claimed and has not begun
        self._ready: deque[Ready] = deque()
        self._asked: Asked | None = None
        self._lock = threading.Lock()
        self._lookahead = Lookahead()
        self._orders = Orders()
        #: the queue of the job that was claimed last: the others come first now
        self._served: str | None = None
        self._rates = Rates()
        self._wake = Wake()
        self._meter: Meter | None = None

    def main(self) -> None:
        """Runs until told to stop, or worn out; then settles what it finished."""
        BOOK.owner = self._plan.owner
        disconnect_signals()
        process_initializer(self._plan.app, self._plan.hostname)
        self._take_signals()
        gc.freeze()
        sink = HOLDER.sink = OutcomeBuffer(self._store)
        self._exchange = Exchange(self._store)
        try:
            run_coroutines(self._plan.app.tasks)
            events = Events(self._plan.app, self._plan.hostname)
            runner = Runner(self._plan.app, sink, self._store, events)
            sink.at_ticks = lambda: self._gather_late(runner, sink)
            if self._plan.ledger is not None:
                self._meter = Meter(self._plan.ledger, self._plan.app.tasks, sink, runner)
            self._loop(runner, sink)
            self._end(runner, sink)
        finally:
            sink.drain(DRAIN_SETTLE_SECONDS)
            signals.worker_process_shutdown.send(
                sender=self._plan.hostname, pid=os.getpid(), exitcode=0
            )

    def _end(self, runner: Runner, sink: OutcomeBuffer) -> None:
        """What was asked for and not run goes back."""
        try:
            self._gather(runner, sink)
            self._give_back(take_all(self._ready))
        except BrokerError as error:
            logger.warning("claims are left to their leases: %s", error)

    def _take_signals(self) -> None:
        self._wake.on_signals()
        signal.signal(signal.SIGTERM, self._drain)
        signal.signal(signal.SIGUSR1, self._soft_limit)

    def _drain(self, _number: int, _frame: FrameType | None) -> None:
        self._draining = True

    def _soft_limit(self, _number: int, _frame: FrameType | None) -> None:
        if self._in_handler:
            raise SoftTimeLimitExceeded

    def _loop(self, runner: Runner, sink: OutcomeBuffer) -> None:
        while not self._draining and not self._worn_out():
            self._read_orders(runner)
            if not self._orders.consuming:
                self._wake.rest(WAIT_FOR_ORDERS_SECONDS)
                continue
            try:
                self._work(runner, sink)
            except BrokerError as error:
                REFUSALS.warn(logger, "no work can be claimed: %s", error)
                self._wake.rest(BROKER_PAUSE_SECONDS)

    def _work(self, runner: Runner, sink: OutcomeBuffer) -> None:
        """One round: claims, and runs what was claimed or waits for work."""
        if not self._ready:
            self._ask(sink)
        self._gather(runner, sink)
        self._read_orders(runner)
        if batch := take_all(self._ready):
            self._run(batch, runner, sink)
        else:
            self._wait_for_work(runner)

    def _wait_for_work(self, runner: Runner) -> None:
        """Claims when a bell rings. The answer is read to its end, whatever comes meanwhile:
        a connection that is closed just then would leave a job to its lease."""
        asked_at = time.monotonic()
        self._exchange.send_after_bell(self._claim_call(), self._orders.queues, IDLE_SECONDS)
        patience = IDLE_SECONDS + self._store.settings.deadline_seconds
        while not self._exchange.is_answered(self._wake.fileno(), patience):
            self._wake.hear()
        (deliveries,) = self._exchange.answers()
        self._ready.extend(self._admit(still_held(self._store, deliveries, asked_at), runner))
        self._read_orders(runner)
        self._give_back_unordered()

    def _give_back_unordered(self) -> None:
        """What the orders of meanwhile no longer ask for goes back."""
        wanted = self._orders.queues
        back = [one for one in self._ready if one.prepared.claim.queue not in wanted]
        if back:
            self._ready = deque(one for one in self._ready if one not in back)
            self._give_back(back)

    def _read_orders(self, runner: Runner) -> None:
        if self._plan.orders.version != self._orders.version:
            self._orders = self._plan.orders.read() or self._orders
            runner.events.turn(self._orders.events)
            runner.revoked_stamps = self._orders.stamps
            self._rates.set(self._orders.rates, self._orders.children, self._plan.slot)

    def _worn_out(self) -> bool:
        """Whether the next child takes over: not before this one has run a job, however large."""
        if not self._jobs_done:
            return False
        if self._plan.max_jobs and self._jobs_done >= self._plan.max_jobs:
            return True
        limit = self._plan.max_memory_kib
        return bool(limit and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >= limit)

    def _ask(self, sink: OutcomeBuffer) -> None:
        """Sends what has ended, to be settled, and asks for more; does not wait for the answer."""
        with self._lock:
            if self._asked is not None:
                return
            # First these, then their outcomes: a thread writes down its outcome first.
            ended = take_all(self._ended)
            outcomes = sink.take()
            settles = [settle_all(outcomes)] if outcomes else []
            self._exchange.send(*settles, self._claim_call())
            self._asked = Asked(ended, outcomes, time.monotonic())

    def _claim_call(self) -> Call[list[Delivery]]:
        name, room = self._plan.hostname, self._room()
        sources = self._orders.sources_after(self._served)
        return claim(sources, owner=BOOK.owner, worker=name, limit=room)

    def _gather(self, runner: Runner, sink: OutcomeBuffer) -> None:
        """Reads the answer, if there is one to come, and writes down what was claimed."""
        with self._lock:
            if self._asked is not None:
                self._ready.extend(self._admit(self._answer(self._asked, sink), runner))

    def _answer(self, asked: Asked, sink: OutcomeBuffer) -> list[Delivery]:
        self._asked = None
        try:
            *settled, deliveries = self._exchange.answers()
        except BrokerError:
            sink.put_back(asked.outcomes)
            self._ended.extendleft(reversed(asked.ended))
            raise
        self._forget(asked.ended)
        sink.report(asked.outcomes, settled[0] if settled else [])
        return still_held(self._store, deliveries, asked.at)

    def _gather_late(self, runner: Runner, sink: OutcomeBuffer) -> None:
        """Another thread: while a job takes long, the parent must know what was claimed behind."""
        asked = self._asked
        if asked is not None and time.monotonic() - asked.at > LATE_SECONDS:
            self._gather(runner, sink)

    def _forget(self, ended: Sequence[Ready]) -> None:
        if ended:
            tasks = self._plan.app.tasks
            names = (one.prepared.task for one in ended)
            self._totals.update(name for name in names if name in tasks)
            self._board.free(one.place for one in ended)
            self._board.tell(self._totals)

    def _room(self) -> int:
        left = self._plan.max_jobs - self._jobs_done if self._plan.max_jobs else MOST
        return min(max(1, min(left, self._lookahead.claim)), self._board.room)

    def _admit(self, deliveries: Sequence[Delivery], runner: Runner) -> list[Ready]:
        """Writes down what may begin, before any of it does."""
        if deliveries:
            self._served = deliveries[-1].queue
        prepared = self._prepare(deliveries, runner)
        if self._meter is not None:
            self._meter.received(prepared)
        return [
            ready
            for one in prepared
            if self._may_begin(one) and (ready := self._put(one, runner)) is not None
        ]

    def _put(self, one: Prepared, runner: Runner) -> Ready | None:
        try:
            return Ready(one, self._board.put(runner.limits(one)))
        except InvalidJob as error:
            runner.unreadable(one.claim, error)
            return None

    def _run(self, batch: list[Ready], runner: Runner, sink: OutcomeBuffer) -> None:
        began, ran = time.monotonic(), 0
        ask_at = len(batch) // 2 if self._asks_early() else None
        for index, one in enumerate(batch):
            if self._draining:
                self._give_back(batch[index:])
                break
            if index == ask_at:
                self._ask(sink)
            ran += self._run_one(one, runner)
        self._jobs_done += ran
        self._lookahead.ran(ran, time.monotonic() - began)

    def _asks_early(self) -> bool:
        """Whether jobs are so short that the next should be here before these have ended."""
        return self._lookahead.claim >= MANY and not self._plan.max_jobs

    def _may_begin(self, one: Prepared) -> bool:
        """Sends a job that its task's rate limit holds back to wait in the broker."""
        wait = self._rates.wait(one.task, time.monotonic())
        if not wait:
            return True
        why = "its task's rate limit"
        later = release(one.claim, begun=False, counted=False, why=why, delay_seconds=wait)
        try:
            self._store.run(later)
        except BrokerError as error:
            REFUSALS.warn(logger, "job %s is left to its lease: %s", one.claim.job_id, error)
        return False

    def _prepare(self, deliveries: Sequence[Delivery], runner: Runner) -> list[Prepared]:
        batch = []
        for delivery in deliveries:
            try:
                batch.append(prepare(delivery, self._plan.hostname))
            except (ValueError, KeyError, TypeError) as error:
                logger.warning("a message on queue %s cannot be read: %s", delivery.queue, error)
                send_rejected(delivery.raw, error)
                if delivery.claim is not None:
                    runner.unreadable(delivery.claim, error)
        return batch

    def _run_one(self, one: Ready, runner: Runner) -> bool:
        """Whether it ran: the parent may have taken it back."""
        if not self._board.begin(one.place):
            self._board.free([one.place])
            return False
        self._in_handler = True
        try:
            (self._meter or runner).run(one.prepared)
        except SoftTimeLimitExceeded:
            logger.info("soft limit of job %s came as it ended", one.prepared.claim.job_id)
        finally:
            self._in_handler = False
        self._board.end(one.place)
        self._ended.append(one)
        return True

    def _give_back(self, batch: Sequence[Ready]) -> None:
        """What did not begin goes back; the parent may have given it back before."""
        why = "its worker stopped claiming"
        try:
            for one in reversed(batch):
                self._store.run(release(one.prepared.claim, begun=False, counted=False, why=why))
        except BrokerError as error:
            REFUSALS.warn(logger, "claims are left to their leases: %s", error)
        self._board.free(one.place for one in batch)
