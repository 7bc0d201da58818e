"""Find a stored file's row, of those that a caller sees. It blocks, but for ``own_files``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload
from starlette.concurrency import run_in_threadpool

from longshore.jobs import Job
from longshore_api.access.caller import Caller
from longshore_api.access.scope import Scope
from longshore_api.access.tenancy import Sight, sight
from longshore_api.errors import UnknownFile
from longshore_api.resources import Resources
from longshore_tasks.database import StoredFile, ThumbnailRow
from longshore_tasks.files import FILE_ID_PATTERN

IDS_AT_ONCE = 500


def find(resources: Resources, file_id: str, seen: Sight) -> StoredFile:
    """Return a file with its thumbnails; raises UnknownFile, also for one that is not seen."""
    unknown = UnknownFile("there is no file under this id")
    if re.fullmatch(FILE_ID_PATTERN, file_id) is None:
        raise unknown
    with Session(resources.engine) as session:
        options = (selectinload(StoredFile.thumbnails),)
        row = session.get(StoredFile, file_id, options=options)
        if row is None or not seen.sees(row.client):
            raise unknown
        session.expunge_all()
    return row


def find_thumbnail(
    resources: Resources, file_id: str, width: int, height: int, seen: Sight
) -> ThumbnailRow:
    """Return the thumbnail that was made for a box; raises UnknownFile."""
    for thumbnail in find(resources, file_id, seen).thumbnails:
        if (thumbnail.box_width, thumbnail.box_height) == (width, height):
            return thumbnail
    raise UnknownFile(f"the file has no thumbnail of {width}x{height}")


async def own_files(resources: Resources, caller: Caller, jobs: Iterable[Job]) -> None:
    """Let jobs pass that read nobody else's files; raises UnknownFile."""
    seen = sight(resources, caller, Scope.OPS_READ)
    if seen.client is None:
        return
    ids = {file_id for job in jobs for file_id in getattr(job, "file_ids", ())}
    if ids and not await run_in_threadpool(_all_are_of, resources.engine, ids, seen.client):
        raise UnknownFile("there is no file under an id that the job names")


def _all_are_of(engine: Engine, ids: set[str], client: str) -> bool:
    ordered, found = sorted(ids), 0
    with Session(engine) as session:
        for start in range(0, len(ordered), IDS_AT_ONCE):
            some = ordered[start : start + IDS_AT_ONCE]
            chosen = select(StoredFile.id).where(StoredFile.id.in_(some))
            found += len(session.scalars(chosen.where(StoredFile.client == client)).all())
    return found == len(ids)
