"""Run programs in fresh interpreters, each forked from one that has imported Celery and the like.

A test of what an import loads needs an interpreter of its own, and to start one costs a second.
The server imports what Longshore stands on, and nothing of Longshore but what kombu's plug-in
groups make it import. A module that a program must not load is not among these imports: it would
be in the program's ``sys.modules``, and the test would fail.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

PRELOADED = (
    "alembic.command",
    "celery.app.base",
    "celery.beat",
    "celery.worker.consumer",
    "prometheus_client",
    "pydantic_settings",
    "sqlalchemy.orm",
    "structlog",
)
# A program has a process group of its own: what it leaves behind is killed after it, and all of it
# when the server ends.
SERVER = """
import atexit, contextlib, importlib, json, os, signal, sys, traceback

for name in sys.argv[1:]:
    importlib.import_module(name)
running = []

def kill():
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running[-1], signal.SIGKILL)

def stop(*_):
    if running:
        kill()
    os._exit(0)

def next_program():
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            return json.loads(line)
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)
        running.append(pid)
        _, status = os.waitpid(pid, 0)
        kill()
        running.clear()
        print(os.waitstatus_to_exitcode(status), flush=True)
    os._exit(0)

signal.signal(signal.SIGTERM, stop)
request = next_program()
signal.signal(signal.SIGTERM, signal.SIG_DFL)
with contextlib.suppress(PermissionError):
    os.setpgid(0, 0)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(os.open(request["stdout"], os.O_WRONLY), 1)
os.dup2(os.open(request["stderr"], os.O_WRONLY), 2)
os.environ.clear()
os.environ.update(request["environment"])
os.chdir(request["directory"])
sys.argv[1:] = request["arguments"]
code = 0
try:
    exec(compile(request["program"], "<program>", "exec"), {"__name__": "__main__"})
except SystemExit as ended:
    code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
except BaseException:
    traceback.print_exc()
    code = 1
# To take the preloaded modules apart would take longer than most programs.
atexit._run_exitfuncs()
sys.stdout.flush()
os._exit(code)
"""


class FreshInterpreters:
    """Runs programs one after the other; the server starts with the first."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def run(
        self,
        program: str,
        *,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Return how the program ended and what it wrote; warnings are errors in it.

        ``environment`` is added to that of this process, without OpenTelemetry's variables.
        """
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
        with tempfile.TemporaryDirectory() as kept:
            out, err = (Path(kept, name) for name in ("stdout", "stderr"))
            out.touch()
            err.touch()
            request = {
                "program": program,
                "arguments": list(arguments),
                "environment": {**clean, **(environment or {})},
                "directory": str(directory or Path.cwd()),
                "stdout": str(out),
                "stderr": str(err),
            }
            code = self._exit_code(json.dumps(request))
            return subprocess.CompletedProcess("", code, out.read_text(), err.read_text())

    def _exit_code(self, request: str) -> int:
        server = self._server = self._server or _started()
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            print(request, file=server.stdin, flush=True)
            return int(server.stdout.readline())
        except BaseException:
            # Its next line would be the answer to this request.
            self.close()
            raise

    def close(self) -> None:
        """End the server, and the program that it runs."""
        if self._server is not None:
            with self._server as server:
                server.terminate()
            self._server = None


def _started() -> subprocess.Popen[str]:
    command = (sys.executable, "-W", "error", "-c", SERVER, *PRELOADED)
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
