"""Schedulers as processes of their own, and what they left in the broker."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path

import pytest
import redis

from longshore.store import Store, StoreSettings, schedules
from longshore.testing.server import ValkeyServer
from support.processes import Process
from support.processes import start as start_process

APP = """
import os
from celery import Celery

app = Celery("scheduled", broker=os.environ["BROKER"])
app.conf.update(
    result_expires=None,
    broker_transport_options={"lease_seconds": 2.0, "deadline_seconds": 1.0},
    beat_schedule=%s,
)
"""


class Beat:
    """One ``celery beat`` process and its output."""

    def __init__(self, process: Process, output: Path) -> None:
        self.process, self._output = process, output

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self._output.read_text()

    def terminate(self) -> int:
        self.process.terminate()
        return self.process.wait(30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)


StartBeat = Callable[..., Beat]


@pytest.fixture
def start_beat(valkey: ValkeyServer, tmp_path: Path) -> Generator[StartBeat]:
    """Starts ``celery beat`` on the server with a ``beat_schedule`` (the first start's counts)."""
    started: list[Beat] = []

    def start(beat_schedule: dict | None = None, url: str = valkey.url, **env: str) -> Beat:
        module = tmp_path / "scheduled_app.py"
        if not module.exists():
            module.write_text(APP % repr(beat_schedule or {}))
        output = tmp_path / f"beat-{len(started)}.log"
        output.touch()
        command = [sys.executable, "-m", "celery", "-q", "-A", "scheduled_app", "beat"]
        command += ["-l", "info", "-S", "longshore.schedule:LongshoreScheduler"]
        environment = os.environ | {"BROKER": url} | env
        process = start_process(command, environment, stdout=output, cwd=tmp_path)
        started.append(Beat(process, output))
        return started[-1]

    yield start
    for beat in started:
        beat.kill()


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url, StoreSettings(lease_seconds=2.0)) as store:
        yield store


@pytest.fixture
def client(valkey: ValkeyServer) -> Generator[redis.Redis]:
    with redis.Redis.from_url(valkey.redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture
def slots(client: redis.Redis) -> Callable[..., list[datetime]]:
    """The due times of the jobs that wait in a queue, in their order."""

    def read(queue: str = "celery", entry: str = "pulse") -> list[datetime]:
        messages = [json.loads(raw) for raw in client.lrange(queue, 0, -1)]
        marks = [message["headers"]["longshore_slot"] for message in reversed(messages)]
        return [datetime.fromisoformat(mark["due"]) for mark in marks if mark["entry"] == entry]

    return read


@pytest.fixture
def leader_pid(store: Store) -> Callable[[], int | None]:
    def read() -> int | None:
        leader = store.run(schedules.overview()).leader
        return None if leader is None else int(leader.identity.rpartition(":")[2])

    return read
