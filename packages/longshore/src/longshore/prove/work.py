"""The app under proof: a small Celery app as its user would write it, for either arm."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from typing import Any

from celery import Celery
from celery.signals import worker_ready

from longshore.prove import gil
from longshore.prove.arm import Arm
from longshore.prove.ledger import Kind, write

WORK, HOLD_GIL, POISON = "prove.work", "prove.hold_gil", "prove.poison"
TASKS = (WORK, HOLD_GIL, POISON)
QUEUE = "prove"
TICK_SECONDS = 1.0
PREFIX = "LONGSHORE_PROVE_"


@dataclass(frozen=True, slots=True)
class AppSettings:
    """What the app is told; ``place`` is ``host:port/database``, ``ledger`` a file's path."""

    arm: str
    place: str
    ledger: str
    lease_seconds: str
    #: given to the transport besides, as JSON
    options: str = "{}"

    def environment(self) -> dict[str, str]:
        """As environment variables of a worker."""
        return {PREFIX + name.upper(): value for name, value in asdict(self).items()}

    @classmethod
    def from_environment(cls) -> AppSettings:
        """What this process was started with."""
        return cls(*(os.environ[PREFIX + name.upper()] for name in cls.__slots__))


def make_app(settings: AppSettings, *, results: bool = True) -> Celery:
    """The app on one arm; a client that reads no results leaves the backend out."""
    arm = Arm(settings.arm)
    url = arm.url(settings.place)
    app = Celery("prove", broker=url, backend=url if results else None, set_as_current=False)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            **arm.transport_options(float(settings.lease_seconds)),
            **json.loads(settings.options),
        },
        task_default_queue=QUEUE,
        # Done by a scheduler only, where a scenario starts one.
        beat_schedule={"tick": {"task": WORK, "schedule": TICK_SECONDS, "args": (0.0,)}},
        worker_send_task_events=False,
        worker_hijack_root_logger=True,
        **arm.settings(),
    )
    _add_tasks(app, settings.ledger)
    return app


def _add_tasks(app: Celery, ledger: str) -> None:
    @app.task(bind=True, name=WORK, shared=False)  # type: ignore[untyped-decorator]
    def work(self: Any, seconds: float) -> str:
        """Sleeps; answers who did it."""
        write(ledger, Kind.START, self.request.id, self.request.hostname)
        time.sleep(seconds)
        write(ledger, Kind.FINISH, self.request.id, self.request.hostname)
        return f"{self.request.hostname} {os.getpid()}"

    @app.task(bind=True, name=HOLD_GIL, shared=False)  # type: ignore[untyped-decorator]
    def hold_gil(self: Any, seconds: float) -> float:
        """Computes in C code that lets no other Python code of its process run."""
        write(ledger, Kind.START, self.request.id, self.request.hostname)
        held = gil.hold(seconds)
        write(ledger, Kind.GIL_HELD, self.request.id, self.request.hostname, held)
        write(ledger, Kind.FINISH, self.request.id, self.request.hostname)
        return held

    @app.task(bind=True, name=POISON, shared=False)  # type: ignore[untyped-decorator]
    def poison(self: Any, whole_worker: bool) -> None:
        """Kills the process that it runs in, or its whole worker, as the kernel would."""
        write(ledger, Kind.START, self.request.id, self.request.hostname)
        if whole_worker:
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def tell_when_ready(ledger: str) -> None:
    """Writes a mark once a worker of this process consumes."""

    def on_ready(sender: Any, **_: Any) -> None:
        write(ledger, Kind.READY, sender.hostname, sender.hostname)

    worker_ready.connect(on_ready, weak=False, dispatch_uid="prove")
