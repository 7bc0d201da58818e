"""The pool as Celery sees it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from typing import Any

from billiard.einfo import ExceptionInfo
from billiard.exceptions import TimeLimitExceeded
from celery import states
from celery.app.task import Context
from celery.app.trace import loads_message as loads
from celery.app.trace import prepare_accept_content
from celery.concurrency.base import BasePool
from celery.signals import task_failure
from celery.utils.log import get_logger
from celery.worker import state as worker_state

from longshore.broker_url import broker_url_of
from longshore.envelope import PRIORITY_STEPS, list_of
from longshore.metrics.ledger import Ledger
from longshore.outcome import told_of
from longshore.records import Outcome
from longshore.reporting import report
from longshore.store import Store
from longshore.store.claims import Delivery, Source, message
from longshore.store.settings import settings_from_options
from longshore.transport.book import BOOK, new_owner
from longshore.worker.meter import METER
from longshore.worker.pool.board import Board, Held, Running
from longshore.worker.pool.cut_short import count_cut_short
from longshore.worker.pool.events import Events
from longshore.worker.pool.limits import LIMITS
from longshore.worker.pool.orders import OrderBook, Orders
from longshore.worker.pool.panel import take_over
from longshore.worker.pool.plan import Plan
from longshore.worker.pool.runner import prepare, send_revoked
from longshore.worker.pool.supervisor import Process, Supervisor, Verdict

logger = get_logger(__name__)

MAINTAIN_EVERY_SECONDS = 0.1


class TaskPool(BasePool):  # type: ignore[misc]
    """Processes that claim, run and settle by themselves."""

    is_green = False
    signal_safe = True
    uses_semaphore = False
    body_can_be_buffer = True
    claims_itself = True

    def on_start(self) -> None:
        """Forks the children; they wait for orders."""
        if not BOOK.kept_by_worker:
            raise NotImplementedError("-P longshore needs a longshore:// broker URL")
        self._store = Store.from_url(self._broker_url(), self._settings())
        self._orders = OrderBook()
        LIMITS.follow(self.options)
        BOOK.pool_claims = True
        BOOK.busy = self._busy
        self.ledgers: dict[int, Ledger] = {}
        self.supervisor = self._new_supervisor()
        self.supervisor.start()
        self.hostname = BOOK.worker
        self._queues: tuple[str, ...] = ()
        self._events = Events(self.app, self.hostname)
        self.events_wanted: Callable[[], bool] = lambda: False
        take_over(self)

    def _new_supervisor(self) -> Supervisor:
        return Supervisor(
            self.limit,
            self._store,
            self._plan,
            self._time_limit,
            self._cut_short,
            self._revoked,
            tasks=self.app.tasks,
        )

    def _cut_short(self, one: Running, verdict: Verdict | None) -> None:
        outcomes: dict[Verdict, Outcome] = {
            self._time_limit: Outcome.FAILED,
            self._revoked: Outcome.CANCELLED,
        }
        known = None if verdict is None else outcomes.get(verdict)
        count_cut_short(one, known or Outcome.INTERRUPTED)

    def _broker_url(self) -> str:
        return broker_url_of(self.app.conf, reading=True)

    def _settings(self) -> Any:
        options = dict(self.app.conf.broker_transport_options or {})
        if self.app.conf.result_expires:
            options.setdefault("result_ttl_seconds", _seconds(self.app.conf.result_expires))
        return settings_from_options(options)

    def _plan(self, board: Board, slot: int) -> Plan:
        return Plan(
            app=self.app,
            hostname=BOOK.worker,
            store=self._store,
            board=board,
            orders=self._orders,
            slot=slot,
            owner=new_owner(),
            max_jobs=self.options.get("maxtasksperchild"),
            max_memory_kib=self.options.get("max_memory_per_child"),
            ledger=self._ledger(slot),
        )

    def _ledger(self, slot: int) -> Ledger | None:
        """One for each place in the pool: the next child in it counts on."""
        return None if METER.tally is None else self.ledgers.setdefault(slot, Ledger())

    def _busy(self) -> tuple[int, int]:
        views = [process.board.view() for process in self.supervisor.processes]
        return sum(len(view.running) for view in views), self.supervisor.totals().total()

    def consume(self, queues: Iterable[str]) -> None:
        """Orders the children to claim from these queues, in this order of service."""
        self._queues = tuple(queues)
        self.order()

    def upkeep(self) -> None:
        """Replaces children, and tells them when task events are switched on or off."""
        self.supervisor.maintain()
        wanted = self.events_wanted()
        if wanted != self._events.enabled:
            self._events.turn(wanted)
            self.order()

    def order(self) -> None:
        """Tell the children what holds from now on."""
        names = self._queues
        sources = [Source(list_of(name, step), name) for step in PRIORITY_STEPS for name in names]
        orders = Orders(
            consuming=bool(names),
            events=self._events.enabled,
            sources=tuple(sources),
            queues=names,
            rates=self._rates(),
            children=self.supervisor.size,
            stamps=worker_state.revoked_stamps,
        )
        self._orders.write(orders)

    def _rates(self) -> dict[str, str | float]:
        if self.app.conf.worker_disable_rate_limits:
            return {}
        return {name: task.rate_limit for name, task in self.app.tasks.items() if task.rate_limit}

    def register_with_event_loop(self, loop: Any) -> None:
        """Children are replaced from the main loop."""
        loop.call_repeatedly(MAINTAIN_EVERY_SECONDS, self.upkeep)

    def on_apply(self, *args: Any, **options: Any) -> Any:
        """Never called for a job: jobs do not pass through the parent."""
        raise NotImplementedError("children of this pool claim jobs themselves")

    def on_close(self) -> None:
        """No more claims from now on."""
        self.consume(())

    def on_stop(self) -> None:
        """Warm shutdown: running jobs end, claimed ones go back.

        Celery stops its pool in a cold shutdown, too, before it terminates it: what runs then has
        until the end of the soft shutdown.
        """
        cold = worker_state.should_terminate not in (None, False)
        self.supervisor.stop(self.app.conf.worker_soft_shutdown_timeout if cold else None)

    def on_terminate(self) -> None:
        """Cold shutdown: running jobs go back to their queues."""
        self.supervisor.terminate()

    def terminate_job(self, pid: int, *_: Any, **__: Any) -> None:
        """Ends the running job of one child; its record ends as cancelled when that was asked."""
        for process in self.supervisor.processes:
            for one in process.board.view().running if process.pid == pid else ():
                self.supervisor.cancel(process, one.held)

    def grow(self, n: int = 1) -> None:
        """More children, at the next round of upkeep."""
        self.supervisor.size += n
        self.order()

    def shrink(self, n: int = 1) -> None:
        """Fewer children: the surplus drains."""
        self.supervisor.shrink(n)
        self.order()

    @property
    def num_processes(self) -> int:
        """How many children there should be."""
        return self.supervisor.size

    def revoke(self, process: Process, held: Held) -> None:
        """Ends a running job because Celery's control asked for it."""
        self.supervisor.end_job(process, held, self._revoked)

    def _revoked(self, held: Held) -> None:
        request, task = self.request_of(held), self.app.tasks.get(held.task)
        self.app.backend.mark_as_revoked(held.claim.job_id, "terminated", request=request)
        send_revoked(self._events, task, request, signum=signal.SIGKILL)

    def _time_limit(self, held: Held) -> None:
        """A child was ended at its job's hard limit: the failure is told as Celery would."""
        limit = held.hard_seconds
        logger.error(
            "hard time limit (%ss) exceeded for %s[%s]", limit, held.task, held.claim.job_id
        )
        error, request = TimeLimitExceeded(limit), self.request_of(held)
        report(error, told_of(held.claim, request))
        self.app.backend.mark_as_failure(held.claim.job_id, error, request=request)
        self._events.failed(held.claim.job_id, repr(error))
        if (task := self.app.tasks.get(held.task)) is not None:
            try:
                send_failed(task, request, error)
            except Exception:
                logger.exception("a hook of job %s failed", held.claim.job_id)

    def request_of(self, held: Held) -> Context:
        """The request of a claimed job with its chord and error callbacks, from its message."""
        raw = self._store.run(message(held.claim))
        if not raw:
            return Context({"id": held.claim.job_id, "longshore": held.claim.header()})
        prepared = prepare(Delivery(held.claim.queue, raw, held.claim), BOOK.worker)
        accept = prepare_accept_content(self.app.conf.accept_content)
        kind, coding = prepared.content_type, prepared.content_encoding
        args, kwargs, embed = loads(prepared.body, kind, coding, accept=accept)
        return Context({**prepared.request, "args": args, "kwargs": kwargs, **(embed or {})})

    def _get_info(self) -> dict[str, Any]:
        info: dict[str, Any] = super()._get_info()
        info.update(
            {
                "max-concurrency": self.supervisor.size,
                "processes": [process.pid for process in self.supervisor.processes],
                "max-tasks-per-child": self.options.get("maxtasksperchild") or "N/A",
            }
        )
        return info


def send_failed(task: Any, request: Context, error: Exception) -> None:
    """Call the hooks and the signal of a failure of which the handler's process told nothing."""
    try:
        raise error
    except type(error):
        info = ExceptionInfo()
    args, kwargs = request.args or [], request.kwargs or {}
    task.on_failure(error, request.id, args, kwargs, info)
    task.after_return(states.FAILURE, error, request.id, args, kwargs, None)
    task_failure.send(
        sender=task, task_id=request.id, exception=error, args=args, kwargs=kwargs,
        traceback=error.__traceback__, einfo=info,
    )  # fmt: skip


def _seconds(value: Any) -> int:
    return int(value.total_seconds() if hasattr(value, "total_seconds") else value)
