"""One run per data directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from longshore.errors import SettingsError

LOCK = "run.lock"


@contextmanager
def held(directory: Path) -> Generator[None]:
    """Create the directory and hold it; the kernel lets go of it however the process ends.

    Raises:
        SettingsError: another run holds it, or it cannot be written to.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(
            f"the data directory {directory} cannot be used ({error.strerror}); "
            "set LONGSHORE_DATA_DIR to another"
        ) from None
    with os.fdopen(descriptor, "r+") as file:
        _lock(file.fileno(), directory)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def holder(directory: Path) -> int | None:
    """Return the process id of the run that holds the directory, if one does."""
    path = directory / LOCK
    if not path.exists():
        return None
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read() or 0) or None
    return None


def _lock(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SettingsError(
            f"the data directory {directory} is in use by another run (process "
            f"{holder(directory)}); stop it or set LONGSHORE_DATA_DIR to another"
        ) from None
