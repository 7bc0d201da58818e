"""What the tests on RabbitMQ look at: its queues, and the records beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kombu import Connection

from longshore.envelope import NewJob
from longshore.errors import SettingsError
from longshore.ids import new_id
from longshore.rabbitmq.stores import RabbitStore
from longshore.rabbitmq.topology import DEAD_LETTERS
from longshore.records import JobRecord, JobState
from longshore.store import StoreSettings, jobs
from longshore.testing.rabbit import RabbitServer
from longshore.testing.rabbit_binary import epmd_binary, rabbitmq_binary
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.until import until

APP = Path(__file__).with_name("harbour.py")
QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def why_not() -> str | None:
    """Why there can be no RabbitMQ on this machine."""
    try:
        rabbitmq_binary()
        epmd_binary()
    except SettingsError as error:
        return str(error)
    return None


@dataclass(slots=True)
class Harbour:
    """One queue on a RabbitMQ, its workers and its records."""

    server: RabbitServer
    records: ValkeyServer
    place: Path
    queue: str
    store: RabbitStore
    broker_url: str
    """Where the workers look for RabbitMQ."""

    def enqueue(self, fate: str, task: str = "harbour.load", **options: Any) -> str:
        fields = {"fate": fate} if task == "harbour.load" else {}
        job = NewJob(
            task=task,
            id=options.pop("id", None) or new_id(),
            kwargs={**fields, **options.pop("fields", {})},
            queue=self.queue,
            **options,
        )
        return self.store.run(jobs.enqueue(job)).job_id

    def record(self, job_id: str) -> JobRecord:
        return self.store.run(jobs.get(job_id))

    def outcomes(self, job_id: str) -> list[str]:
        return [told.outcome.value for told in self.store.run(jobs.attempts(job_id))]

    def ends_as(self, state: JobState, job_id: str, seconds: float = 30.0) -> JobRecord:
        until(lambda: self.record(job_id).state is state, seconds)
        return self.record(job_id)

    def lines(self) -> list[str]:
        path = self.place / "lines"
        return path.read_text().splitlines() if path.exists() else []

    def release(self) -> None:
        (self.place / "released").touch()

    def worker(self, name: str = "worker", concurrency: int = 1) -> CeleryWorker:
        environment = {
            "HARBOUR_PLACE": str(self.place),
            "HARBOUR_QUEUE": self.queue,
            "HARBOUR_BROKER": self.broker_url,
            "HARBOUR_RECORDS": self.records.url,
        }
        log = self.place / f"{name}.log"
        return CeleryWorker(
            APP, log, environment, concurrency=concurrency, name=name, options=QUICK
        )

    def dead_letters(self) -> dict[str, str]:
        """The jobs in RabbitMQ's own queue of dead letters, each with the reason; they stay."""
        found: dict[str, str] = {}
        with self._channel() as channel:
            while message := channel.basic_get(DEAD_LETTERS):
                headers = message.headers
                found[headers["id"]] = headers["x-first-death-reason"]
        return found

    def waiting(self, queue: str) -> int:
        with self._channel() as channel:
            return int(channel.queue_declare(queue, passive=True).message_count)

    def close_connections(self) -> None:
        """As the server does with a client that it has not heard of for too long."""
        self.server.control("close_all_connections", "no sign of life")

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        # What was fetched goes back when the connection closes.
        with Connection(self.server.url) as connection:
            yield connection.channel()


@contextmanager
def harbour(
    server: RabbitServer, records: ValkeyServer, place: Path, queue: str
) -> Iterator[Harbour]:
    # A confirm waits for a disk that other tests write to as well.
    settings = StoreSettings(max_deliveries=3, deadline_seconds=20.0)
    with RabbitStore.beside(server.url, [queue], records.url, settings) as store:
        yield Harbour(server, records, place, queue, store, server.url)


if __name__ == "__main__":
    reason = why_not()
    sys.stdout.write(f"{reason or rabbitmq_binary()}\n")
    sys.exit(reason is not None)
