"""A program that does not outlive its parent."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from longshore.testing.lifeline import tied_to_parent
from support.until import until

PARENT = """
import subprocess, sys
from longshore.testing.lifeline import tied_to_parent
child = subprocess.Popen(tied_to_parent(("sleep", "60")))
print(child.pid, flush=True)
child.wait()
"""


def test_the_program_runs_with_its_arguments_and_its_exit_code() -> None:
    command = tied_to_parent((sys.executable, "-c", "import sys; sys.exit(int(sys.argv[1]))", "7"))

    assert subprocess.run(command, check=False).returncode == 7


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent")
def test_the_program_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()

    until(lambda: not psutil.pid_exists(pid) or _is_zombie(pid))


def test_elsewhere_the_command_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    assert tied_to_parent(("sleep", "1")) == ("sleep", "1")


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
