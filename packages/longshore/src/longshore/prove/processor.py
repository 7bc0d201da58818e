"""How long a thread has waited for a processor: what a busy machine takes, and not what we do.

Linux tells it: https://docs.kernel.org/scheduler/sched-stats.html
"""

from __future__ import annotations

from pathlib import Path


def waited_seconds(pid: int | None = None) -> float:
    """Of the thread that asks, or of the main thread of a process, since it began.

    0 where the system does not tell, or the process has ended.
    """
    place = "thread-self" if pid is None else str(pid)
    try:
        # On a processor, waiting for one (both in nanoseconds), turns.
        return int(Path(f"/proc/{place}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
