"""The server that all contenders share, and what it says of itself."""

from __future__ import annotations

from ctypes.util import find_library
from dataclasses import dataclass
from typing import Any

import redis

from bench.contenders.contender import Command, Contender
from bench.environment import SERVER, URL
from longshore.testing.server import ValkeyServer

#: Persistence as it comes, but no rewrite of the file in the middle of somebody's turn.
STEADY = ("--auto-aof-rewrite-percentage", "0")


class SharedServer(ValkeyServer):
    """A server whose file is not rewritten meanwhile, on jemalloc where the machine has it.

    Servers are packaged on jemalloc; the wheel's is built on libc's malloc, which costs a tenth of
    the rate and, with much in it, makes pauses that are no doing of the server.
    """

    def __init__(self) -> None:
        super().__init__(extra=STEADY)

    def command(self) -> tuple[str, ...]:
        """Its command line, after that which sets the allocator."""
        library = find_library("jemalloc")
        prefix = ("/usr/bin/env", f"LD_PRELOAD={library}") if library else ()
        return (*prefix, *super().command())


def allocator() -> str:
    """On what the shared server allocates."""
    return find_library("jemalloc") or "libc's malloc"


@dataclass(frozen=True, slots=True)
class Load:
    """What a server has done so far."""

    reads: int
    cpu_seconds: float
    memory_bytes: int

    def __sub__(self, other: Load) -> Load:
        return Load(
            self.reads - other.reads,
            self.cpu_seconds - other.cpu_seconds,
            self.memory_bytes - other.memory_bytes,
        )


def load_of(client: redis.Redis) -> Load:
    """Socket reads (a round trip each, however many commands it brings), CPU and memory."""
    info: dict[str, Any] = client.info("all")
    return Load(
        reads=int(info["total_reads_processed"]),
        cpu_seconds=float(info["used_cpu_user"]) + float(info["used_cpu_sys"]),
        memory_bytes=int(info["used_memory"]),
    )


def url_for(server: ValkeyServer, contender: Contender) -> str:
    """The server under the scheme of this contender."""
    return server.url if contender.ours else server.redis_url


def commands_for(server: ValkeyServer, contender: Contender) -> tuple[Command, ...]:
    """The contender's processes, told where the server is."""
    url = url_for(server, contender)
    return tuple(
        tuple(word.replace(SERVER, url) for word in command) for command in contender.commands
    )


def environment_for(server: ValkeyServer, contender: Contender) -> dict[str, str]:
    """What every process of this contender finds in its environment."""
    return {URL: url_for(server, contender), "BENCH_CONCURRENCY": str(contender.concurrency)}
