"""Find a stored file's row. It blocks."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session, selectinload

from longshore_api.errors import UnknownFile
from longshore_api.resources import Resources
from longshore_tasks.database import StoredFile, ThumbnailRow
from longshore_tasks.files import FILE_ID_PATTERN


def find(resources: Resources, file_id: str) -> StoredFile:
    """Return a file with its thumbnails; raises UnknownFile."""
    unknown = UnknownFile("there is no file under this id")
    if re.fullmatch(FILE_ID_PATTERN, file_id) is None:
        raise unknown
    with Session(resources.engine) as session:
        options = (selectinload(StoredFile.thumbnails),)
        row = session.get(StoredFile, file_id, options=options)
        if row is None:
            raise unknown
        session.expunge_all()
    return row


def find_thumbnail(resources: Resources, file_id: str, width: int, height: int) -> ThumbnailRow:
    """Return the thumbnail that was made for a box; raises UnknownFile."""
    for thumbnail in find(resources, file_id).thumbnails:
        if (thumbnail.box_width, thumbnail.box_height) == (width, height):
            return thumbnail
    raise UnknownFile(f"the file has no thumbnail of {width}x{height}")
