"""The smallest FastAPI app that accepts a job: ``uvicorn --factory bench.web:create``.

The same for every contender, but for the library whose enqueue it calls: awaited when it is
async, in FastAPI's threads when it is not. ``/null`` takes the same body and does nothing.
"""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from bench.environment import APP


class NewJob(BaseModel):
    """What is posted."""

    argument: float


class Accepted(BaseModel):
    """What is answered."""

    accepted: bool = True


def create() -> FastAPI:
    """The app of the library that the environment names."""
    library: Any = importlib.import_module(os.environ[APP])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        if hasattr(library, "start"):
            await library.start()
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/null", status_code=202)
    async def null(job: NewJob) -> Accepted:  # noqa: ARG001  the body is read all the same
        return Accepted()

    async def waited(job: NewJob) -> Accepted:
        await library.enqueue("noop", job.argument)
        return Accepted()

    def threaded(job: NewJob) -> Accepted:
        library.enqueue("noop", job.argument)
        return Accepted()

    awaits = inspect.iscoroutinefunction(library.enqueue)
    app.add_api_route("/jobs", waited if awaits else threaded, methods=["POST"], status_code=202)
    return app
