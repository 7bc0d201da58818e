"""A real Valkey of one's own: durable, on a loopback port, and gone with its parent."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from types import TracebackType
from typing import Self
from urllib.parse import quote
from weakref import finalize

import redis

from longshore.errors import LongshoreError
from longshore.testing.binary import valkey_binary
from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port, is_free
from longshore.testing.wire import Refused, ask

START_SECONDS = 60.0
STOP_SECONDS = 10.0


class ServerDidNotStart(LongshoreError):
    """The server ended, or did not answer, while it was being started; says its last line."""


class ValkeyServer:
    """A valkey-server as a context manager; also started and stopped by hand.

    It keeps an append-only file and evicts nothing; ``appendfsync`` is ``everysec`` or ``always``
    and ``extra`` holds more arguments. Without a directory it works in a temporary one, which goes
    with the context. Port and data stay the same over ``stop``, ``kill`` and ``start``.
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
        self.password = password
        self._appendfsync = appendfsync
        self._extra = extra
        self.directory = directory or Path(tempfile.mkdtemp(prefix="longshore-"))
        self._clean = None if directory else finalize(self, rmtree, self.directory, True)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._clean:
            self._clean()

    @property
    def url(self) -> str:
        """The broker URL of database 0."""
        return f"longshore://{self._place}/0"

    @property
    def redis_url(self) -> str:
        """The same for a stock client."""
        return f"redis://{self._place}/0"

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        return self._running().pid

    @property
    def log(self) -> Path:
        """Where the server writes its log."""
        return self.directory / "valkey.log"

    def start(self) -> Self:
        """Start the server and return when it answers.

        Raises:
            ServerDidNotStart: it ended or did not answer in time.
            SettingsError: there is no valkey-server to start.
        """
        if self._process is not None:
            return self
        if not is_free(self.port):
            raise ServerDidNotStart(f"port {self.port} of 127.0.0.1 is in use")
        self.directory.mkdir(parents=True, exist_ok=True)
        command = tied_to_parent(self.command(), signal.SIGTERM)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - built above, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()
        return self

    def command(self) -> tuple[str, ...]:
        """Return the command line; the password, which ps would show, is in a file instead."""
        return (str(valkey_binary()), str(self._write_config()), *self._extra)

    def stop(self) -> None:
        """End it as an administrator would, its data written; harmless when it does not run."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it as a crash would."""
        process = self._running()
        process.kill()
        process.wait()
        self._process = None

    def pause(self) -> None:
        """Stop it from answering; its connections stay open."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        self._running().send_signal(signal.SIGCONT)

    def ask(self, *words: str) -> str:
        """Return the first line of the server's answer to one command."""
        return ask(self.port, *words, password=self.password)

    def client(self) -> redis.Redis:
        """Return a plain client, for tests that look behind the store; close it."""
        return redis.Redis.from_url(self.redis_url)

    def flush(self) -> None:
        """Forget all data."""
        self.ask("FLUSHALL")

    @property
    def _place(self) -> str:
        login = f":{quote(self.password, safe='')}@" if self.password else ""
        return f"{login}127.0.0.1:{self.port}"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ServerDidNotStart("the Valkey server is not running")
        return self._process

    def _write_config(self) -> Path:
        path = self.directory / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text("\n".join([*self._config_lines(), ""]))
        return path

    def _config_lines(self) -> list[str]:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f'dir "{self.directory.resolve()}"',
            "appendonly yes",
            f"appendfsync {self._appendfsync}",
            'save ""',
            "maxmemory-policy noeviction",
            # A replica is copied to at once, in place of 5 s later.
            "repl-diskless-sync-delay 0",
            "daemonize no",
        ]
        if self.password:
            lines.append(f'requirepass "{self.password}"')
        return lines

    def _wait_until_ready(self) -> None:
        process, deadline = self._running(), time.monotonic() + START_SECONDS
        while not self._answers():
            if process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
                continue
            self.stop()
            raise ServerDidNotStart(f"valkey-server on port {self.port}: {self._last_line()}")

    def _answers(self) -> bool:
        # Another server on this port would answer as well: it must be the one started here.
        try:
            answer = ask(self.port, "PING", password=self.password, timeout_seconds=1.0)
        except Refused as refused:
            # Its default user is off: it answers, but nobody without a name.
            answer = "PONG" if str(refused).startswith("NOAUTH") and not self.password else ""
        except OSError:
            return False
        return answer == "PONG" and self._running().poll() is None

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"
