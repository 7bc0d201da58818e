"""Files in the storage with their row in the database."""

from __future__ import annotations

import hashlib
from io import BytesIO

from sqlalchemy.orm import Session

from longshore_tasks.database import StoredFile
from longshore_tasks.files import file_id_of
from longshore_tasks.storage import FileMissing, Storage


def find_file(session: Session, file_id: str) -> StoredFile:
    """Return the row of a file; raises FileMissing."""
    row = session.get(StoredFile, file_id)
    if row is None:
        raise FileMissing(file_id)
    return row


def read_file(storage: Storage, row: StoredFile) -> bytes:
    """Return a file's bytes; raises FileMissing when they were removed."""
    with storage.open(row.storage_key) as file:
        return file.read()


def keep_file(
    session: Session, storage: Storage, *, key: str, media_type: str, content: bytes
) -> StoredFile:
    """Store content under a key that names it; the same key again replaces it, under one id."""
    storage.put(key, BytesIO(content))
    return session.merge(
        StoredFile(
            id=file_id_of(key),
            name=key.rpartition("/")[2],
            media_type=media_type,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            storage_key=key,
        )
    )
