"""Whether the broker and the database answer, each within a short deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

from anyio.to_thread import run_sync
from sqlalchemy import Engine, text

from longshore.store import connection
from longshore_api.errors import NotReady
from longshore_api.resources import Resources
from longshore_api.schemas.health import CheckView, Readiness


async def ask_readiness(resources: Resources) -> Readiness:
    """Return that both answer, asked at once; raises NotReady, which says which does not."""
    deadline_seconds = resources.settings.ready_deadline_seconds
    broker, database = await asyncio.gather(
        _check(resources.store.run(connection.ping()), deadline_seconds),
        _check(_ask_database(resources), deadline_seconds),
    )
    checks = {"broker": broker, "database": database}
    failed = [name for name, check in checks.items() if not check.ok]
    if failed:
        facts = {name: check.model_dump() for name, check in checks.items()}
        raise NotReady(f"no answer from the {' and the '.join(failed)}", {"checks": facts})
    return Readiness(checks=checks)


async def _check(question: Awaitable[object], deadline_seconds: float) -> CheckView:
    began, error = time.perf_counter(), None
    try:
        async with asyncio.timeout(deadline_seconds):
            await question
    except Exception as failure:  # noqa: BLE001 - whatever it is, it is not ready
        # The kind only: its words may name hosts and users.
        error = type(failure).__name__
    seconds = round(time.perf_counter() - began, 6)
    return CheckView(ok=error is None, seconds=seconds, error=error)


async def _ask_database(resources: Resources) -> None:
    await run_sync(
        _select,
        resources.engine,
        limiter=resources.probe_threads,
        abandon_on_cancel=True,
    )


def _select(engine: Engine) -> None:
    with engine.connect() as database:
        database.execute(text("SELECT 1"))
