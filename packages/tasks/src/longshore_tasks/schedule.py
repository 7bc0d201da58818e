"""When the service set enqueues jobs by itself: the schedule's entries."""

from __future__ import annotations

from celery.schedules import crontab

from longshore.schedule import CatchUp, ScheduleEntry
from longshore_tasks.jobs.alerts import WatchDeadLetters
from longshore_tasks.jobs.files import CleanUpFiles
from longshore_tasks.jobs.reports import GenerateReport
from longshore_tasks.settings import Settings

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
)

DEAD_LETTER_ALERTS = ScheduleEntry(
    name="dead-letter-alerts",
    schedule=60.0,
    job=WatchDeadLetters(),
    # Each looks at some windows before its own.
    catch_up=CatchUp.SKIP,
    # Long enough for a worker set that is scaled up from zero: an expired tick is a dead letter.
    expires_in_seconds=HOUR_SECONDS,
)


def entries(settings: Settings) -> tuple[ScheduleEntry, ...]:
    """Return the entries of a set with these settings.

    Each tick wakes a worker set that is scaled to zero: where no alert could be sent, nobody looks
    for dead letters.
    """
    if settings.alert_webhook_url is None and not settings.alert_recipients:
        return ENTRIES
    return (*ENTRIES, DEAD_LETTER_ALERTS)
