"""A real load, asked of a real Prometheus by each panel, and by the dashboards of celery-mixin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.busy_set import busy
from support.prometheus import Prometheus
from support.promql import Asked, asked, filled
from support.until import until

pytestmark = [pytest.mark.timeout(400), pytest.mark.slow, pytest.mark.xdist_group("busy-set")]
#: Nothing here makes them happen: an outcome after a lost lease, a job that kills three workers.
RARE = ("longshore_settles_refused_total", "longshore_quarantines_total")
#: A slot of the schedule comes once a minute.
PATIENCE_SECONDS = 100.0

#: What the dashboards 17508 and 17509 choose by, in the releases of celery-mixin there have been.
JOBS = ('job=~".*celery.*"', 'job=~"celery|celery-exporter"', 'job="celery"')
COUNTERS = ("sent", "received", "started", "succeeded", "failed")
#: Metric and the labels that those dashboards choose and group by.
OF_MIXIN = {
    "celery_worker_up": (),
    "celery_worker_tasks_active": (),
    "celery_queue_length": ("queue_name",),
    "celery_task_runtime_sum": ("name", "queue_name"),
    "celery_task_runtime_count": ("name", "queue_name"),
    "celery_task_runtime_bucket": ("name", "queue_name", "le"),
    "celery_task_failed_total": ("name", "queue_name", "exception"),
    **{f"celery_task_{event}_total": ("name", "queue_name") for event in COUNTERS[:-1]},
}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with busy(tmp_path_factory.mktemp("busy")) as watching:
        yield watching


def answered(prometheus: Prometheus, expression: str) -> list[str]:
    """Return the figures of an answer that are any."""
    return [one["value"][1] for one in prometheus.ask(expression) if one["value"][1] != "NaN"]


@pytest.mark.parametrize(
    "one", [one for one in asked() if not any(name in one.expression for name in RARE)], ids=str
)
def test_a_panel_shows_data(prometheus: Prometheus, one: Asked) -> None:
    assert until(lambda: answered(prometheus, filled(one)), PATIENCE_SECONDS)


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("metric", OF_MIXIN)
def test_the_public_dashboards_find_what_they_choose(
    prometheus: Prometheus, metric: str, job: str
) -> None:
    found = until(lambda: prometheus.ask(f"{metric}{{{job}}}"), PATIENCE_SECONDS)
    counted = [one["metric"] for one in found if "total" not in metric or one["value"][1] != "0"]
    assert counted
    assert all(one.get(label) for one in counted for label in OF_MIXIN[metric])


def test_the_public_dashboards_count_what_has_run(prometheus: Prometheus) -> None:
    chosen = 'job=~".*celery.*", queue_name=~"high|normal|low"'
    succeeded = f"sum(round(increase(celery_task_succeeded_total{{{chosen}}}[1h])))"
    failed = (
        f"sum(round(increase(celery_task_failed_total{{{chosen}}}[1h]))) by (name, exception) > 0"
    )
    assert float(answered(prometheus, succeeded)[0]) > 0
    names = until(lambda: {one["metric"]["name"] for one in prometheus.ask(failed)}, 30)
    assert names == {"images.thumbnail"}
