"""When the service set enqueues jobs by itself: the schedule's entries, all of them."""

from __future__ import annotations

from celery.schedules import crontab

from longshore.schedule import CatchUp, ScheduleEntry
from longshore_tasks.jobs.alerts import WatchDeadLetters
from longshore_tasks.jobs.files import CleanUpFiles
from longshore_tasks.jobs.reports import GenerateReport
from longshore_tasks.jobs.system import Add

HOUR_SECONDS = 3600.0
DAY_SECONDS = 24 * HOUR_SECONDS

ENTRIES: tuple[ScheduleEntry, ...] = (
    ScheduleEntry(
        name="files-cleanup-nightly",
        schedule=crontab(minute="15", hour="3"),
        # Reports only: they can be written again, what people have uploaded cannot.
        job=CleanUpFiles(prefix="reports/", older_than_seconds=30 * DAY_SECONDS),
        catch_up=CatchUp.LAST,
        expires_in_seconds=DAY_SECONDS,
    ),
    ScheduleEntry(
        name="report-hourly",
        schedule=crontab(minute="5"),
        job=GenerateReport(days=1),
        catch_up=CatchUp.LAST,
        expires_in_seconds=HOUR_SECONDS,
    ),
    ScheduleEntry(
        name="dead-letter-alerts",
        schedule=60.0,
        job=WatchDeadLetters(),
        # Each looks at some windows before its own.
        catch_up=CatchUp.SKIP,
        expires_in_seconds=60.0,
    ),
    ScheduleEntry(
        name="health",
        schedule=60.0,
        job=Add(a=2, b=3),
        # A health check of an hour ago tells nothing.
        catch_up=CatchUp.SKIP,
        expires_in_seconds=60.0,
    ),
)
