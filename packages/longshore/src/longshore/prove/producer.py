"""The client's side: enqueues with Celery's own call and remembers what was accepted."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from typing import Any

from kombu.exceptions import OperationalError

from longshore.prove.work import WORK, AppSettings, make_app

#: One quick repetition, so that a fault is seen as a fault and not as a long wait.
RETRY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.1}


class Producer:
    """Enqueues jobs of the app under proof.

    ``accepted`` are the jobs whose enqueue has returned, with the time at which it did;
    ``uncertain`` those whose enqueue raised: nobody may say whether they exist.
    """

    def __init__(self, settings: AppSettings) -> None:
        self._app = make_app(settings, results=False)
        self.accepted: dict[str, float] = {}
        self.uncertain: set[str] = set()

    def enqueue(self, task: str = WORK, *args: Any, **options: Any) -> str:
        """Enqueues one job and returns its id.

        Raises:
            OperationalError: the broker could not be told.
        """
        job = str(options.pop("task_id", "") or uuid.uuid4())
        try:
            self._app.send_task(task, args=args, task_id=job, retry_policy=RETRY, **options)
        except OperationalError:
            self.uncertain.add(job)
            raise
        self.accepted[job] = time.time()
        return job

    def work(self, seconds: float, **options: Any) -> str:
        """Enqueues a job that sleeps for so long."""
        return self.enqueue(WORK, seconds, **options)

    def try_work(self, seconds: float) -> None:
        """The same; one that a busy server did not answer in time is not repeated."""
        with suppress(OperationalError):
            self.work(seconds)

    def close(self) -> None:
        """Closes its connections."""
        self._app.close()
        pool = self._app.amqp.producer_pool
        pool.force_close_all()
