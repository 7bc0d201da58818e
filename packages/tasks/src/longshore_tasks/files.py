"""Stored files: their ids and where their bytes lie."""

from __future__ import annotations

from typing import Annotated
from uuid import NAMESPACE_URL, uuid4, uuid5

from pydantic import StringConstraints

FILE_ID_PATTERN = r"^[0-9a-f]{32}$"
FileId = Annotated[str, StringConstraints(pattern=FILE_ID_PATTERN)]
"""32 lower-case hexadecimal digits."""

UPLOADS = "uploads/"
THUMBNAILS = "thumbnails/"
REPORTS = "reports/"
STORAGE_PREFIXES = (UPLOADS, THUMBNAILS, REPORTS)


def new_file_id() -> str:
    """Return an id for a file that nobody can guess."""
    return uuid4().hex


def file_id_of(key: str) -> str:
    """Return the one id of a file that is made under this key again and again."""
    return uuid5(NAMESPACE_URL, f"longshore:{key}").hex


def upload_key(file_id: str) -> str:
    """Return where the bytes of an uploaded file lie."""
    return f"{UPLOADS}{file_id}"


def thumbnail_key(file_id: str, width: int, height: int, extension: str) -> str:
    """Return where the thumbnail that fits this box lies."""
    return f"{THUMBNAILS}{file_id}/{width}x{height}.{extension}"


def report_key(name: str, extension: str) -> str:
    """Return where a report lies."""
    return f"{REPORTS}{name}.{extension}"
