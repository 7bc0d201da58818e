"""What ``celery -A longshore_scheduler.main beat`` imports."""

from __future__ import annotations

from longshore import reporting, tracing
from longshore_scheduler.app import create_app, log_as
from longshore_scheduler.deletion_cost import keep_on_start
from longshore_scheduler.outbox import relay_on_start
from longshore_scheduler.settings import SchedulerSettings
from longshore_tasks.settings import load

settings = load(SchedulerSettings)
tracing.follow("longshore-scheduler")
reporting.start(settings.sentry, "longshore-scheduler")
log_as(settings)
keep_on_start(settings)
relay_on_start(settings)
app = create_app(settings)
