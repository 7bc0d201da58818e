"""Where the bytes of files lie: a directory, or an S3-compatible bucket."""

from __future__ import annotations

from longshore_tasks.storage.choice import open_storage
from longshore_tasks.storage.interface import (
    FileMissing,
    FileStat,
    Storage,
    StorageUnavailable,
)

__all__ = ["FileMissing", "FileStat", "Storage", "StorageUnavailable", "open_storage"]
