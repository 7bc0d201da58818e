"""Turns a stock worker into one that loses nothing, when it starts on a Longshore broker."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from celery import concurrency
from celery.signals import worker_process_init, worker_shutting_down
from celery.utils.imports import symbol_by_name
from celery.utils.log import get_logger

from longshore import tracing
from longshore.broker_url import SCHEME, broker_url_of, broker_urls
from longshore.envelope import queue_name
from longshore.errors import NotAQueue, SettingsError
from longshore.metrics.place import port_of
from longshore.store.connecting import check_url
from longshore.store.settings import settings_from_options
from longshore.transport.book import BOOK
from longshore.transport.shared_claims import SharedClaims
from longshore.worker import control
from longshore.worker.announcer import Announcer
from longshore.worker.drain import Watchdog, drain_limit
from longshore.worker.probe import ProbeStep

logger = get_logger(__name__)

REQUEST = "longshore.worker.request:LongshoreRequest"
REPORTING = "longshore.worker.report:report_from"
COUNTING = (
    "longshore.worker.figures:FIGURES",
    "longshore.worker.figures:FiguresStep",
    "longshore.worker.meter:METER",
)
CONSUMER = "longshore.worker.consumer:LongshoreConsumer"
DISPATCHER = "longshore.worker.dispatcher:Dispatcher"
STOCK_REQUESTS = {"celery.worker.request:Request", REQUEST}

#: Celery's pools whose handlers run in the worker's main process.
IN_MAIN_PROCESS = {"celery.concurrency.thread", "celery.concurrency.solo"}
PREFORK = "celery.concurrency.prefork"
OWN, OWN_THREADS = "longshore.worker.pool.pool", "longshore.worker.pool.threads"
AUTOSCALER = "longshore.worker.pool.autoscale:PoolAutoscaler"
WITH_SEMAPHORES = (PREFORK, OWN, OWN_THREADS)
STOCK_AUTOSCALER = "celery.worker.autoscale:Autoscaler"

#: Celery's settings under which an outcome, and nothing earlier, ends a claim.
OUTCOME_ENDS_CLAIM = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_enable_prefetch_count_reduction": False,
}
#: Celery's setting under which an error of a command connects anew; it ends the worker otherwise.
REFUSALS_END_NO_WORKER = {"broker_channel_error_retry": True}


def is_longshore(app: Any) -> bool:
    """Whether this app consumes from a Longshore broker, be it one of several."""
    return any(url.startswith(SCHEME) for url in broker_urls(app.conf, reading=True))


def on_worker_init(sender: Any, **_: Any) -> None:
    """Called by Celery before the worker's parts are made; ``sender`` is the WorkController."""
    if not is_longshore(sender.app):
        return
    _check(sender)
    tracing.start()
    BOOK.kept_by_worker = True
    BOOK.worker = sender.hostname
    pool = concurrency.get_implementation(sender.pool_cls).__module__
    if pool in IN_MAIN_PROCESS:
        BOOK.shared = SharedClaims()
    if pool == PREFORK:
        _let_children_report(sender.app)
    if pool == OWN and sender.autoscaler_cls == STOCK_AUTOSCALER:
        sender.autoscaler_cls = AUTOSCALER
    BOOK.slots = lambda: getattr(sender.pool, "num_processes", 0)
    BOOK.rate_limited = partial(_rate_limited, sender)
    sender.app.conf.update(OUTCOME_ENDS_CLAIM | REFUSALS_END_NO_WORKER)
    wait_for_broker_without_end(sender.app.conf)
    sender.consumer_cls = CONSUMER
    sender.app.events.dispatcher_cls = DISPATCHER
    for task in sender.app.tasks.values():
        settle_late(task)
    BOOK.on_lost = control.on_lease_lost
    BOOK.on_cancel = control.canceller(sender)
    BOOK.on_ends = Announcer(sender.app, sender.hostname, partial(_consumed, sender.app)).wake
    _watch_drain(sender)
    sender.app.steps["consumer"].add(ProbeStep)
    _count(sender)


def wait_for_broker_without_end(conf: Any) -> None:
    """Celery ends a worker after a hundred tries, five minutes, unless the app says otherwise."""
    name = "broker_connection_max_retries"
    if not conf.value_set_for(name):
        conf[name] = None


def _rate_limited(worker: Any) -> int:
    """Return how many received jobs wait in the token buckets of Celery's consumer."""
    buckets = getattr(worker.consumer, "task_buckets", {})
    return sum(len(bucket.contents) for bucket in buckets.values() if bucket is not None)


def _consumed(app: Any) -> list[str]:
    """Return the names of the queues that the worker consumes now."""
    return [queue.name for queue in app.amqp.queues.consume_from.values()]


def _check(worker: Any) -> None:
    """Refuses wrong settings before anything connects: one line, exit code 2."""
    conf = worker.app.conf
    options = conf.broker_transport_options or {}
    try:
        _check_pool(worker)
        settings_from_options(options)
        drain_limit(options)
        check_url(broker_url_of(conf, reading=True))
        port_of(conf)
    except (SettingsError, NotAQueue) as error:
        sys.stderr.write(f"longshore worker: {error}\n")
        raise SystemExit(2) from None


def _check_pool(worker: Any) -> None:
    for name in worker.app.amqp.queues.consume_from:
        queue_name(name)
    pool = concurrency.get_implementation(worker.pool_cls)
    if worker.options.get("autoscale") and pool.__module__ == OWN_THREADS:
        raise SettingsError("-P longshore-threads cannot --autoscale: give its threads by -c")
    if pool.__module__ in WITH_SEMAPHORES:
        check_semaphores()


def _lock_of_processes() -> object:
    return multiprocessing.get_context("fork").Lock()


def check_semaphores(make: Callable[[], object] = _lock_of_processes) -> None:
    """Refuse to start where processes cannot have a lock between them.

    Raises:
        SettingsError: the system makes none.
    """
    try:
        make()
    except OSError as error:
        raise SettingsError(
            f"no semaphore can be made: {error.strerror or error};"
            " /dev/shm must be there, writable and not full"
        ) from error


def _count(worker: Any) -> None:
    figures, step, meter = map(symbol_by_name, COUNTING)
    BOOK.consumes = lambda: figures.consumes
    if port_of(worker.app.conf):
        meter.open(worker.app.tasks)
    worker.app.steps["consumer"].add(step)


def _let_children_report(app: Any) -> None:
    report_from = symbol_by_name(REPORTING)

    def on_worker_process_init(**_: Any) -> None:
        report_from(app)

    worker_process_init.connect(on_worker_process_init, weak=False, dispatch_uid="longshore")


def _watch_drain(worker: Any) -> None:
    limit = drain_limit(worker.app.conf.broker_transport_options or {})
    if limit is not None:
        watchdog = Watchdog(worker, limit)
        worker_shutting_down.connect(
            watchdog.on_shutting_down, weak=False, dispatch_uid="longshore"
        )


def settle_late(task: Any) -> None:
    """A job is settled by its outcome, whatever the task says of early acknowledgement."""
    task.acks_late = True
    task.reject_on_worker_lost = True
    if task.Request in STOCK_REQUESTS:
        task.Request = REQUEST
