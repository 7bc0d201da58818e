"""A primary, its replica and the sentinels that watch them, as a context manager."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis

from longshore.testing.binary import valkey_binary
from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port
from longshore.testing.server import ServerDidNotStart, ValkeyServer

MASTER = "harbour"
SENTINELS = 3
#: How long the primary must not answer before a sentinel thinks that it is down.
DOWN_AFTER_MS = 1000
START_SECONDS = 60.0
STOP_SECONDS = 10.0


def replica_of(server: ValkeyServer) -> ValkeyServer:
    """A server that follows another one from its start; not started yet."""
    return ValkeyServer(extra=("--replicaof", "127.0.0.1", str(server.port)))


def is_following(server: ValkeyServer) -> bool:
    """Whether a replica has all data of its primary and is told of every change."""
    with server.client() as client:
        replication: dict[str, object] = client.info("replication")
    return replication.get("master_link_status") == "up"


class SentinelSet:
    """Two servers and three sentinels; they change places when ``primary`` is killed.

    The sentinels keep their files in ``folder``.

    Raises:
        ServerDidNotStart: on entering; they did not find one another in time.
    """

    def __init__(self, folder: Path) -> None:
        self.primary = ValkeyServer()
        self.replica = replica_of(self.primary)
        self._folder = folder
        self.ports = [free_port() for _ in range(SENTINELS)]
        self._stack = ExitStack()

    @property
    def place(self) -> str:
        """The broker URL without its scheme."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"{hosts}/0?master={MASTER}"

    @property
    def url(self) -> str:
        """The broker URL."""
        return f"longshore+sentinel://{self.place}"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.primary)
            stack.enter_context(self.replica)
            _until(lambda: is_following(self.replica), "the replica follows")
            for port in self.ports:
                self._start(port, stack)
            for port in self.ports:
                _until(lambda port=port: _knows_all(port), "the sentinels")  # type: ignore[misc]
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def is_promoted(self) -> bool:
        """Whether the replica has become the primary."""
        try:
            with self.replica.client() as client:
                return bool(dict(client.info("replication"))["role"] == "master")
        except redis.ConnectionError:
            # A sentinel that promotes a server has it close its connections.
            return False

    def _start(self, port: int, stack: ExitStack) -> None:
        config = self._folder / f"sentinel-{port}.conf"
        config.write_text("\n".join([*self._config_lines(port), ""]))
        command = (str(valkey_binary()), str(config), "--sentinel")
        with (self._folder / f"sentinel-{port}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - built above, no shell
                tied_to_parent(command, signal.SIGTERM),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        stack.callback(process.wait, STOP_SECONDS)
        stack.callback(process.terminate)

    def _config_lines(self, port: int) -> list[str]:
        """Return a sentinel's settings; it knows all others, whom it would find seconds later."""
        others = [other for other in self.ports if other != port]
        return [
            "bind 127.0.0.1",
            f"port {port}",
            f"dir {self._folder}",
            f"sentinel myid {_id_of(port)}",
            f"sentinel monitor {MASTER} 127.0.0.1 {self.primary.port} 2",
            f"sentinel down-after-milliseconds {MASTER} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {MASTER} 5000",
            f"sentinel known-replica {MASTER} 127.0.0.1 {self.replica.port}",
            *(f"sentinel known-sentinel {MASTER} 127.0.0.1 {o} {_id_of(o)}" for o in others),
        ]


def _id_of(port: int) -> str:
    """Return the id of the sentinel on this port: 40 hexadecimal digits."""
    return f"{port:040x}"


def _knows_all(port: int) -> bool:
    """Whether this sentinel reaches the primary, the replica and all other sentinels."""
    try:
        with redis.Redis(port=port, protocol=2, decode_responses=True) as client:
            quorum: Any = client.execute_command("SENTINEL", "CKQUORUM", MASTER)
            rows: Any = client.execute_command("SENTINEL", "REPLICAS", MASTER)
    except redis.RedisError:
        return False
    replicas = [
        row if isinstance(row, dict) else dict(zip(row[::2], row[1::2], strict=True))
        for row in rows
    ]
    follows = [row["master-link-status"] == "ok" for row in replicas]
    return f"OK {SENTINELS} usable" in str(quorum) and follows == [True]


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise ServerDidNotStart(f"{what}: not within {START_SECONDS:g} s")
        time.sleep(0.02)
