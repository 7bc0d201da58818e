"""A schedule and a worker of an app that changed nothing but its broker's URL."""

from __future__ import annotations

import os
import sys

import pytest

from support.processes import Process
from support.processes import start as start_process
from support.until import until

APP = """
import os
from celery import Celery
from longshore.schedule import LongshoreScheduler

app = Celery("unmodified", broker=os.environ["BROKER"])
app.conf.broker_connection_retry_on_startup = True

@app.on_after_configure.connect
def periodic(sender, **_):
    sender.add_periodic_task(5.0, note.s("hello", end="!"), name="note")

@app.task(bind=True)
def note(self, text, end):
    with open("notes", "a") as notes:
        notes.write(f"{text}{end} {self.request.longshore_slot['due']}\\n")
"""


@pytest.fixture
def processes():
    started: list[Process] = []
    yield started
    for process in started:
        process.terminate()
        process.wait(60)


def test_jobs_of_an_unmodified_apps_schedule_run_once_each(
    valkey, clock, client, processes, tmp_path
):
    (tmp_path / "unmodified.py").write_text(APP)
    celery = [sys.executable, "-m", "celery", "-q", "-A", "unmodified"]
    beat = ["beat", "-S", "longshore.schedule:LongshoreScheduler"]
    for command in (beat, ["worker", "-P", "solo"]):
        env = os.environ | {"BROKER": valkey.url}
        log = tmp_path / f"{command[0]}.log"
        processes.append(start_process([*celery, *command], env, stdout=log, cwd=tmp_path))
    notes = tmp_path / "notes"
    until(lambda: client.exists("longshore:schedule:note"))
    for number in range(1, 5):
        clock.advance(5)
        until(lambda n=number: notes.exists() and len(notes.read_text().splitlines()) >= n)
    lines = notes.read_text().splitlines()
    assert len(set(lines)) == len(lines)
    assert all(line.startswith("hello! 20") for line in lines)
