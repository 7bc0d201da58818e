"""Is the set well: service levels, backlog, latency, trouble."""

from tools.monitoring.board import NAMESPACE as HERE
from tools.monitoring.board import Board, Row, figures, heat, lines, rate

LEVEL = Row(
    "Service level",
    (
        figures(
            "Started in time, 1 h",
            "percentunit",
            (f"queue:longshore_jobs_in_time:ratio_rate1h{{{HERE}}}", "{{queue}}"),
            about="Part of a queue's jobs that started within its limit.",
        ),
        figures("Ready workers", "short", (f"sum(longshore_workers_ready{{{HERE}}})", "workers")),
        figures(
            "Dead letters",
            "short",
            (f'sum(longshore_queue_jobs{{{HERE}, place="dead"}})', "kept"),
        ),
        figures(
            "Leading schedulers", "short", (f"sum(longshore_scheduler_leader{{{HERE}}})", "lead")
        ),
        lines(
            "Burn rate of late starts, 1 h",
            "short",
            (f"queue:longshore_start_budget_burn:ratio_rate1h{{{HERE}}}", "{{queue}}"),
            about="1 uses up in a month what may start late in a month; an alert looks at 14.4.",
        ),
        lines(
            "Oldest job beside its limit",
            "percentunit",
            (f"queue:longshore_oldest_age:slo_ratio{{{HERE}}}", "{{queue}}"),
        ),
    ),
)

BACKLOG = Row(
    "Backlog",
    (
        lines(
            "Waiting jobs",
            "short",
            (
                f'sum by (queue) (longshore_queue_jobs{{{HERE}, place=~"waiting|due"}})',
                "{{queue}}",
            ),
        ),
        lines(
            "Age of the oldest job",
            "s",
            (f"max by (queue) (longshore_queue_oldest_age_seconds{{{HERE}}})", "{{queue}}"),
        ),
        lines(
            "Enqueued and started in a second",
            "short",
            (rate("longshore_jobs_enqueued_total", HERE, "queue"), "enqueued {{queue}}"),
            (rate("longshore_job_wait_seconds_count", HERE, "queue"), "started {{queue}}"),
        ),
        lines(
            "Jobs by place",
            "short",
            (f"sum by (place) (longshore_queue_jobs{{{HERE}}})", "{{place}}"),
        ),
    ),
)

LATENCY = Row(
    "Latency",
    (
        heat("From enqueued or due to started", "longshore_job_wait_seconds", HERE),
        heat("From enqueued to finished", "longshore_job_total_seconds", HERE),
    ),
)

TROUBLE = Row(
    "Trouble",
    (
        lines(
            "Dead letters in a second",
            "short",
            (rate("longshore_dead_letters_total", HERE, "queue, reason"), "{{queue}} {{reason}}"),
        ),
        lines(
            "Rescues, refused outcomes, quarantines in a second",
            "short",
            (rate("longshore_rescues_total", HERE), "rescued"),
            (rate("longshore_settles_refused_total", HERE), "refused"),
            (rate("longshore_quarantines_total", HERE), "quarantined"),
        ),
    ),
)

BOARD = Board(
    "overview",
    "Overview",
    "Is the set well: do jobs start in time, what waits, what went wrong.",
    (LEVEL, BACKLOG, LATENCY, TROUBLE),
)
