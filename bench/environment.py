"""What the harness tells the processes that it starts, by their environment."""

from __future__ import annotations

import os

URL = "BENCH_URL"
MARKS = "BENCH_MARKS"
APP = "BENCH_APP"
CONCURRENCY = "BENCH_CONCURRENCY"
#: stands for the server's URL in a command line
SERVER = "{server}"


def redis_url() -> str:
    """The server, for a stock client."""
    return os.environ[URL]


def longshore_url() -> str:
    """The server, for Longshore."""
    return redis_url().replace("redis://", "longshore://", 1)


def concurrency() -> int:
    """How many jobs one process may run at once, for libraries that take it from the app."""
    return int(os.environ.get(CONCURRENCY, "16"))
