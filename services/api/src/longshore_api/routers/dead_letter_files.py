"""Dead letters as a file: out, and in again, here or elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from longshore.errors import InvalidJob, UnreadableMessage
from longshore.store import dead_letters
from longshore.store.dead_letter_lines import Row, from_line, to_line
from longshore.store.dead_letters import Fate, Filter
from longshore_api.access.scope import Scope, needs
from longshore_api.audit import Action, audited
from longshore_api.dead_letters.wanted import Wanted
from longshore_api.gate import JobStore
from longshore_api.problems import kinds
from longshore_api.problems.documented import ACTS, Responses, documented
from longshore_api.resources import Provided
from longshore_api.routers.dead_letters import PREFIX
from longshore_api.schemas.bulk import ImportedView

LINES = "application/x-ndjson"
AT_ONCE = 100
reading = APIRouter(prefix=PREFIX, tags=["dead letters"])
writing = APIRouter(prefix=PREFIX, tags=["dead letters"])

FILE: Responses = {200: {"description": "JSON lines", "content": {LINES: {}}}}
BODY = {"requestBody": {"required": True, "content": {LINES: {"schema": {"type": "string"}}}}}


@reading.get(
    "/export",
    operation_id="export_dead_letters",
    summary="Export dead letters as JSON lines",
    response_class=StreamingResponse,
    responses={**documented(*ACTS), **FILE},
    dependencies=[audited(Action.EXPORT)],
)
@needs(Scope.OPS_READ)
async def export_dead_letters(
    wanted: Annotated[Wanted, Query()], resources: Provided
) -> StreamingResponse:
    """Return those that fit, the oldest first, one object a line; they stay where they are."""
    lines = _lines(resources.store, wanted.filter)
    # Asked for before the answer begins: a broker that is away is still a problem of its own.
    first = await anext(lines, "")
    return StreamingResponse(_joined(first, lines), media_type=LINES)


async def _joined(first: str, lines: AsyncIterator[str]) -> AsyncIterator[str]:
    yield first
    async for line in lines:
        yield line


async def _lines(store: JobStore, wanted: Filter) -> AsyncIterator[str]:
    cursor: str | None = None
    while True:
        call = dead_letters.page(wanted, cursor=cursor, limit=AT_ONCE, oldest_first=True)
        page = await store.run(call)
        ids = [letter.record.id for letter in page.letters]
        for letter in await store.run(dead_letters.get_all(ids)) if ids else ():
            yield f"{to_line(letter)}\n"
        cursor = page.cursor
        if cursor is None:
            return


@writing.post(
    "/import",
    operation_id="import_dead_letters",
    summary="Import dead letters from JSON lines",
    responses=documented(kinds.TOO_LARGE, *ACTS),
    openapi_extra=BODY,
    dependencies=[audited(Action.IMPORT)],
)
@needs(Scope.OPS_WRITE)
async def import_dead_letters(request: Request, resources: Provided) -> ImportedView:
    """Bring in what an export wrote. A job that is known here stays as it is."""
    rows = _rows((await request.body()).decode("utf-8", "replace"))
    counts: Counter[Fate] = Counter()
    for start in range(0, len(rows), AT_ONCE):
        call = dead_letters.take_in(rows[start : start + AT_ONCE])
        counts.update(await resources.store.run(call))
    return ImportedView(imported=counts[Fate.IMPORTED], known=counts[Fate.KNOWN])


def _rows(text: str) -> list[Row]:
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                rows.append(from_line(line))
            except UnreadableMessage as error:
                raise InvalidJob(f"line {number}: {error}") from None
    return rows
