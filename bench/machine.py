"""What made the figures: the machine, the versions, the command."""

from __future__ import annotations

import os
import platform
import shlex
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from bench.run import Run
from bench.server import allocator

SHOWN = (
    "celery", "kombu", "redis", "hiredis", "taskiq", "taskiq-redis", "saq", "dramatiq", "arq",
    "rq", "fastapi", "uvicorn", "uvloop", "longshore",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a measure's figures come from."""

    command: str
    taken_at: str
    machine: str
    server: str
    python: str
    versions: dict[str, str]
    load_before: float
    #: how fast this machine was just then: a million additions in a plain Python loop
    loop_seconds: float = 0.0

    def document(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


def origin(run: Run) -> Origin:
    """Of a run that begins now."""
    memory = psutil.virtual_memory().total / 2**30
    with run.server.client() as client:
        info: dict[str, Any] = client.info("server")
    number = info.get("valkey_version", info["redis_version"])
    return Origin(
        command="python -m bench " + shlex.join(sys.argv[1:]),
        taken_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        machine=f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()}",
        server=f"valkey {number} on {allocator()}, AOF everysec",
        python=platform.python_version(),
        versions={name: version(name) for name in SHOWN},
        load_before=round(os.getloadavg()[0], 2),
        loop_seconds=round(min(_loop_seconds() for _ in range(5)), 3),
    )


def _loop_seconds() -> float:
    began, total = time.perf_counter(), 0
    for number in range(1_000_000):
        total += number
    return time.perf_counter() - began


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
