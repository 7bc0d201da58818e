"""Files in a directory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from longshore_tasks.storage.interface import (
    FileMissing,
    FileStat,
    StorageUnavailable,
    checked,
)

# No key begins with a dot, so a file that is still being written is never listed.
PARTIAL = ".partial-"


class DirectoryStorage:
    """A storage in a directory, which is made when the first file is."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: BinaryIO) -> FileStat:
        """Write beside the place and move there, so that no reader sees half a file."""
        path = self._path(key)
        with _told(key):
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)
        return self.stat(key)

    @contextmanager
    def open(self, key: str) -> Generator[BinaryIO]:
        """Open a stored file for reading; raises FileMissing."""
        with _told(key):
            file = self._path(key).open("rb")
        with file:
            yield file

    def delete(self, key: str) -> bool:
        """Remove a file; return whether there was one. Its empty directory may stay."""
        try:
            with _told(key):
                self._path(key).unlink()
        except FileMissing:
            return False
        return True

    def list(self, prefix: str) -> Iterator[FileStat]:
        """Yield the files whose key begins with the prefix, by key."""
        folder = self._root / prefix.rpartition("/")[0]
        with _told(prefix):
            keys = sorted(self._keys(folder))
        for key in keys:
            if key.startswith(prefix):
                yield from self._stat_if_there(key)

    def stat(self, key: str) -> FileStat:
        """Return what is known of a file; raises FileMissing."""
        with _told(key):
            status = self._path(key).stat()
        modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
        return FileStat(key, status.st_size, modified_at)

    def _path(self, key: str) -> Path:
        return self._root / checked(key)

    def _keys(self, folder: Path) -> Iterator[str]:
        for parent, _, names in os.walk(folder):
            for name in names:
                if not name.startswith(PARTIAL):
                    yield (Path(parent) / name).relative_to(self._root).as_posix()

    def _stat_if_there(self, key: str) -> Iterator[FileStat]:
        # Another process may remove a file between the listing and this.
        try:
            yield self.stat(key)
        except FileMissing:
            return


def _write(path: Path, content: BinaryIO) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=PARTIAL, delete=False) as partial:
        try:
            shutil.copyfileobj(content, partial)
            partial.flush()
            os.fsync(partial.fileno())
            Path(partial.name).replace(path)
        except BaseException:
            Path(partial.name).unlink(missing_ok=True)
            raise


@contextmanager
def _told(key: str) -> Generator[None]:
    """Say what the operating system's error means for a job."""
    try:
        yield
    except FileNotFoundError:
        raise FileMissing(key) from None
    except OSError as error:
        message = f"storage: {error.strerror or type(error).__name__} at {key!r}"
        raise StorageUnavailable(message) from error
