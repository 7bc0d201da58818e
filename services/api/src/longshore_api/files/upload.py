"""Take in a file: check it, store it, remember it, or leave nothing behind. It blocks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from longshore_api.errors import BodyTooLarge
from longshore_api.files.media_type import HEAD_BYTES, media_type_of
from longshore_api.files.name import plain_name
from longshore_api.resources import Resources
from longshore_tasks.database import StoredFile
from longshore_tasks.files import new_file_id, upload_key

CHUNK_BYTES = 256 * 2**10


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in: an open file, what its sender says of it, and who that is."""

    content: BinaryIO
    name: str | None
    declared_type: str | None
    size_bytes: int
    client: str | None = None


def take_in(resources: Resources, upload: Upload) -> StoredFile:
    """Store a file and return its row.

    Raises:
        BodyTooLarge: it is larger than the settings allow.
        UnsupportedUpload: it is of no type that is taken.
        StorageUnavailable: it could not be written; nothing is left behind.
    """
    row = _row(resources, upload)
    resources.storage.put(row.storage_key, upload.content)
    try:
        return _remember(resources, row)
    except BaseException:
        resources.storage.delete(row.storage_key)
        raise


def _row(resources: Resources, upload: Upload) -> StoredFile:
    if upload.size_bytes > resources.settings.upload_max_bytes:
        raise BodyTooLarge(resources.settings.upload_max_bytes)
    head = upload.content.read(HEAD_BYTES)
    media_type = media_type_of(head, upload.declared_type)
    upload.content.seek(0)
    file_id = new_file_id()
    return StoredFile(
        id=file_id,
        name=plain_name(upload.name),
        media_type=media_type,
        size_bytes=upload.size_bytes,
        sha256=_sha256(upload.content),
        storage_key=upload_key(file_id),
        client=upload.client,
    )


def _sha256(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK_BYTES):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def _remember(resources: Resources, row: StoredFile) -> StoredFile:
    with Session(resources.engine, expire_on_commit=False) as session:
        session.add(row)
        session.flush()
        # Loaded now: it is read after the session has gone.
        _ = row.thumbnails
        session.commit()
    return row
