"""A PostgreSQL of one's own, where the machine has one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longshore.testing.ports import free_port

# PostgreSQL refuses to run as root.
UNPRIVILEGED = "nobody"


def available() -> bool:
    return all(shutil.which(program) for program in ("initdb", "pg_ctl", "postgres"))


@contextmanager
def running() -> Iterator[str]:
    """Starts a server on a loopback port and yields the URL of its database."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="longshore-pg-") as name:
        directory, port = Path(name), free_port()
        if user:
            shutil.chown(directory, user)
        _initialise(directory, user)
        command = ["pg_ctl", "-w", "-D", str(directory / "data"), "-l", str(directory / "log")]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={directory}"
        _run([*command, "-o", options, "start"], directory, user)
        try:
            yield f"postgresql+psycopg://longshore@127.0.0.1:{port}/postgres"
        finally:
            _run([*command, "-m", "immediate", "stop"], directory, user)


def _initialise(directory: Path, user: str | None) -> None:
    command = ["initdb", "-D", str(directory / "data"), "-A", "trust", "-U", "longshore", "-N"]
    _run(command, directory, user)


def _run(command: list[str], directory: Path, user: str | None) -> None:
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd=directory, user=user, stdout=quiet, stderr=quiet, check=True)
