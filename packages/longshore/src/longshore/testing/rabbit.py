"""A real RabbitMQ of one's own: one node, its data in one directory, gone with its parent.

The variables are those of https://www.rabbitmq.com/docs/configure#supported-environment-variables.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import finalize

from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port
from longshore.testing.rabbit_binary import epmd_binary, rabbitmq_binary
from longshore.testing.server import ServerDidNotStart

START_SECONDS = 100.0
STOP_SECONDS = 60.0
PATH = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
HEADER = b"AMQP\x00\x00\x09\x01"


class RabbitServer:
    """A rabbitmq-server as a context manager; also started and stopped by hand.

    Port and data stay the same over ``stop``, ``kill`` and ``start``. Erlang's port mapper, which
    would outlive the node as a daemon, runs beside it on a port of its own and ends with it.
    """

    def __init__(self, *, port: int | None = None, directory: Path | None = None) -> None:
        self.port = port or free_port()
        self._mapper_port, self._node_port = free_port(), free_port()
        self.directory = directory or Path(tempfile.mkdtemp(prefix="longshore-rabbitmq-"))
        self._clean = None if directory else finalize(self, shutil.rmtree, self.directory, True)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

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
        """The broker URL; RabbitMQ's own first user may log in over the loopback only."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def log(self) -> Path:
        """Where the server writes its log."""
        return self.directory / "rabbitmq.log"

    def start(self) -> Self:
        """Start the node and return when it takes connections.

        Raises:
            ServerDidNotStart: it ended or did not answer in time.
            SettingsError: there is no rabbitmq-server to start.
        """
        if self._processes:
            return self
        commands = (("epmd", self.mapper_command()), ("rabbitmq", self.command()))
        environment = self.environment()
        for name, command in commands:
            self._processes[name] = self._run(command, environment)
        self._wait_until_ready()
        return self

    def command(self) -> tuple[str, ...]:
        """The command line of the node."""
        return (str(rabbitmq_binary()),)

    def mapper_command(self) -> tuple[str, ...]:
        """The command line of the port mapper, which starts before the node."""
        return (str(epmd_binary()), "-port", str(self._mapper_port), "-address", "127.0.0.1")

    def environment(self) -> dict[str, str]:
        """What both are told; prepares the directory."""
        place = self.directory.resolve()
        place.mkdir(parents=True, exist_ok=True)
        for empty in ("plugins", "environment"):
            (place / empty).touch()
        return {
            # Erlang's cookie is kept in the home directory.
            "HOME": str(place),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "RABBITMQ_NODENAME": "longshore@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_MNESIA_BASE": str(place / "data"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_LOG_BASE": str(place / "log"),
            "RABBITMQ_LOG": "warning",
            "RABBITMQ_CONFIG_FILE": str(place / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(place / "environment"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(place / "plugins"),
            "RABBITMQ_PID_FILE": str(place / "pid"),
            # The script then becomes the node, and signals need not pass through a shell.
            "RUNNING_UNDER_SYSTEMD": "1",
            # An idle node must not spin.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+sbwt none +sbwtdcpu none +sbwtdio none"
                " -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def stop(self) -> None:
        """End it as an administrator would; harmless when it does not run."""
        for name in ("rabbitmq", "epmd"):
            process = self._processes.pop(name, None)
            if process is None:
                continue
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kill(self) -> None:
        """End it as a crash would."""
        self._processes["rabbitmq"].kill()
        self._processes["rabbitmq"].wait()
        self.stop()

    def would_remember(self, *queues: str) -> bool:
        """Whether a crash now would leave the node these quorum queues of the vhost ``/``.

        A node writes the names of new queues to its disk only once none was added for half a
        second; killed before, it starts again with such a queue empty and without a leader, which
        nobody can consume from (https://github.com/rabbitmq/ra, ``ra_directory``).
        """
        tables = self.directory.glob("data/*/quorum/*/names.dets")
        saved = b"".join(table.read_bytes() for table in tables)
        return all(f"%2F_{queue}".encode() in saved for queue in queues)

    def control(self, *words: str) -> str:
        """Run ``rabbitmqctl`` against the node and return what it says.

        Raises:
            CalledProcessError: it failed.
        """
        command = (str(rabbitmq_binary().with_name("rabbitmqctl")), *words)
        done = subprocess.run(  # noqa: S603 - built above, no shell
            command,
            env={**PATH, **self.environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=STOP_SECONDS,
        )
        return done.stdout

    def _run(
        self, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - built above, no shell
                tied_to_parent(command, signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**PATH, **environment},
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        node, deadline = self._processes["rabbitmq"], time.monotonic() + START_SECONDS
        while not self.answers():
            if node.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            self.stop()
            raise ServerDidNotStart(f"rabbitmq-server on port {self.port}: {self._last_line()}")

    def answers(self) -> bool:
        """Whether it speaks AMQP 0-9-1: then it sends ``connection.start`` for the header."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2.0) as connection:
                connection.sendall(HEADER)
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"
