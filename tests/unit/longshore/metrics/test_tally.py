"""What is counted of jobs, and that names without end do not become series without end."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from longshore.metrics.catalog import BY_NAME, UNKNOWN_TASK
from longshore.metrics.jobs import add_jobs
from longshore.metrics.ledger import Ledger
from longshore.metrics.run import Run
from longshore.metrics.scrape import Family, Scrape
from longshore.metrics.tally import MOST_EXCEPTIONS, OTHER_EXCEPTION, Tally
from longshore.records import Outcome

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
KNOWN = {"shop.add", "shop.fail"}


class Page(Collector):
    def __init__(self, *ledgers: Ledger) -> None:
        self._ledgers = ledgers

    def describe(self) -> Iterable[Family]:
        return []

    def collect(self) -> Iterable[Family]:
        scrape = Scrape()
        add_jobs(scrape, self._ledgers, "host")
        return scrape.families()


def samples(*ledgers: Ledger) -> list[Sample]:
    registry = CollectorRegistry()
    registry.register(Page(*ledgers))
    text = generate_latest(registry).decode()
    return [one for family in text_string_to_metric_families(text) for one in family.samples]


def value(found: list[Sample], sample: str, /, **labels: str) -> float:
    (only,) = [
        one.value for one in found if one.name == sample and labels.items() <= one.labels.items()
    ]
    return only


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def tally(ledger: Ledger) -> Tally:
    return Tally(ledger, KNOWN)


def run(task: str = "shop.add", outcome: Outcome = Outcome.SUCCEEDED, **more: object) -> Run:
    fields = {"queue": "q", "attempt": 1, "run_seconds": 0.2, "age_seconds": 3.0, **more}
    return Run(task, outcome=outcome, **fields)  # type: ignore[arg-type]


def test_a_job_is_counted_from_its_claim_to_its_end(ledger: Ledger, tally: Tally) -> None:
    tally.all_received([("shop.add", "q", 1.5), ("shop.add", "q", 0.1)])
    tally.started("shop.add", "q")
    tally.ended([run(outcome=Outcome.RETRIED), run(attempt=2)])
    found = samples(ledger)
    labels = {"name": "shop.add", "hostname": "host", "queue_name": "q"}
    assert value(found, "celery_task_received_total", **labels) == 2
    assert value(found, "celery_task_started_total", **labels) == 1
    assert value(found, "celery_task_retried_total", **labels) == 1
    assert value(found, "celery_task_succeeded_total", **labels) == 1
    assert value(found, "celery_task_runtime_count", **labels) == 1
    assert value(found, "longshore_job_wait_seconds_sum", task="shop.add") == pytest.approx(1.6)
    assert value(found, "longshore_job_total_seconds_count", task="shop.add") == 1
    assert value(found, "longshore_job_attempts_sum", task="shop.add") == 2
    assert value(found, "longshore_job_deliveries_total", queue="q") == 2


def test_every_sample_is_of_the_catalogue(ledger: Ledger, tally: Tally) -> None:
    tally.ended([run(outcome=outcome, cpu_seconds=0.1, peak_bytes=1e6) for outcome in Outcome])
    tally.ended([run("shop.fail", Outcome.FAILED, exception="ValueError")])
    registry = CollectorRegistry()
    registry.register(Page(ledger))
    names = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(generate_latest(registry).decode())
    }
    assert names <= BY_NAME.keys()


def test_failures_are_told_apart_by_the_type_of_the_error(ledger: Ledger, tally: Tally) -> None:
    errors = [run(outcome=Outcome.FAILED, exception=word) for word in ("A", "B", "A")]
    tally.ended(errors)
    found = samples(ledger)
    assert value(found, "celery_task_failed_total", exception="A") == 2
    assert value(found, "celery_task_failed_total", exception="B") == 1
    assert value(found, "celery_task_failed_total", exception="") == 0


def test_unknown_tasks_are_one_label(ledger: Ledger, tally: Tally) -> None:
    for number in range(300):
        tally.received(f"made.up.{number}", "q", 0.1)
        tally.ended([run(f"made.up.{number}", Outcome.FAILED, exception="UnknownTask")])
    found = samples(ledger)
    named = {one.labels.get("name", one.labels.get("task", "")) for one in found}
    assert named == {UNKNOWN_TASK, ""}
    assert value(found, "celery_task_received_total", name=UNKNOWN_TASK) == 300


def test_exceptions_without_end_are_one_label(ledger: Ledger, tally: Tally) -> None:
    tally.ended([run(outcome=Outcome.FAILED, exception=f"Error{number}") for number in range(200)])
    failed = [one for one in samples(ledger) if one.name == "celery_task_failed_total"]
    assert len(failed) == MOST_EXCEPTIONS + 2
    assert value(failed, failed[0].name, exception=OTHER_EXCEPTION) == 200 - MOST_EXCEPTIONS


def test_what_finds_no_room_is_counted_all_the_same(ledger: Ledger) -> None:
    tally = Tally(ledger, {f"task.{number}" for number in range(2000)})
    for number in range(2000):
        tally.received(f"task.{number}", "q", 0.1)
    # As a page they would be 60,000 lines, which take seconds to read.
    found = [one for family in Page(ledger).collect() for one in family.samples]
    received = [one for one in found if one.name == "celery_task_received_total"]
    assert sum(one.value for one in received) == 2000
    assert len(received) < 600


def test_a_trace_is_an_exemplar_of_its_run(ledger: Ledger, tally: Tally) -> None:
    tally.ended([run(trace=TRACE), run(run_seconds=40.0)])
    marked = [one for one in samples(ledger) if one.exemplar is not None]
    assert [(one.name, one.labels["le"]) for one in marked] == [
        ("longshore_job_run_seconds_bucket", "0.25")
    ]
    assert marked[0].exemplar is not None
    assert marked[0].exemplar.labels == {"trace_id": TRACE}
    assert marked[0].exemplar.value == 0.2


def test_memory_is_the_most_of_all_processes() -> None:
    one, two = Ledger(), Ledger()
    Tally(one, KNOWN).ended([run(peak_bytes=5e6), run(peak_bytes=3e6)])
    Tally(two, KNOWN).ended([run(peak_bytes=4e6)])
    assert value(samples(one, two), "longshore_job_peak_memory_bytes", task="shop.add") == 5e6
