"""What ``celery -A longshore_scheduler.main beat`` imports."""

from __future__ import annotations

from longshore_scheduler.app import create_app, log_as
from longshore_scheduler.deletion_cost import keep_on_start
from longshore_scheduler.settings import SchedulerSettings
from longshore_tasks.settings import load

settings = load(SchedulerSettings)
log_as(settings)
keep_on_start(settings)
app = create_app(settings)
