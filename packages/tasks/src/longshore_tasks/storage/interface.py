"""What every storage can do. Keys are relative paths with forward slashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from longshore.errors import Permanent, Transient

KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class FileMissing(Permanent):
    """Nothing is stored under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        # Not made in __init__: an exception is pickled by the arguments it was made from.
        return f"nothing is stored under {self.key!r}"


class StorageUnavailable(Transient):
    """The storage could not do it now."""


@dataclass(frozen=True, slots=True)
class FileStat:
    """What is known of a stored file without reading it."""

    key: str
    size_bytes: int
    modified_at: datetime


class Storage(Protocol):
    """A place for files. All methods may raise StorageUnavailable; keys that climb out of the
    storage raise ValueError.
    """

    def put(self, key: str, content: BinaryIO) -> FileStat:
        """Store the content from its present position; a reader sees the old file or the new."""
        ...

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open a stored file for reading; raises FileMissing."""
        ...

    def delete(self, key: str) -> bool:
        """Remove a file; return whether there was one."""
        ...

    def list(self, prefix: str) -> Iterator[FileStat]:
        """Yield the files whose key begins with the prefix, by key."""
        ...

    def stat(self, key: str) -> FileStat:
        """Return what is known of a file; raises FileMissing."""
        ...


def checked(key: str) -> str:
    """Return the key; raises ValueError when it is not a plain relative path."""
    if KEY.fullmatch(key) is None:
        message = f"{key!r} is not a storage key: use letters, digits, '.', '_', '-' and '/'"
        raise ValueError(message)
    return key
