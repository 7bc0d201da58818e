"""Files: upload, look up, fetch."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response, UploadFile
from fastapi import File as FilePart
from fastapi import Path as PathPart
from starlette.concurrency import run_in_threadpool

from longshore_api.access.permission import CallerOfRequest
from longshore_api.access.scope import Scope, needs
from longshore_api.access.tenancy import SightOfReader
from longshore_api.files.content import StoredContent, content_headers
from longshore_api.files.lookup import find, find_thumbnail
from longshore_api.files.media_type import TAKEN
from longshore_api.files.upload import Upload, take_in
from longshore_api.problems import kinds
from longshore_api.problems.documented import FILES, Responses, documented
from longshore_api.resources import Provided
from longshore_api.schemas.file import FileView

router = APIRouter(prefix="/api/v1/files", tags=["files"])

Pixels = Annotated[int, PathPart(ge=1, le=4096)]
BYTES: Responses = {200: {"description": "The bytes", "content": {kind: {} for kind in TAKEN}}}


@router.post(
    "",
    status_code=201,
    operation_id="upload_file",
    summary="Upload a file",
    responses=documented(kinds.BAD_REQUEST, kinds.TOO_LARGE, kinds.UNSUPPORTED_TYPE, *FILES),
)
@needs(Scope.JOBS_WRITE)
async def upload_file(
    file: Annotated[UploadFile, FilePart(description=f"one of {', '.join(TAKEN)}")],
    response: Response,
    resources: Provided,
    caller: CallerOfRequest,
) -> FileView:
    """Store a file; its type is told from its bytes, and must not contradict its part's header."""
    upload = Upload(file.file, file.filename, file.content_type, file.size or 0, caller.client)
    row = await run_in_threadpool(take_in, resources, upload)
    response.headers["Location"] = f"{router.prefix}/{row.id}"
    return FileView.of(row)


@router.get(
    "/{file_id}",
    operation_id="get_file",
    summary="Look up a file and its thumbnails",
    responses=documented(kinds.UNKNOWN_FILE, kinds.DATABASE_UNAVAILABLE),
)
@needs(Scope.JOBS_READ)
async def get_file(file_id: str, resources: Provided, seen: SightOfReader) -> FileView:
    """Return what is known of a file; thumbnails appear as they are made."""
    return FileView.of(await run_in_threadpool(find, resources, file_id, seen))


@router.get(
    "/{file_id}/content",
    operation_id="get_file_content",
    summary="Fetch a file's bytes",
    response_class=Response,
    responses={**documented(kinds.UNKNOWN_FILE, *FILES), **BYTES},
)
@needs(Scope.JOBS_READ)
async def get_file_content(file_id: str, resources: Provided, seen: SightOfReader) -> Response:
    """Return the bytes as they were stored."""
    row = await run_in_threadpool(find, resources, file_id, seen)
    headers = content_headers(row.name, row.media_type, row.sha256)
    return StoredContent(resources.storage, row.storage_key, row.media_type, headers)


@router.get(
    "/{file_id}/thumbnails/{width}x{height}",
    operation_id="get_thumbnail_content",
    summary="Fetch a thumbnail's bytes",
    response_class=Response,
    responses={**documented(kinds.UNKNOWN_FILE, *FILES), **BYTES},
)
@needs(Scope.JOBS_READ)
async def get_thumbnail_content(
    file_id: str, width: Pixels, height: Pixels, resources: Provided, seen: SightOfReader
) -> Response:
    """Return the thumbnail that was made for a box of this size."""
    row = await run_in_threadpool(find_thumbnail, resources, file_id, width, height, seen)
    name = row.storage_key.rpartition("/")[2]
    headers = content_headers(name, row.media_type)
    return StoredContent(resources.storage, row.storage_key, row.media_type, headers)
