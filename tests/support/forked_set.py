"""``longshore-local run`` that forks its services: ``python -m support.forked_set``.

The supervisor is the product's own; only the interpreters of its services are not started anew.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import IO, Any, Self

from longshore.testing import fork_server_main
from longshore.testing.fork_server import ForkedProcess, ForkServer
from longshore_local.run.service import Service
from longshore_local.run.session import run
from longshore_local.settings import LocalSettings
from longshore_tasks.settings import load

#: How often the end of a service is looked for.
POLL_SECONDS = 0.02


class Copy:
    """A copy of this process that forks others; made while there is one thread."""

    def __init__(self) -> None:
        orders, replies = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.dup2(orders[0], 0)
            os.dup2(replies[1], 1)
            for descriptor in (*orders, *replies):
                os.close(descriptor)
            # Left to the guard of the set: they do not end with the process that forked them.
            fork_server_main.tie_to_parent = lambda *_: None
            fork_server_main._serve(sys.path[1:])
            os._exit(0)
        os.close(orders[0])
        os.close(replies[1])
        self.stdin: IO[bytes] = os.fdopen(orders[1], "wb")
        self.stdout: IO[bytes] = os.fdopen(replies[0], "rb")


class CopyServer(ForkServer):
    """Forks from a copy of this process, which ends with it."""

    def __enter__(self) -> Self:
        copy: Any = Copy()
        self._server: Popen[bytes] | None = copy
        self._reader = threading.Thread(target=self._read, args=(copy.stdout,), daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        server: Any = self._server
        server.stdin.close()
        os.waitpid(server.pid, 0)


class AwaitedProcess:
    """A forked process with the methods of ``asyncio.subprocess.Process`` that a service calls."""

    def __init__(self, process: ForkedProcess) -> None:
        self._process = process
        self.pid, self.terminate = process.pid, process.terminate

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    async def wait(self) -> int:
        while (code := self._process.poll()) is None:  # noqa: ASYNC110 - the fork server has no event
            await asyncio.sleep(POLL_SECONDS)
        return code


class ForkedService(Service):
    """A service that is forked; one that is no Python program is started as it is."""

    server: ForkServer

    async def spawn(self, writing: int) -> Any:
        command = [word for word in self.program.command if word != "-P"]
        if command[0] != sys.executable:
            return await super().spawn(writing)
        output = Path(f"/proc/{os.getpid()}/fd/{writing}")
        environment = {**os.environ, **self.program.environment}
        process = self.server.start(command, environment, stdout=output)
        # The descriptor is closed on return; by then the process must have its own.
        while process.poll() is None and not _has_open(process.pid, output):  # noqa: ASYNC110 - nor has the file system
            await asyncio.sleep(POLL_SECONDS)
        pid_file(Path(os.environ["LONGSHORE_DATA_DIR"]), self.name).write_text(str(process.pid))
        return AwaitedProcess(process)


def _has_open(pid: int, output: Path) -> bool:
    """Whether the standard error of a process is this pipe."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/fd/2").readlink() == output.readlink()
    return False


def pid_file(data_directory: Path, name: str) -> Path:
    """Where the process id of a service is."""
    return data_directory / f"{name}.pid"


if __name__ == "__main__":
    with CopyServer() as ForkedService.server:
        sys.exit(run(load(LocalSettings), ForkedService))
