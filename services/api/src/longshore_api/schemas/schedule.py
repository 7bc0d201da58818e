"""The schedule: who leads, and where each entry stands."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from longshore.records import moment
from longshore.store.schedules import ScheduleOverview, ScheduleStatus


class EntryView(BaseModel):
    """One entry; ``missed`` counts slots that went by without a job."""

    name: str = Field(examples=["report-hourly"])
    task: str = Field(examples=["reports.generate"])
    queue: str = Field(examples=["low"])
    schedule: str = Field(examples=["5 * * * *"])
    catch_up: str = Field(examples=["last"])
    last_slot: datetime | None
    last_job_id: str | None
    next_slot: datetime | None
    enqueued: int
    missed: int

    @classmethod
    def of(cls, status: ScheduleStatus) -> EntryView:
        """Return an entry as it is shown."""
        return cls(
            name=status.name,
            task=status.task,
            queue=status.queue,
            schedule=status.schedule,
            catch_up=status.catch_up,
            last_slot=moment(status.last_slot),
            last_job_id=status.last_job_id,
            next_slot=moment(status.next_slot),
            enqueued=status.enqueued,
            missed=status.missed,
        )


class ScheduleView(BaseModel):
    """All entries by name; ``leader`` is null when no scheduler lives."""

    leader: str | None = Field(examples=["scheduler-0"])
    entries: list[EntryView]

    @classmethod
    def of(cls, overview: ScheduleOverview) -> ScheduleView:
        """Return the schedule as it is shown."""
        entries = [EntryView.of(status) for status in overview.entries]
        return cls(leader=overview.leader.identity if overview.leader else None, entries=entries)
