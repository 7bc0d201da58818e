"""The error that ended an attempt."""

from __future__ import annotations

from pydantic import BaseModel, Field

from longshore.records import ErrorInfo


class ErrorView(BaseModel):
    """An error's type and message, as the record keeps them."""

    type: str = Field(examples=["StorageUnavailable"])
    message: str = Field(examples=["storage: connection refused"])

    @classmethod
    def of(cls, error: ErrorInfo | None) -> ErrorView | None:
        """Return the error, if there was one, as it is shown."""
        return None if error is None else cls(type=error.type, message=error.message)
