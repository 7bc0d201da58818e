"""What ``celery -A longshore_worker.main worker`` loads: the app of this environment."""

from __future__ import annotations

from longshore import tracing
from longshore_tasks.settings import load
from longshore_worker.app import create_app
from longshore_worker.settings import WorkerSettings

tracing.follow("longshore-worker")
app = create_app(load(WorkerSettings))
