"""``longshore dead-letters list`` and ``show``."""

from __future__ import annotations

import json
from typing import Any

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.dead_letters.wanted import filter_of, filter_options
from longshore.cli.jobs.unknown import known
from longshore.cli.output import (
    Listing,
    ago,
    json_option,
    plain,
    say_json,
    show_listing,
    show_record,
    table,
    watch_option,
    watched,
)
from longshore.errors import UnreadableMessage
from longshore.message import arguments
from longshore.store import Store, dead_letters
from longshore.store.connection import ping
from longshore.store.dead_letters import DeadLetter, Filter, Kept

COLUMNS = ("job", "queue", "task", "why", "kept")
PAGE = 200


@click.command("list")
@broker_options
@filter_options
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--oldest-first", is_flag=True)
@watch_option
@json_option
def list_(
    url: str,
    prefix: str,
    limit: int,
    oldest_first: bool,
    watch: float | None,
    as_json: bool,
    **given: Any,
) -> None:
    """List dead letters, the newest first."""
    with opened(url, prefix) as store:

        def found() -> tuple[list[Kept], float]:
            now = store.run(ping())
            return gather(store, filter_of(given, now), limit, oldest_first=oldest_first), now

        if as_json:
            say_json([{**plain(one.record), "kept_at": one.kept_seconds} for one in found()[0]])
        else:
            watched(lambda: _table(*found()), watch)


def gather(store: Store, wanted: Filter, limit: int, *, oldest_first: bool) -> list[Kept]:
    """Up to ``limit`` letters that fit, however many pages that takes."""
    letters: list[Kept] = []
    cursor: str | None = None
    while len(letters) < limit:
        size = min(PAGE, limit - len(letters))
        call = dead_letters.page(wanted, cursor=cursor, limit=size, oldest_first=oldest_first)
        page = store.run(call)
        letters += page.letters
        cursor = page.cursor
        if cursor is None:
            break
    return letters


def _table(letters: list[Kept], now: float) -> Listing:
    return table(COLUMNS, [_row(letter, now) for letter in letters])


def _row(letter: Kept, now: float) -> tuple[object, ...]:
    record = letter.record
    reason = record.dead_reason.value if record.dead_reason else ""
    error = f": {record.error.type}: {record.error.message}" if record.error else ""
    why = f"{reason}{error}"
    return record.id, record.queue, record.task, why, ago(letter.kept_seconds, now)


@click.command()
@broker_options
@click.argument("job_id")
@json_option
def show(url: str, prefix: str, job_id: str, as_json: bool) -> None:
    """Show one dead letter: what was sent, how each attempt ended, the last traceback."""
    with opened(url, prefix) as store, known():
        letter = store.run(dead_letters.get(job_id))
        now = store.run(ping())
    if as_json:
        say_json(_document(letter))
    else:
        _print(letter, now)


def _document(letter: DeadLetter) -> dict[str, Any]:
    return {
        "record": letter.record,
        "kept_at": letter.kept.kept_seconds,
        "arguments": _sent(letter.message),
        "attempts": letter.attempts,
        "message": letter.message,
    }


def _sent(message: bytes) -> dict[str, Any] | None:
    try:
        sent = arguments(message)
    except UnreadableMessage:
        return None
    return {"args": list(sent.args), "kwargs": dict(sent.kwargs)}


def _print(letter: DeadLetter, now: float) -> None:
    record = letter.record
    sent = _sent(letter.message)
    facts = {
        "job": record.id,
        "task": record.task,
        "queue": record.queue,
        "reason": record.dead_reason.value if record.dead_reason else "",
        "error": f"{record.error.type}: {record.error.message}" if record.error else "",
        "kept": ago(letter.kept.kept_seconds, now),
        "enqueued": ago(record.enqueued_at, now),
        "request": record.request_id,
        "arguments": "cannot be read" if sent is None else json.dumps(sent, ensure_ascii=False),
    }
    show_record(facts)
    click.echo()
    show_listing(table(ATTEMPT_COLUMNS, [_attempt(told, now) for told in letter.attempts]))
    tracebacks = [told.error.traceback for told in letter.attempts if told.error]
    if tracebacks and tracebacks[-1]:
        click.echo(f"\n{tracebacks[-1]}")


ATTEMPT_COLUMNS = ("attempt", "delivery", "worker", "began", "seconds", "outcome", "error")


def _attempt(told: Any, now: float) -> tuple[object, ...]:
    error = f"{told.error.type}: {told.error.message}" if told.error else ""
    seconds = f"{told.ended_at - told.started_at:.3f}"
    return (
        told.attempt, told.delivery, told.worker, ago(told.started_at, now), seconds,
        told.outcome.value, error,
    )  # fmt: skip
