"""Jobs about pictures."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from longshore.jobs import Job
from longshore_tasks.files import FileId
from longshore_tasks.queues import Queue
from longshore_tasks.retries import STANDARD


class Size(BaseModel):
    """A box in pixels that the thumbnail fits into; proportions are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(ge=1, le=4096)
    height: int = Field(ge=1, le=4096)


DEFAULT_SIZES = (
    Size(width=128, height=128),
    Size(width=320, height=320),
    Size(width=1024, height=1024),
)


class MakeThumbnails(
    Job,
    task="images.thumbnail",
    queue=Queue.NORMAL,
    summary="Make thumbnails of an uploaded picture in several sizes.",
    retry=STANDARD,
    soft_time_limit_seconds=60,
    time_limit_seconds=90,
):
    """The picture's format is kept, its EXIF orientation applied, and it is never enlarged.

    Of an animation the first frame is shown. Printing colours (CMYK) become sRGB.
    """

    file_id: FileId
    sizes: tuple[Size, ...] = Field(default=DEFAULT_SIZES, min_length=1, max_length=10)

    @property
    def file_ids(self) -> tuple[FileId, ...]:
        """The files that it reads."""
        return (self.file_id,)

    @field_validator("sizes")
    @classmethod
    def _distinct(cls, sizes: tuple[Size, ...]) -> tuple[Size, ...]:
        if len(set(sizes)) < len(sizes):
            message = "name each size once"
            raise ValueError(message)
        return sizes


class Thumbnail(BaseModel):
    """One thumbnail: the box it was made for, its real size in pixels and where it lies."""

    size: Size
    width: int
    height: int
    media_type: str
    size_bytes: int
    key: str


class ThumbnailSet(BaseModel):
    """The thumbnails of one file."""

    file_id: FileId
    thumbnails: tuple[Thumbnail, ...]
