"""Run programs in fresh interpreters, each forked from one that has imported Celery and the like.

A test of what an import loads needs an interpreter of its own, and to start one costs a second.
The server imports what Longshore stands on, and nothing of Longshore but itself and what kombu's
plug-in groups make it import. A module that a program must not load is not among these imports: it
would be in the program's ``sys.modules``, and the test would fail.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from longshore.testing.fork_server import ForkServer

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
STRICT = "import warnings; warnings.simplefilter('error')\n"
SECONDS = 120.0


class FreshInterpreters:
    """Runs programs, each in a process that is forked for it."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server

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
            script = Path(kept, "program.py")
            script.write_text(STRICT + program)
            return self._server.run(
                (str(script), *arguments),
                {**clean, **(environment or {})},
                timeout=SECONDS,
                cwd=directory,
            )


@contextmanager
def fresh_interpreters() -> Iterator[FreshInterpreters]:
    """Fork programs from one server until the block ends."""
    with ForkServer(PRELOADED) as server:
        yield FreshInterpreters(server)
