"""A pool's child: claims, runs and settles for itself until it is told to stop."""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from celery import signals
from celery.concurrency.prefork import process_initializer
from celery.utils.log import get_logger

from longshore.errors import BrokerError
from longshore.outcome import HOLDER
from longshore.store import Store
from longshore.store.claims import Delivery, claim, release, settle_all
from longshore.store.doorbell import Doorbell
from longshore.transport.book import BOOK
from longshore.worker import disconnect_attempt_signals
from longshore.worker.pool.board import Board
from longshore.worker.pool.events import Events
from longshore.worker.pool.lookahead import Lookahead
from longshore.worker.pool.orders import OrderBook, Orders
from longshore.worker.pool.outcomes import OutcomeBuffer
from longshore.worker.pool.rates import Rates
from longshore.worker.pool.runner import Prepared, Runner, prepare

logger = get_logger(__name__)

IDLE_SECONDS = 1.0
WAIT_FOR_ORDERS_SECONDS = 0.05
BROKER_PAUSE_SECONDS = 0.2
DRAIN_SETTLE_SECONDS = 10.0
KIB = 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What a child is started with; made by the parent before the fork. Memory is in KiB."""

    app: Any
    hostname: str
    store: Store
    board: Board
    orders: OrderBook
    slot: int
    max_jobs: int | None
    max_memory_kib: int | None


class Child:
    """One process of the pool."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._store = plan.store
        self._draining = False
        self._in_handler = False
        self._jobs_done = 0
        self._totals: Counter[str] = Counter()
        self._lookahead = Lookahead()
        self._orders = Orders()
        self._rates = Rates()
        self._wake, self._waker = socket.socketpair()

    def main(self) -> None:
        """Runs until told to stop, or worn out; then settles what it finished."""
        disconnect_attempt_signals()
        process_initializer(self._plan.app, self._plan.hostname)
        self._take_signals()
        gc.freeze()
        sink = HOLDER.sink = OutcomeBuffer(self._store)
        self._bell = Doorbell(self._store)
        try:
            events = Events(self._plan.app, self._plan.hostname)
            self._loop(Runner(self._plan.app, sink, self._store, events), sink)
        finally:
            sink.drain(DRAIN_SETTLE_SECONDS)
            signals.worker_process_shutdown.send(
                sender=self._plan.hostname, pid=os.getpid(), exitcode=0
            )

    def _take_signals(self) -> None:
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
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
                select.select([self._wake], [], [], WAIT_FOR_ORDERS_SECONDS)
                continue
            try:
                deliveries = self._claim(sink)
                if not deliveries:
                    self._bell.wait(self._orders.queues, IDLE_SECONDS, self._wake.fileno())
            except BrokerError as error:
                logger.warning("no work can be claimed: %s", error)
                select.select([self._wake], [], [], BROKER_PAUSE_SECONDS)
                continue
            self._run(deliveries, runner)

    def _read_orders(self, runner: Runner) -> None:
        if self._plan.orders.version != self._orders.version:
            self._orders = self._plan.orders.read() or self._orders
            runner.events.turn(self._orders.events)
            self._rates.set(self._orders.rates, self._orders.children, self._plan.slot)

    def _worn_out(self) -> bool:
        if self._plan.max_jobs and self._jobs_done >= self._plan.max_jobs:
            return True
        limit = self._plan.max_memory_kib
        return bool(limit and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >= limit)

    def _claim(self, sink: OutcomeBuffer) -> list[Delivery]:
        """Settles what has ended and claims more, in one round trip."""
        ask = claim(
            self._orders.sources,
            owner=BOOK.owner,
            worker=self._plan.hostname,
            limit=self._room(),
        )
        outcomes = sink.take()
        if not outcomes:
            return self._store.run(ask)
        try:
            settled, deliveries = self._store.run_both(settle_all(outcomes), ask)
        except BrokerError:
            sink.put_back(outcomes)
            raise
        sink.report(outcomes, settled)
        return deliveries

    def _room(self) -> int:
        left = (
            self._plan.max_jobs - self._jobs_done if self._plan.max_jobs else self._lookahead.claim
        )
        return max(1, min(left, self._lookahead.claim))

    def _run(self, deliveries: Sequence[Delivery], runner: Runner) -> None:
        batch = [one for one in self._prepare(deliveries, runner) if self._may_begin(one)]
        if not batch:
            return
        self._plan.board.claimed([runner.limits(one) for one in batch], self._totals)
        began = time.monotonic()
        ran = 0
        for index, one in enumerate(batch):
            if self._draining or not self._plan.board.begin(index):
                break
            self._run_one(one, runner)
            ran += 1
        self._plan.board.rest()
        self._jobs_done += ran
        self._totals.update(one.task for one in batch[:ran])
        self._lookahead.ran(ran, time.monotonic() - began)
        self._give_back(batch[ran:])

    def _may_begin(self, one: Prepared) -> bool:
        """Sends a job that its task's rate limit holds back to wait in the broker."""
        wait = self._rates.wait(one.task, time.monotonic())
        if not wait:
            return True
        why = "its task's rate limit"
        later = release(one.claim, begun=False, counted=False, why=why, delay_seconds=wait)
        self._store.run(later)
        return False

    def _prepare(self, deliveries: Sequence[Delivery], runner: Runner) -> list[Prepared]:
        batch = []
        for delivery in deliveries:
            try:
                batch.append(prepare(delivery, self._plan.hostname))
            except (ValueError, KeyError, TypeError) as error:
                logger.warning("a message is kept for a person: %s", error)
                if delivery.claim is not None:
                    runner.unreadable(delivery.claim, error)
        return batch

    def _run_one(self, one: Prepared, runner: Runner) -> None:
        self._in_handler = True
        try:
            runner.run(one)
        except SoftTimeLimitExceeded:
            logger.info("soft limit of job %s came as it ended", one.claim.job_id)
        finally:
            self._in_handler = False

    def _give_back(self, batch: Sequence[Prepared]) -> None:
        """What did not begin goes back; the parent may have given it back before."""
        for one in reversed(batch):
            why = "its worker stopped claiming"
            self._store.run(release(one.claim, begun=False, counted=False, why=why))


def run_child(plan: Plan) -> None:
    """The child's whole life after the fork; never returns."""
    code = 0
    try:
        Child(plan).main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        logger.critical("a pool child ended on an error", exc_info=True)
        code = 1
    finally:
        os._exit(code)
