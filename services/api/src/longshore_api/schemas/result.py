"""The result of a job, or that there is none yet."""

from __future__ import annotations

from pydantic import BaseModel, Field, JsonValue

from longshore.records import JobState


class ResultView(BaseModel):
    """What the handler returned, as JSON."""

    job_id: str = Field(examples=["5b0c1f2e-6f3b-4a63-9a39-6c1c1d0f4a11"])
    state: JobState = Field(examples=["succeeded"])
    result: JsonValue = Field(examples=[3])


class PendingView(BaseModel):
    """The job has not finished; ask again after ``Retry-After`` seconds."""

    job_id: str = Field(examples=["5b0c1f2e-6f3b-4a63-9a39-6c1c1d0f4a11"])
    state: JobState = Field(examples=["running"])
