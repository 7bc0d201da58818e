"""The audit trail as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from longshore_tasks.database import AuditRow


class AuditView(BaseModel):
    """One act."""

    id: int = Field(examples=[42])
    at: datetime
    actor: str = Field(description="the client of a key, or the subject of a token")
    credential: str = Field(description="by what the actor was recognised", examples=["key:8a41c0"])
    action: str = Field(examples=["replay"])
    target: str = Field(description="what the path named", examples=["5b0c1f2e-6f3b-4a63-9a39"])
    outcome: str = Field(description="begun, done, or the error that ended it", examples=["done"])
    details: dict[str, Any] = Field(examples=[{"replayed": 12}])
    request_id: str | None

    @classmethod
    def of(cls, row: AuditRow) -> AuditView:
        """Return a line as it is shown."""
        return cls(
            id=row.id,
            at=row.at,
            actor=row.actor,
            credential=row.credential,
            action=row.action,
            target=row.target,
            outcome=row.outcome,
            details=row.details,
            request_id=row.request_id,
        )


class AuditPage(BaseModel):
    """A page of the trail, newest first; ask again with the cursor until there is none."""

    entries: list[AuditView]
    cursor: int | None = Field(examples=[41])

    @classmethod
    def of(cls, rows: Sequence[AuditRow], limit: int) -> AuditPage:
        """Return a page as it is shown."""
        cursor = rows[-1].id if len(rows) == limit else None
        return cls(entries=[AuditView.of(row) for row in rows], cursor=cursor)
