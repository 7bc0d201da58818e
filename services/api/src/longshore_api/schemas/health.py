"""Health: of the process, of what it stands on, and of the whole set."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class CheckView(BaseModel):
    """One service that the api stands on."""

    ok: bool
    seconds: float = Field(examples=[0.0012])
    error: str | None = Field(default=None, description="the kind of failure", examples=[None])


class Readiness(BaseModel):
    """The broker and the database answer."""

    status: Literal["ready"] = "ready"
    checks: dict[str, CheckView] = Field(
        examples=[
            {"broker": {"ok": True, "seconds": 0.001}, "database": {"ok": True, "seconds": 0.002}}
        ]
    )


class HealthJobView(BaseModel):
    """A job went through the whole set; what took how long, in seconds.

    ``wait_seconds`` is from enqueue to claim and ``run_seconds`` from claim to outcome, both by
    the broker's clock; ``total_seconds`` is what a caller would have waited.
    """

    status: Literal["healthy"] = "healthy"
    job_id: str = Field(examples=["5b0c1f2e-6f3b-4a63-9a39-6c1c1d0f4a11"])
    enqueue_seconds: float = Field(examples=[0.001])
    wait_seconds: float | None = Field(examples=[0.004])
    run_seconds: float | None = Field(examples=[0.002])
    total_seconds: float = Field(examples=[0.058])
