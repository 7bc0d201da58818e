"""The schedule: when → which job, each slot enqueued at most once whatever is killed."""

from __future__ import annotations

from longshore.schedule.catch_up import CatchUp
from longshore.schedule.celery_entries import beat_schedule
from longshore.schedule.entry import ScheduleEntry
from longshore.schedule.scheduler import LongshoreScheduler

__all__ = ["CatchUp", "LongshoreScheduler", "ScheduleEntry", "beat_schedule"]
