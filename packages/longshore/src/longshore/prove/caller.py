"""A producer as a process of its own: one call for one idempotency key, then it ends."""

from __future__ import annotations

import os

from longshore.envelope import NewJob
from longshore.prove.arm import Arm
from longshore.prove.producer import Producer
from longshore.prove.work import PREFIX, QUEUE, WORK, AppSettings
from longshore.store import Store, StoreSettings, jobs

#: The reply is kept back on purpose; a caller that gives up first would not be killed waiting.
DEADLINE_SECONDS = 30.0


def main() -> None:
    """Enqueues the job that the environment names, as a service would under this key."""
    settings, job = AppSettings.from_environment(), os.environ[PREFIX + "JOB"]
    if Arm(settings.arm) is Arm.STOCK:
        # A task id of one's own is all that stock Celery has to say "the same again".
        Producer(settings).work(0.0, task_id=job)
        return
    new = NewJob(task=WORK, id=job, kwargs={}, args=(0.0,), queue=QUEUE, unique=True)
    url = Arm.LONGSHORE.url(settings.place)
    with Store.from_url(url, StoreSettings(deadline_seconds=DEADLINE_SECONDS)) as store:
        store.run(jobs.enqueue(new))


if __name__ == "__main__":
    main()
