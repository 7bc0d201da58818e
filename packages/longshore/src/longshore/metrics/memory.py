"""The most memory that this process has had."""

from __future__ import annotations

import resource

#: A shorter run is not asked what memory it took: the question would take longer.
LONG_SECONDS = 0.005
KIBIBYTE = 1024


def peak_bytes(run_seconds: float) -> float:
    """The process's most resident memory so far; 0 after a run too short to be asked."""
    if run_seconds < LONG_SECONDS:
        return 0.0
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE)
