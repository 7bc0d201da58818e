"""A PostgreSQL of one's own, where the machine has one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy

from longshore.testing.ports import free_port

# PostgreSQL refuses to run as root.
UNPRIVILEGED = "nobody"


PROGRAMS = ("initdb", "pg_ctl", "postgres")
WITHOUT = "no PostgreSQL on this machine: apt-get install postgresql"


def folder() -> str | None:
    """Where the server's programs are: on the PATH, or where Debian puts them beside it."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for one in (None, *map(str, debian)):
        found = [shutil.which(program, path=one) for program in PROGRAMS]
        if all(found):
            return str(Path(str(found[0])).parent)
    return None


def available() -> bool:
    return folder() is not None


def program(name: str) -> str:
    return f"{folder()}/{name}"


@contextmanager
def database(server_url: str, options: str = "") -> Iterator[str]:
    """A database of one's own on a running server, empty; ``options`` of CREATE DATABASE."""
    name = f"t_{uuid.uuid4().hex}"
    server = sqlalchemy.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name} {options}"))
    yield f"{server_url.rpartition('/')[0]}/{name}"
    with server.connect() as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@contextmanager
def running() -> Iterator[str]:
    """Starts a server on a loopback port and yields the URL of its database."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="longshore-pg-") as name:
        directory, port = Path(name), free_port()
        if user:
            shutil.chown(directory, user)
        _initialise(directory, user)
        command = [
            program("pg_ctl"),
            "-w",
            "-D",
            str(directory / "data"),
            "-l",
            str(directory / "log"),
        ]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={directory}"
        _run([*command, "-o", options, "start"], directory, user)
        try:
            yield f"postgresql+psycopg://longshore@127.0.0.1:{port}/postgres"
        finally:
            _run([*command, "-m", "immediate", "stop"], directory, user)


def _initialise(directory: Path, user: str | None) -> None:
    command = [
        program("initdb"),
        "-D",
        str(directory / "data"),
        "-A",
        "trust",
        "-U",
        "longshore",
        "-N",
    ]
    _run(command, directory, user)


def _run(command: list[str], directory: Path, user: str | None) -> None:
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd=directory, user=user, stdout=quiet, stderr=quiet, check=True)


if __name__ == "__main__":
    sys.stdout.write(f"{folder() or WITHOUT}\n")
    sys.exit(not available())
