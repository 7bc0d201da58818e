"""The worker sets, and what a rollout does to them."""

from tools.monitoring.board import NAMESPACE as HERE
from tools.monitoring.board import Board, Row, lines, quantile, rate

#: the label that the chart's PodMonitor brings
SET = "longshore_dev_worker_set"


def per_set(metric: str) -> str:
    """Sum a worker's figure over the pods of each set."""
    return f"sum by ({SET}) ({metric}{{{HERE}}})"


ROLLOUT = Row(
    "Rollout",
    (
        lines(
            "Pods by set",
            "short",
            (per_set("celery_worker_up"), f"{{{{{SET}}}}} up"),
            (per_set("longshore_worker_consuming"), f"{{{{{SET}}}}} consuming"),
            (per_set("longshore_worker_draining"), f"{{{{{SET}}}}} draining"),
        ),
        lines(
            "How long drains take",
            "s",
            (
                f"max by ({SET}, instance) (longshore_drain_duration_seconds{{{HERE}}})",
                "{{instance}}",
            ),
        ),
        lines(
            "Rescues, refused outcomes, quarantines in a second",
            "short",
            (rate("longshore_rescues_total", HERE), "rescued"),
            (rate("longshore_settles_refused_total", HERE), "refused"),
            (rate("longshore_quarantines_total", HERE), "quarantined"),
            about="A rollout that drains as it should rescues nothing.",
        ),
        lines(
            "Ready workers",
            "short",
            (f"sum(longshore_workers_ready{{{HERE}}})", "ready"),
        ),
    ),
)

WORK = Row(
    "Work",
    (
        lines(
            "Running jobs",
            "short",
            (f"sum by (hostname) (celery_worker_tasks_active{{{HERE}}})", "{{hostname}}"),
        ),
        lines(
            "Deliveries in a second",
            "short",
            (rate("longshore_job_deliveries_total", HERE, SET), f"{{{{{SET}}}}}"),
        ),
        lines(
            "Processors busy with jobs",
            "short",
            (rate("longshore_job_cpu_seconds_sum", HERE, SET), f"{{{{{SET}}}}}"),
        ),
        lines(
            "Peak memory of a process",
            "bytes",
            (f"max by ({SET}) (longshore_job_peak_memory_bytes{{{HERE}}})", f"{{{{{SET}}}}}"),
        ),
    ),
)

LEASES = Row(
    "Leases and scripts",
    (
        lines(
            "How far renewal is behind",
            "s",
            (f"max by ({SET}) (longshore_lease_renewal_lag_seconds{{{HERE}}})", f"{{{{{SET}}}}}"),
        ),
        lines(
            "Script calls, p99",
            "s",
            (quantile(0.99, "longshore_script_duration_seconds", HERE, "script"), "{{script}}"),
        ),
    ),
)

BOARD = Board(
    "workers",
    "Worker sets and rollout",
    "Which pods work, which drain, and what a rollout costs.",
    (ROLLOUT, WORK, LEASES),
)
