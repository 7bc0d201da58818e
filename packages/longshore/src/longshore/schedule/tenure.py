"""One scheduler's time as the leader: it alone enqueues slots, until the store refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from longshore.envelope import NewJob
from longshore.schedule.catch_up import Plan
from longshore.schedule.entry import ScheduleEntry
from longshore.schedule.instants import seconds
from longshore.schedule.log import log
from longshore.schedule.slot_job import slot_job
from longshore.schedule.watch import Watch
from longshore.store import Store, schedules
from longshore.store.schedules import Definition


class Tenure:
    """The entries under watch. Every method raises LeaseLost once another scheduler leads."""

    def __init__(self, store: Store, token: str, watches: Sequence[Watch]) -> None:
        self._store, self._token, self._watches = store, token, watches

    @classmethod
    def begin(
        cls, store: Store, token: str, entries: Sequence[ScheduleEntry], zone: tzinfo
    ) -> Tenure:
        """Declare the entries and find out where each stands."""
        progress = store.run(schedules.declare(token, [_definition(entry) for entry in entries]))
        pairs = zip(entries, progress, strict=True)
        tenure = cls(store, token, [Watch(entry, place, zone) for entry, place in pairs])
        tenure.note_next_slots()
        return tenure

    def note_next_slots(self) -> None:
        """Tell the store when each entry is due next, for people to read."""
        for watch in self._watches:
            name, slot = watch.entry.name, watch.next_slot
            self._store.run(schedules.note_next(self._token, name, _seconds(slot)))

    def deal_with_due(self, now: datetime) -> None:
        """Enqueue or pass over every slot that is due."""
        for watch in self._watches:
            plan = watch.plan(now)
            self._pass_over(watch, plan)
            self._enqueue_all(watch, plan)

    @property
    def next_slot(self) -> datetime | None:
        """The earliest slot of all entries that was not dealt with."""
        return min((w.next_slot for w in self._watches if w.next_slot is not None), default=None)

    def _pass_over(self, watch: Watch, plan: Plan) -> None:
        if plan.passed is None:
            return
        name, passed, following = watch.entry.name, plan.passed, watch.slot_after(plan.passed)
        self._store.run(
            schedules.pass_over(
                self._token, name, seconds(passed), plan.missed, _seconds(following)
            )
        )
        watch.dealt_with(passed)
        log.warning(
            "slots missed", entry=name, missed=plan.missed, catch_up=watch.entry.catch_up.value
        )

    def _enqueue_all(self, watch: Watch, plan: Plan) -> None:
        if len(plan.enqueue) > 1:
            log.warning("slots caught up", entry=watch.entry.name, count=len(plan.enqueue))
        for slot in plan.enqueue:
            job = self._job(watch, slot)
            if job is None:
                return
            self._enqueue(watch, slot, job)

    def _job(self, watch: Watch, slot: datetime) -> NewJob | None:
        try:
            job = slot_job(watch.entry, slot)
        except Exception as error:  # noqa: BLE001 -- one entry's arguments must not stop the others
            watch.condition.failed(error)
            return None
        watch.condition.succeeded()
        return job

    def _enqueue(self, watch: Watch, slot: datetime, job: NewJob) -> None:
        name, following = watch.entry.name, _seconds(watch.slot_after(slot))
        call = schedules.enqueue(self._token, name, seconds(slot), following, job)
        if self._store.run(call):
            log.info("slot enqueued", entry=name, due=slot.isoformat(), job_id=job.id)
        watch.dealt_with(slot)


def _definition(entry: ScheduleEntry) -> Definition:
    return Definition(
        name=entry.name,
        task=entry.task_name,
        queue=entry.queue or "",
        schedule=entry.describe(),
        catch_up=entry.catch_up.value,
    )


def _seconds(slot: datetime | None) -> float | None:
    return None if slot is None else seconds(slot)
