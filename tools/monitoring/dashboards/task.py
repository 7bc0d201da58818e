"""One task or several: outcomes, times, what its jobs cost."""

from tools.monitoring.board import NAMESPACE, Board, Choice, Row, heat, lines, mean, quantiles, rate

HERE = f'{NAMESPACE}, task=~"$task"'
#: the metrics that celery-exporter has, too, call the task's name so
NAMED = f'{NAMESPACE}, name=~"$task"'

OUTCOMES = Row(
    "Outcomes",
    (
        lines(
            "Attempts that ended in a second",
            "short",
            (
                rate("longshore_job_run_seconds_count", HERE, "task, outcome"),
                "{{task}} {{outcome}}",
            ),
        ),
        lines(
            "Errors in a second",
            "short",
            (rate("celery_task_failed_total", NAMED, "name, exception"), "{{name}} {{exception}}"),
            (rate("celery_task_retried_total", NAMED, "name"), "{{name}} again"),
        ),
        lines(
            "Dead letters in a second",
            "short",
            (rate("longshore_dead_letters_total", HERE, "task, reason"), "{{task}} {{reason}}"),
        ),
        lines(
            "Attempts of a job, mean",
            "short",
            (
                mean("longshore_job_attempts", HERE, "task"),
                "{{task}}",
            ),
        ),
    ),
)

TIMES = Row(
    "Times",
    (
        heat("How long attempts run", "longshore_job_run_seconds", HERE),
        quantiles("How long attempts run", "longshore_job_run_seconds", HERE, "task"),
        quantiles("From enqueued or due to started", "longshore_job_wait_seconds", HERE, "task"),
        quantiles("From enqueued to finished", "longshore_job_total_seconds", HERE, "task"),
    ),
)

COST = Row(
    "Cost",
    (
        lines(
            "CPU time of a job, mean",
            "s",
            (
                mean("longshore_job_cpu_seconds", HERE, "task"),
                "{{task}}",
            ),
        ),
        lines(
            "Peak memory",
            "bytes",
            (f"max by (task) (longshore_job_peak_memory_bytes{{{HERE}}})", "{{task}}"),
        ),
    ),
)

BOARD = Board(
    "task",
    "Task",
    "How a task's jobs end, how long they take and what they cost.",
    (OUTCOMES, TIMES, COST),
    (Choice("task", "longshore_jobs_enqueued_total", "task"),),
)
