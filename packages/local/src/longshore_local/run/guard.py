"""A small process that ends the set when its supervisor was killed and could not.

It reads ``+<pid>`` and ``-<pid>`` lines for the process groups that began and ended. When the pipe
closes, whatever still runs is killed, the last one started first: the broker, which was the first,
is only asked to end, so that it writes what it has.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress


def watch(lines: Iterable[str]) -> list[int]:
    """Return the process groups that run when the lines end, in the order they began."""
    running: dict[int, None] = {}
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            running[group] = None
        else:
            running.pop(group, None)
    return list(running)


def end(groups: list[int]) -> None:
    """Kill all but the first of the process groups, and ask the first to end."""
    for group in reversed(groups):
        number = signal.SIGTERM if group == groups[0] else signal.SIGKILL
        with suppress(ProcessLookupError):
            os.killpg(group, number)


def main() -> None:
    """Watch standard input."""
    end(watch(sys.stdin))


if __name__ == "__main__":
    main()
