"""What a worker's ledgers say of its jobs, as samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client.core import Exemplar

from longshore.metrics import layout
from longshore.metrics.layout import ATTEMPTS, RUNS, SECONDS
from longshore.metrics.ledger import Key, Ledger, highest, of_kind, summed
from longshore.metrics.scrape import Scrape
from longshore.records import Outcome

Block = Sequence[float]


def add_jobs(scrape: Scrape, ledgers: Sequence[Ledger], hostname: str) -> None:
    """Adds up what was counted in all of a worker's processes."""
    traces = _traces(ledgers)
    jobs = {key: block for key, block in summed(ledgers, layout.JOBS).items() if any(block)}
    for (task, queue), block in jobs.items():
        _add_celery(scrape, block, (task, hostname, queue))
        _add_own(scrape, block, task, queue, traces.get((task, queue)))
    _add_by_task(scrape, jobs)
    for (queue,), claims in _claims(jobs).items():
        scrape.add("longshore_job_deliveries_total", claims, queue)
    for (task, queue, exception), cells in summed(ledgers, layout.FAILURES).items():
        scrape.add("celery_task_failed_total", cells[0], task, hostname, queue, exception)
    for (task,), peak_bytes in highest(ledgers, layout.PEAKS).items():
        scrape.add("longshore_job_peak_memory_bytes", peak_bytes, task)


def _part(block: Block, place: int) -> Block:
    return block[place : place + SECONDS.size]


def _runs(block: Block, *outcomes: Outcome) -> float:
    return sum(sum(_part(block, RUNS[outcome])[1:]) for outcome in outcomes)


def _add_celery(scrape: Scrape, block: Block, labels: Key) -> None:
    counts = {
        "received": block[layout.RECEIVED],
        "started": block[layout.STARTED],
        "succeeded": _runs(block, Outcome.SUCCEEDED),
        "rejected": block[layout.REJECTED],
        "revoked": _runs(block, Outcome.CANCELLED, Outcome.EXPIRED),
        "retried": _runs(block, Outcome.RETRIED),
    }
    for word, count in counts.items():
        scrape.add(f"celery_task_{word}_total", count, *labels)
    # As celery-exporter does: a dashboard's ratio needs the series before the first failure.
    scrape.add("celery_task_failed_total", 0.0, *labels, "")
    succeeded = _part(block, RUNS[Outcome.SUCCEEDED])
    scrape.add_spread("celery_task_runtime", SECONDS, succeeded, *labels)
    wait = _part(block, layout.WAIT)
    scrape.add_spread("celery_task_queue_wait_time", SECONDS, wait, *labels)


def _add_own(
    scrape: Scrape, block: Block, task: str, queue: str, trace: tuple[Outcome, Exemplar] | None
) -> None:
    wait, total = _part(block, layout.WAIT), _part(block, layout.TOTAL)
    scrape.add_spread("longshore_job_wait_seconds", SECONDS, wait, task, queue)
    scrape.add_spread("longshore_job_total_seconds", SECONDS, total, task, queue)
    for outcome, place in RUNS.items():
        run = _part(block, place)
        if any(run):
            exemplar = trace[1] if trace is not None and trace[0] is outcome else None
            labels = (task, queue, outcome.value)
            scrape.add_spread("longshore_job_run_seconds", SECONDS, run, *labels, exemplar=exemplar)


def _add_by_task(scrape: Scrape, jobs: Mapping[Key, Block]) -> None:
    tasks: dict[str, list[float]] = {}
    for (task, _), block in jobs.items():
        before = tasks.get(task)
        tasks[task] = [*block] if before is None else [*map(float.__add__, before, block)]
    for task, block in tasks.items():
        tries = block[layout.TRIES : layout.TRIES + ATTEMPTS.size]
        scrape.add_spread("longshore_job_attempts", ATTEMPTS, tries, task)
        scrape.add_spread("longshore_job_cpu_seconds", SECONDS, _part(block, layout.CPU), task)


def _claims(jobs: Mapping[Key, Block]) -> dict[Key, float]:
    claims: dict[Key, float] = {}
    for (_, queue), block in jobs.items():
        claims[queue,] = claims.get((queue,), 0.0) + block[layout.RECEIVED]
    return claims


def _traces(ledgers: Sequence[Ledger]) -> dict[Key, tuple[Outcome, Exemplar]]:
    """The latest run with a trace, by task and queue."""
    latest: dict[Key, tuple[Outcome, Exemplar]] = {}
    for (task, queue, outcome), ledger, cells in of_kind(ledgers, layout.TRACES):
        high, low = ledger.words[cells.start], ledger.words[cells.start + 1]
        seconds, at = ledger.cells[cells.start + 2], ledger.cells[cells.start + 3]
        exemplar = Exemplar({"trace_id": f"{high:016x}{low:016x}"}, seconds, at)
        known = latest.get((task, queue))
        if known is None or (known[1].timestamp or 0.0) < at:
            latest[task, queue] = (Outcome(outcome), exemplar)
    return latest
