"""What is true of the whole set: queues, counts, schedule and Redis, asked of the broker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from longshore.errors import BrokerError
from longshore.metrics.asked import Asked
from longshore.metrics.scrape import Scrape
from longshore.records import DeadReason, QueueStatus
from longshore.store import Store, queues, schedules
from longshore.store.figures import Figures, figures
from longshore.store.inspection import Server, server
from longshore.store.schedules import ScheduleStatus

#: Which process enqueued is not known; celery-exporter has this word for it.
ANY_HOST = "generic"


@dataclass(frozen=True, slots=True)
class Whole:
    """The answers of one moment."""

    queues: tuple[QueueStatus, ...]
    figures: Figures
    entries: tuple[ScheduleStatus, ...]
    server: Server


class WholeSet:
    """The figures of a scheduler. One that does not lead tells of itself and of Redis only, so that
    a sum over all schedulers counts a job once."""

    def __init__(self, store: Store, leads: Callable[[], bool]) -> None:
        self._store, self._leads = store, leads
        self._whole: Asked[Whole | None] = Asked(self._ask)

    def _ask(self) -> Whole | None:
        run = self._store.run
        try:
            return Whole(
                run(queues.all_status()),
                run(figures()),
                run(schedules.overview()).entries,
                run(server()),
            )
        except BrokerError:
            return None

    def gather(self, scrape: Scrape) -> None:
        """Every figure, at most a second old."""
        whole, leads = self._whole.answer(), self._leads()
        scrape.add("longshore_scheduler_leader", float(leads))
        scrape.add("longshore_redis_up", float(whole is not None))
        if whole is None:
            return
        _add_redis(scrape, whole.server.info)
        if leads:
            for status in whole.queues:
                _add_queue(scrape, status)
            _add_counts(scrape, whole.figures)
            for entry in whole.entries:
                _add_entry(scrape, entry, whole.server.time)


def _add_queue(scrape: Scrape, status: QueueStatus) -> None:
    places = {
        "waiting": status.waiting,
        "delayed": status.delayed - status.due,
        "due": status.due,
        "claimed": status.claimed,
        "dead": status.dead,
    }
    for place, jobs in places.items():
        scrape.add("longshore_queue_jobs", jobs, status.queue, place)
    age = status.latest_age_seconds or 0.0
    scrape.add("longshore_queue_oldest_age_seconds", age, status.queue)
    scrape.add("longshore_queue_paused", float(status.paused_since is not None), status.queue)
    scrape.add("celery_queue_length", status.waiting, status.queue)


def _add_counts(scrape: Scrape, counted: Figures) -> None:
    scrape.add("longshore_workers_ready", counted.workers_ready)
    for (task, queue), jobs in counted.enqueued_by_task_and_queue.items():
        scrape.add("longshore_jobs_enqueued_total", jobs, task, queue)
        scrape.add("celery_task_sent_total", jobs, task, ANY_HOST, queue)
    for (queue,), jobs in counted.rescued_by_queue.items():
        scrape.add("longshore_rescues_total", jobs, queue)
    for (queue,), jobs in counted.refused_by_queue.items():
        scrape.add("longshore_settles_refused_total", jobs, queue)
    quarantined: dict[str, int] = {}
    for (queue, task, reason), jobs in counted.dead_by_queue_task_and_reason.items():
        scrape.add("longshore_dead_letters_total", jobs, task, queue, reason)
        if reason == DeadReason.QUARANTINED:
            quarantined[queue] = quarantined.get(queue, 0) + jobs
    for queue, jobs in quarantined.items():
        scrape.add("longshore_quarantines_total", jobs, queue)


def _add_entry(scrape: Scrape, entry: ScheduleStatus, now: float) -> None:
    late = 0.0 if entry.next_slot is None else max(now - entry.next_slot, 0.0)
    scrape.add("longshore_schedule_lateness_seconds", late, entry.name)
    scrape.add("longshore_schedule_missed_slots_total", entry.missed, entry.name)
    if entry.last_slot is not None:
        name = "longshore_schedule_last_slot_timestamp_seconds"
        scrape.add(name, entry.last_slot, entry.name)


def _add_redis(scrape: Scrape, info: Mapping[str, str]) -> None:
    numbers = {
        "longshore_redis_memory_bytes": "used_memory",
        "longshore_redis_memory_limit_bytes": "maxmemory",
        "longshore_redis_aof_enabled": "aof_enabled",
        "longshore_redis_connected_clients": "connected_clients",
        "longshore_redis_ops_per_second": "instantaneous_ops_per_sec",
    }
    for name, field in numbers.items():
        if field in info:
            scrape.add(name, float(info[field]))
    told = ("rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status")
    well = all(info.get(field, "ok") == "ok" for field in told)
    scrape.add("longshore_redis_persistence_ok", float(well))
