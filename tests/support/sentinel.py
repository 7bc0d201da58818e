"""A primary, its replica and sentinels that watch them."""

from __future__ import annotations

import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import redis

from longshore.testing.binary import valkey_binary
from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.until import until

MASTER = "harbour"
DOWN_AFTER_MS = 1000


class SentinelSet:
    """Two servers and three sentinels; ``kill_primary`` makes them change places."""

    def __init__(self, folder: Path) -> None:
        self.primary = ValkeyServer()
        follows = ("--replicaof", "127.0.0.1", str(self.primary.port))
        self.replica = ValkeyServer(extra=(*follows, "--repl-diskless-sync-delay", "0"))
        self._folder = folder
        self.ports = [free_port() for _ in range(3)]
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """The broker URL."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"longshore+sentinel://{hosts}/0?master={MASTER}"

    def __enter__(self) -> Self:
        self._stack.enter_context(self.primary)
        self._stack.enter_context(self.replica)
        with self.replica.client() as client:
            until(lambda: client.info("replication")["master_link_status"] == "up")
        for port in self.ports:
            self._start(port)
        for port in self.ports:
            until(lambda port=port: self._knows_all(port), 20)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self, port: int) -> None:
        config = self._folder / f"sentinel-{port}.conf"
        config.write_text(
            f"bind 127.0.0.1\nport {port}\ndir {self._folder}\n"
            f"sentinel monitor {MASTER} 127.0.0.1 {self.primary.port} 2\n"
            f"sentinel down-after-milliseconds {MASTER} {DOWN_AFTER_MS}\n"
            f"sentinel failover-timeout {MASTER} 5000\n"
        )
        command = (str(valkey_binary()), str(config), "--sentinel")
        with (self._folder / f"sentinel-{port}.log").open("wb") as log:
            process = subprocess.Popen(
                tied_to_parent(command, signal.SIGTERM), stdout=log, stderr=log
            )
        self._stack.callback(process.wait, 10)
        self._stack.callback(process.terminate)

    def _knows_all(self, port: int) -> bool:
        try:
            words = ask_all(port)
        except redis.RedisError:
            return False
        return str(words["num-slaves"]) == "1" and str(words["num-other-sentinels"]) == "2"

    def kill_primary(self) -> None:
        """As a crash would."""
        self.primary.kill()


def ask_all(port: int) -> dict[str, str]:
    """What a sentinel knows of the primary."""
    with redis.Redis(port=port, protocol=2, decode_responses=True) as client:
        flat = client.execute_command("SENTINEL", "MASTER", MASTER)
    return flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2], strict=True))
