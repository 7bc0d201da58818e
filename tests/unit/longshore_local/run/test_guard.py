"""The guard ends what a killed supervisor left behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from longshore_local.run.guard import watch

IGNORES_TERM = "import signal,time; signal.signal(15, signal.SIG_IGN); print(1); time.sleep(60)"


@pytest.fixture
def groups() -> Iterator[list[subprocess.Popen[bytes]]]:
    """A broker that can be asked to end, and a service that does not listen."""
    command = [sys.executable, "-u", "-c", IGNORES_TERM]
    started = [
        subprocess.Popen(["sleep", "60"], start_new_session=True),
        subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE),
    ]
    try:
        assert started[1].stdout is not None
        started[1].stdout.readline()
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def test_it_remembers_what_began_and_did_not_end() -> None:
    assert watch(["+10\n", "+11\n", "+12\n", "-11\n", "-99\n"]) == [10, 12]


def test_when_the_pipe_closes_the_services_are_killed_and_the_broker_is_asked(
    groups: list[subprocess.Popen[bytes]],
) -> None:
    lines = "".join(f"+{process.pid}\n" for process in groups)

    subprocess.run(
        [sys.executable, "-m", "longshore_local.run.guard"], input=lines.encode(), check=True
    )

    assert [process.wait() for process in groups] == [-15, -9]


def test_what_is_gone_already_is_no_trouble() -> None:
    gone = subprocess.Popen(["true"], start_new_session=True)
    gone.wait()

    subprocess.run(
        [sys.executable, "-m", "longshore_local.run.guard"],
        input=f"+{gone.pid}\n".encode(),
        check=True,
    )
