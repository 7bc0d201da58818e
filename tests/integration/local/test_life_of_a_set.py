"""Starting, stopping and being killed: nothing is left running and nothing is lost."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from longshore.testing.ports import free_port, is_free
from support.running_set import RunningSet, all_gone, local
from support.until import until

LEASE_SECONDS = 15.0
SERVICES = ("api", "scheduler", "worker")
MAIL = {
    "to": ["ada@example.com"],
    "template": "thumbnails_ready",
    "context": {"name": "Ada", "file": "x", "count": 1},
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningSet]:
    """A set that the test may end as it likes."""
    with RunningSet(tmp_path, lease_seconds=str(LEASE_SECONDS)) as started:
        yield started


def test_ctrl_c_stops_everything_and_the_next_start_finds_all_jobs(own: RunningSet) -> None:
    done = own.enqueue("system.add", {"a": 2, "b": 3})
    own.ends_as("succeeded", done["id"])
    later = own.enqueue("system.add", {"a": 1, "b": 1}, delay_seconds=600)
    family = own.family()

    assert own.stop(signal.SIGINT) == 0
    assert all_gone(family)
    assert is_free(own.port)
    assert "longshore | stopped" in own.lines()

    own.start()
    assert own.record(done["id"])["state"] == "succeeded"
    assert own.ask("GET", f"/jobs/{done['id']}/result").json()["result"] == 5
    assert own.record(later["id"])["state"] == "scheduled"
    own.advance(600)
    assert own.ends_as("succeeded", later["id"])["attempts"] == 1


def test_a_killed_supervisor_takes_everything_with_it(own: RunningSet) -> None:
    family = own.family()
    assert {own.service(name) for name in SERVICES} < {*family}

    own.process.kill()
    own.process.wait()

    until(lambda: all_gone(family))
    assert is_free(own.port)


def test_a_job_whose_worker_is_killed_runs_again_and_its_record_says_so(own: RunningSet) -> None:
    smtp_port = int(own.environment["LONGSHORE_SMTP_PORT"])
    with socket.create_server(("127.0.0.1", smtp_port)) as silent:
        job = own.enqueue("email.send", MAIL)
        talks, _ = silent.accept()  # the job waits for the server's first word
        os.killpg(own.service("worker").pid, signal.SIGKILL)
        talks.close()
    mail_server = Controller(Sink(), hostname="127.0.0.1", port=smtp_port)
    mail_server.start()
    try:
        until(lambda: later(own).record(job["id"])["interruptions"])
        record = own.ends_as("succeeded", job["id"])
    finally:
        mail_server.stop()

    assert record["deliveries"] == 2
    assert record["interruptions"] == 1
    assert [attempt["outcome"] for attempt in record["history"]] == ["interrupted"]
    assert "worker was killed by SIGKILL; starting it again" in own.lines()


def test_the_stop_command_waits_until_nothing_runs(own: RunningSet) -> None:
    family = own.family()

    assert own.run("stop").returncode == 0

    assert own.process.wait(60) == 0
    assert all_gone(family)
    second = own.run("stop")
    assert second.returncode == 2
    assert "nothing runs in the data directory" in second.stderr


def test_a_missing_valkey_server_is_one_line(tmp_path: Path) -> None:
    refused = local("run", environment=alone(tmp_path, LONGSHORE_VALKEY_SERVER="/nowhere/valkey"))

    assert refused.returncode == 2
    assert refused.stderr.endswith("set LONGSHORE_VALKEY_SERVER to one\n")


def test_a_service_that_cannot_start_stops_the_rest_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    database = f"sqlite:///{tmp_path}/file/below.sqlite3"
    environment = alone(tmp_path, LONGSHORE_DATABASE_URL=database)

    failed = local("run", environment=environment)

    assert failed.returncode == 1
    assert "the database cannot be used" in failed.stdout
    assert "stopping the rest" in failed.stdout


def test_without_a_set_the_demonstration_says_how_to_start_one(tmp_path: Path) -> None:
    shown = local("demo", "--out", str(tmp_path), environment=alone(tmp_path))

    assert shown.returncode == 2
    assert "start the set with 'make run'" in shown.stderr


def alone(directory: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "LONGSHORE_DATA_DIR": str(directory / "data"),
        "LONGSHORE_PORT": str(free_port()),
        "LONGSHORE_SMTP_PORT": str(free_port()),
        **more,
    }


def later(own: RunningSet) -> RunningSet:
    """Let a third of a lease pass, and wait for the upkeep that a living worker does then.

    After a silence of more than half a lease every lease is prolonged.
    """
    with own.broker.client() as client:
        last = client.get("longshore:upkeep")
        own.advance(LEASE_SECONDS / 3)
        until(lambda: client.get("longshore:upkeep") != last)
    return own
