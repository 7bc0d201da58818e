"""A command that runs on a copy of its packages and is started again when the copy changes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from support.until import until

COMMAND = """
import pathlib, signal, sys, longshore
noted = pathlib.Path(sys.argv[1])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
with noted.open("a") as file:
    file.write(longshore.__file__ + chr(10))
signal.pause()
"""
#: Not measured: its packages are a copy, which coverage would count besides the packages.
UNMEASURED = ("env", "-u", "COVERAGE_PROCESS_CONFIG", "-u", "COVERAGE_PROCESS_START")


def reload_command(live: Path, noted: Path) -> tuple[str | Path, ...]:
    command = (*UNMEASURED, sys.executable, "-c", COMMAND, str(noted))
    return (sys.executable, "-m", "longshore.reload", live, *command)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return tmp_path / "live"


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    return tmp_path / "noted"


@pytest.fixture
def process(live: Path, noted: Path) -> Generator[subprocess.Popen[bytes]]:
    with subprocess.Popen(reload_command(live, noted)) as running:
        try:
            until(lambda: starts(noted) == 1, 30)
            yield running
        finally:
            running.terminate()  # which it passes on; killed, it would leave its command behind


def starts(noted: Path) -> int:
    return len(noted.read_text().splitlines()) if noted.exists() else 0


@pytest.mark.usefixtures("process")
def test_the_command_imports_the_copy(live: Path, noted: Path) -> None:
    assert noted.read_text().strip() == str(live / "longshore" / "__init__.py")


@pytest.mark.usefixtures("process")
def test_a_change_starts_it_again(live: Path, noted: Path) -> None:
    (live / "longshore" / "ids.py").write_text("# changed")
    until(lambda: starts(noted) == 2, 30)


def test_a_signal_is_the_commands_and_so_is_the_exit_code(
    process: subprocess.Popen[bytes], noted: Path
) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 7
    assert starts(noted) == 1


def test_a_command_that_dies_of_the_signal_has_the_shells_exit_code(live: Path) -> None:
    command = (sys.executable, "-c", "import signal; print('on', flush=True); signal.pause()")
    with subprocess.Popen(
        (sys.executable, "-m", "longshore.reload", live, *command), stdout=subprocess.PIPE
    ) as running:
        try:
            assert running.stdout
            assert running.stdout.readline() == b"on\n"
        finally:
            running.terminate()
        assert running.wait(60) == 128 + signal.SIGTERM


def test_what_was_synced_outlives_the_container(live: Path, noted: Path) -> None:
    (live / "longshore").mkdir(parents=True)
    (live / "longshore" / "__init__.py").write_text("# synced before")
    with subprocess.Popen(reload_command(live, noted)) as running:
        try:
            until(lambda: starts(noted) == 1, 30)
        finally:
            running.terminate()
    assert (live / "longshore" / "__init__.py").read_text() == "# synced before"
