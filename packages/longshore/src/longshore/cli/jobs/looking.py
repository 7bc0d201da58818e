"""``longshore jobs list`` and ``show``."""

from __future__ import annotations

import time
from typing import Any

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.durations import Duration
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
from longshore.cli.words import Word
from longshore.records import JobRecord, JobState
from longshore.store import Store, jobs
from longshore.store.connection import ping

COLUMNS = ("job", "task", "queue", "state", "attempts", "enqueued", "due", "progress", "worker")
PAGE = 200


@click.command("list")
@broker_options
@click.option("--state", type=click.Choice([state.value for state in JobState]))
@click.option("--task", type=Word(), help="Only this task's.")
@click.option("--queue", type=Word(), help="Only this queue's.")
@click.option("--older-than", type=Duration(), help="Accepted so long ago: 90s, 15m, 2h, 3d.")
@click.option("--newer-than", type=Duration(), help="Accepted since then.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@watch_option
@json_option
def list_(
    url: str, prefix: str, limit: int, watch: float | None, as_json: bool, **given: Any
) -> None:
    """List the recent jobs, the newest first."""
    with opened(url, prefix) as store:
        if as_json:
            say_json(_found(store, store.run(ping()), limit, given))
        else:
            watched(lambda: _table(store, limit, given), watch)


def _table(store: Store, limit: int, given: dict[str, Any]) -> Listing:
    now = store.run(ping())
    return table(COLUMNS, [_row(record, now) for record in _found(store, now, limit, given)])


def _found(store: Store, now: float, limit: int, given: dict[str, Any]) -> list[JobRecord]:
    records: list[JobRecord] = []
    cursor: str | None = None
    while len(records) < limit:
        call = jobs.search(
            JobState(given["state"]) if given["state"] else None,
            given["task"],
            given["queue"],
            cursor,
            min(PAGE, limit - len(records)),
            since=None if given["newer_than"] is None else now - given["newer_than"],
            until=None if given["older_than"] is None else now - given["older_than"],
        )
        page = store.run(call)
        records += page.records
        cursor = page.cursor
        if cursor is None:
            break
    return records


def _row(record: JobRecord, now: float) -> tuple[object, ...]:
    waits = record.state in {JobState.SCHEDULED, JobState.RETRYING}
    return (
        record.id, record.task, record.queue, record.state.value, record.attempts,
        ago(record.enqueued_at, now), ago(record.due_at, now) if waits else "",
        _progress(record), record.worker,
    )  # fmt: skip


def _progress(record: JobRecord) -> str:
    told = record.progress
    if told is None:
        return ""
    of = f" of {told.total:g}" if told.total is not None else ""
    return f"{told.done:g}{of} {told.note}".strip()


@click.command()
@broker_options
@click.argument("job_id")
@click.option("--watch", is_flag=True, help="Say each change, until the job has ended.")
@json_option
def show(url: str, prefix: str, job_id: str, watch: bool, as_json: bool) -> None:
    """Show one job: its record, its progress and the attempts that did not simply succeed."""
    with opened(url, prefix) as store, known():
        if watch:
            _follow(store, job_id, as_json=as_json)
        elif as_json:
            record = store.run(jobs.get(job_id))
            say_json({**plain(record), "history": store.run(jobs.attempts(job_id))})
        else:
            _print(store, store.run(jobs.get(job_id)))


EVERY_SECONDS = 0.5


def _follow(store: Store, job_id: str, *, as_json: bool) -> None:
    """A line for each change."""
    last: JobRecord | None = None
    while last is None or not last.state.finished:
        if last is not None:
            time.sleep(EVERY_SECONDS)
        record = store.run(jobs.get(job_id))
        if record != last:
            words = (record.state.value, _progress(record), record.worker or "")
            if as_json:
                say_json(record)
            else:
                click.echo("  ".join(word for word in words if word))
        last = record


def _print(store: Store, record: JobRecord) -> None:
    now = store.run(ping())
    facts = {
        name.replace("_", " "): ago(value, now) if name.endswith("_at") else value
        for name, value in _flat(record).items()
        if value not in (None, "", False)
    }
    show_record(facts)
    told = store.run(jobs.attempts(record.id))
    if told:
        columns = ("attempt", "delivery", "worker", "began", "outcome", "error")
        click.echo()
        show_listing(table(columns, [_attempt(one, now) for one in told]))


def _flat(record: JobRecord) -> dict[str, Any]:
    words = {name: getattr(record, name) for name in JobRecord.__dataclass_fields__}
    words["state"] = record.state.value
    words["dead_reason"] = record.dead_reason.value if record.dead_reason else None
    words["error"] = f"{record.error.type}: {record.error.message}" if record.error else None
    words["progress"] = _progress(record)
    return words


def _attempt(one: Any, now: float) -> tuple[object, ...]:
    error = f"{one.error.type}: {one.error.message}" if one.error else ""
    began = ago(one.started_at, now)
    return one.attempt, one.delivery, one.worker, began, one.outcome.value, error
