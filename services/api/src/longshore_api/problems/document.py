"""A problem as it is sent: RFC 9457, ``application/problem+json``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One thing that is wrong with the request."""

    location: str = Field(description="body, query, path or header", examples=["body"])
    field: str = Field(description="the field, dotted from the outside in", examples=["file_id"])
    message: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """What went wrong, for programs (``type``) and for people (``detail``)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:longshore:problem:unknown-job"])
    title: str = Field(examples=["No such job"])
    status: int = Field(examples=[404])
    detail: str | None = None
    instance: str | None = Field(default=None, description="the path of the request")
    request_id: str | None = Field(default=None, description="the same as in X-Request-ID")
    errors: list[FieldProblem] | None = Field(
        default=None, description="what is wrong with each field, when the request does not fit"
    )
