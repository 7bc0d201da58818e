"""Start a program that does not outlive its parent, even one that is killed with SIGKILL."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

# prctl(PR_SET_PDEATHSIG) of linux/prctl.h survives exec, so the program keeps its own pid. It is
# asked for after the fork by a process of its own, since code between fork and exec may deadlock.
_SCRIPT = """
import ctypes, os, sys
parent, number, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
ctypes.CDLL(None).prctl(1, number, 0, 0, 0)
if os.getppid() != parent:
    sys.exit(1)
os.execvp(program[0], program)
"""


def tied_to_parent(
    command: Sequence[str], number: signal.Signals = signal.SIGKILL
) -> tuple[str, ...]:
    """Return the command that starts ``command`` so that it gets the signal when we die.

    It is the end of the starting *thread* that counts, so start it from one that lasts. Where the
    kernel cannot do it (anything but Linux) the command is returned as it is.
    """
    if sys.platform != "linux":
        return tuple(command)
    isolated = ("-I", "-S", "-c", _SCRIPT)
    return (sys.executable, *isolated, str(os.getpid()), str(int(number)), *command)


def tie_to_parent(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """The same for this process, which ``parent`` has forked.

    Raises:
        SystemExit: the parent has ended already.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, int(number), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends; wait for them, too.

    This is prctl(PR_SET_CHILD_SUBREAPER) of linux/prctl.h; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
