"""The work of making thumbnails."""

from __future__ import annotations

from io import BytesIO

from longshore.jobs import handles
from longshore_tasks.context import TaskContext
from longshore_tasks.database import StoredFile, ThumbnailRow
from longshore_tasks.files import thumbnail_key
from longshore_tasks.handlers.pictures import Picture, decode, encode, fit
from longshore_tasks.jobs.images import MakeThumbnails, Size, Thumbnail, ThumbnailSet
from longshore_tasks.stored import find_file, read_file


@handles(MakeThumbnails)
def make_thumbnails(job: MakeThumbnails, context: TaskContext) -> ThumbnailSet:
    """Make every size from one decoding; the same job again replaces the same files."""
    row = find_file(context.session, job.file_id)
    longest = max(max(size.width, size.height) for size in job.sizes)
    picture = decode(read_file(context.storage, row), longest)
    thumbnails = tuple(_make(picture, size, row, context) for size in job.sizes)
    return ThumbnailSet(file_id=job.file_id, thumbnails=thumbnails)


def _make(picture: Picture, size: Size, row: StoredFile, context: TaskContext) -> Thumbnail:
    kind = picture.kind
    small = fit(picture, size)
    content = encode(small, picture)
    key = thumbnail_key(row.id, size.width, size.height, kind.extension)
    context.storage.put(key, BytesIO(content))
    thumbnail = Thumbnail(
        size=size,
        width=small.width,
        height=small.height,
        media_type=kind.media_type,
        size_bytes=len(content),
        key=key,
    )
    context.session.merge(_row(thumbnail, row.id))
    return thumbnail


def _row(thumbnail: Thumbnail, file_id: str) -> ThumbnailRow:
    return ThumbnailRow(
        storage_key=thumbnail.key,
        file_id=file_id,
        box_width=thumbnail.size.width,
        box_height=thumbnail.size.height,
        width=thumbnail.width,
        height=thumbnail.height,
        media_type=thumbnail.media_type,
        size_bytes=thumbnail.size_bytes,
    )
