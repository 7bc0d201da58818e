"""Programs that are forked in place of being started are the programs of their command lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator

import pytest

from longshore.testing.fork_server import ForkServer, ForkServerEnded
from support.until import until

SHOW = """
import json, os, sys
print(json.dumps({"argv": sys.argv, "path": sys.path, "directory": os.getcwd(),
                  "environment": dict(os.environ), "name": __name__}))
"""


@pytest.fixture
def fork_server() -> Generator[ForkServer]:
    with ForkServer(("json",)) as fork_server:
        yield fork_server


def test_a_forked_program_is_that_of_its_command_line(fork_server, tmp_path):
    (tmp_path / "shown.py").write_text(SHOW)
    own = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": "/somewhere:/else",
        "SHOWN": "1",
    }
    for start in (("-m", "shown"), (str(tmp_path / "shown.py"),)):
        command = (sys.executable, *start, "a", "b")
        forked = fork_server.run(command, own, timeout=30, cwd=tmp_path)
        started = subprocess.run(
            command, env=own, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert (forked.returncode, forked.stderr) == (0, "")
        assert json.loads(forked.stdout) == json.loads(started.stdout)


def test_it_ends_with_the_code_and_output_of_its_program(fork_server, tmp_path):
    (tmp_path / "fails.py").write_text("import sys\nprint('out')\nsys.exit('why')")
    done = fork_server.run((sys.executable, str(tmp_path / "fails.py")), {}, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (1, "out\n", "why\n")


def test_a_signal_ends_it_and_its_number_is_the_code(fork_server, tmp_path):
    (tmp_path / "waits.py").write_text("import signal\nprint('up', flush=True)\nsignal.pause()")
    log = tmp_path / "log"
    process = fork_server.start((sys.executable, str(tmp_path / "waits.py")), {}, stdout=log)
    until(lambda: log.exists() and log.read_text() == "up\n")
    assert process.poll() is None
    process.terminate()
    assert process.wait(30) == -signal.SIGTERM
    process.kill()


def test_one_that_does_not_end_in_time_is_killed(fork_server, tmp_path):
    (tmp_path / "waits.py").write_text("import signal\nsignal.pause()")
    with pytest.raises(subprocess.TimeoutExpired):
        fork_server.run((sys.executable, str(tmp_path / "waits.py")), {}, timeout=0.1)


def test_its_end_is_the_end_of_what_it_started(fork_server, tmp_path):
    (tmp_path / "waits.py").write_text("import signal\nsignal.pause()")
    command = (sys.executable, str(tmp_path / "waits.py"))
    process = fork_server.start(command, {}, stdout=tmp_path / "log")
    os.kill(fork_server.pid, signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    with pytest.raises(ForkServerEnded, match="does not run"):
        fork_server.start(command, {}, stdout=tmp_path / "log")


def test_without_its_process_nothing_is_started(tmp_path):
    with pytest.raises(ForkServerEnded, match="does not run"):
        ForkServer().start((sys.executable, "-m", "this"), {}, stdout=tmp_path / "log")


def test_a_module_that_starts_a_thread_is_refused(tmp_path, monkeypatch, capfd):
    (tmp_path / "threaded.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with ForkServer(("threaded",)) as fork_server, pytest.raises(ForkServerEnded):
        fork_server.start((sys.executable, "-m", "this"), {}, stdout=tmp_path / "log")
    assert "a module started a thread" in capfd.readouterr().err
