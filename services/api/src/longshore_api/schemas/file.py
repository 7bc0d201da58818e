"""Files and thumbnails."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from longshore_tasks.database import StoredFile, ThumbnailRow

FILES = "/api/v1/files"
ID = "0b6f7c7cbd5c4d0c8f6c3a3f0d8b1e52"


class ThumbnailView(BaseModel):
    """One thumbnail: the box that was asked for, and the real size in pixels."""

    box_width: int = Field(examples=[320])
    box_height: int = Field(examples=[320])
    width: int = Field(examples=[320])
    height: int = Field(examples=[213])
    media_type: str = Field(examples=["image/jpeg"])
    size_bytes: int = Field(examples=[14_201])
    created_at: datetime
    content_url: str = Field(examples=[f"{FILES}/{ID}/thumbnails/320x320"])

    @classmethod
    def of(cls, row: ThumbnailRow) -> ThumbnailView:
        """Return a row as it is shown."""
        return cls(
            box_width=row.box_width,
            box_height=row.box_height,
            width=row.width,
            height=row.height,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            created_at=row.created_at,
            content_url=f"{FILES}/{row.file_id}/thumbnails/{row.box_width}x{row.box_height}",
        )


class FileView(BaseModel):
    """A stored file."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": ID,
                "name": "harbour.jpg",
                "media_type": "image/jpeg",
                "size_bytes": 2_310_441,
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "created_at": "2026-11-21T09:30:00Z",
                "content_url": f"{FILES}/{ID}/content",
                "thumbnails": [],
            }
        }
    )

    id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    created_at: datetime
    content_url: str
    thumbnails: list[ThumbnailView]

    @classmethod
    def of(cls, row: StoredFile) -> FileView:
        """Return a row, its thumbnails loaded, as it is shown."""
        return cls(
            id=row.id,
            name=row.name,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            created_at=row.created_at,
            content_url=f"{FILES}/{row.id}/content",
            thumbnails=[ThumbnailView.of(thumbnail) for thumbnail in row.thumbnails],
        )
