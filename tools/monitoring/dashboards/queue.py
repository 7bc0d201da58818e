"""One queue or several: what is where, how long it waits, who works at it."""

from tools.monitoring.board import (
    NAMESPACE,
    Board,
    Choice,
    Row,
    figures,
    heat,
    lines,
    quantiles,
    rate,
)

HERE = f'{NAMESPACE}, queue=~"$queue"'

PLACES = Row(
    "What is where",
    (
        lines(
            "Jobs by place",
            "short",
            (f"sum by (queue, place) (longshore_queue_jobs{{{HERE}}})", "{{queue}} {{place}}"),
        ),
        lines(
            "Age of the oldest job",
            "s",
            (f"max by (queue) (longshore_queue_oldest_age_seconds{{{HERE}}})", "{{queue}}"),
        ),
        figures(
            "Paused",
            "bool_yes_no",
            (f"max by (queue) (longshore_queue_paused{{{HERE}}})", "{{queue}}"),
        ),
        figures(
            "Started in time, 1 d",
            "percentunit",
            (f"queue:longshore_jobs_in_time:ratio_rate1d{{{HERE}}}", "{{queue}}"),
        ),
    ),
)

FLOW = Row(
    "Flow",
    (
        lines(
            "Enqueued and started in a second",
            "short",
            (rate("longshore_jobs_enqueued_total", HERE, "queue"), "enqueued {{queue}}"),
            (rate("longshore_job_wait_seconds_count", HERE, "queue"), "started {{queue}}"),
        ),
        lines(
            "Enqueued in a second by task",
            "short",
            (rate("longshore_jobs_enqueued_total", HERE, "task"), "{{task}}"),
        ),
        heat("From enqueued or due to started", "longshore_job_wait_seconds", HERE),
        quantiles("From enqueued or due to started", "longshore_job_wait_seconds", HERE, "queue"),
        quantiles("How long attempts run", "longshore_job_run_seconds", HERE, "task"),
        quantiles("From enqueued to finished", "longshore_job_total_seconds", HERE, "queue"),
    ),
)

TROUBLE = Row(
    "Trouble",
    (
        lines(
            "Dead letters in a second",
            "short",
            (rate("longshore_dead_letters_total", HERE, "task, reason"), "{{task}} {{reason}}"),
        ),
        lines(
            "Deliveries, rescues, refused outcomes in a second",
            "short",
            (rate("longshore_job_deliveries_total", HERE, "queue"), "delivered {{queue}}"),
            (rate("longshore_rescues_total", HERE, "queue"), "rescued {{queue}}"),
            (rate("longshore_settles_refused_total", HERE, "queue"), "refused {{queue}}"),
        ),
    ),
)

BOARD = Board(
    "queue",
    "Queue",
    "What waits in a queue and why.",
    (PLACES, FLOW, TROUBLE),
    (Choice("queue", "longshore_queue_jobs", "queue"),),
)
