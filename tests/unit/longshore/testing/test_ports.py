"""A port that one process was given is given to no other before its server listens."""

from __future__ import annotations

import subprocess
import sys

from longshore.testing import ports

LOOK = """
import sys
from longshore.testing import ports
ports.FIRST = int(sys.argv[1])
ports.LAST = ports.FIRST + 1
try:
    ports.free_port()
except OSError:
    print("none")
"""


def other_process(port: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(port)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_another_process_is_not_given_a_port_before_it_is_used() -> None:
    port = ports.free_port()
    assert ports.is_free(port)
    assert other_process(port) == "none"


def test_a_port_is_given_again_when_many_more_have_been_given() -> None:
    port = ports.free_port()
    for _ in range(ports.KEPT):
        ports.free_port()
    assert other_process(port) == ""
