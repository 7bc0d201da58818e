"""The HTTP api: what is asked, how fast it answers, whether it can enqueue."""

from tools.monitoring.board import NAMESPACE as HERE
from tools.monitoring.board import Board, Row, figures, heat, lines, mean, quantiles, rate

REQUESTS = Row(
    "Requests",
    (
        lines(
            "Requests in a second",
            "reqps",
            (rate("longshore_http_requests_total", HERE, "method, route"), "{{method}} {{route}}"),
        ),
        lines(
            "Answers in a second by status",
            "reqps",
            (rate("longshore_http_requests_total", HERE, "status"), "{{status}}"),
        ),
        heat("How long answers take", "longshore_http_request_duration_seconds", HERE),
        quantiles(
            "How long answers take", "longshore_http_request_duration_seconds", HERE, "route"
        ),
        figures(
            "Being answered",
            "short",
            (f"sum(longshore_http_requests_in_progress{{{HERE}}})", "now"),
        ),
    ),
)

ENQUEUE = Row(
    "Enqueue",
    (
        figures(
            "Breaker open",
            "bool_yes_no",
            (f"max(longshore_enqueue_breaker_open{{{HERE}}})", "breaker"),
        ),
        lines(
            "Failed enqueues in a second",
            "short",
            (rate("longshore_enqueue_failures_total", HERE, "reason"), "{{reason}}"),
        ),
        lines(
            "Jobs that went out in one call, mean",
            "short",
            (
                mean("longshore_enqueue_batch_size", HERE),
                "jobs",
            ),
        ),
    ),
)

BOARD = Board(
    "api",
    "Api",
    "What is asked over HTTP, how fast it is answered, and whether jobs can be enqueued.",
    (REQUESTS, ENQUEUE),
)
