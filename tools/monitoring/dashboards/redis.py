"""The broker: does it answer, does it keep, is there room."""

from tools.monitoring.board import NAMESPACE as HERE
from tools.monitoring.board import Board, Row, figures, lines, quantile, rate

STATE = Row(
    "State",
    (
        figures("Answers", "bool_yes_no", (f"max(longshore_redis_up{{{HERE}}})", "up")),
        figures(
            "Append-only file",
            "bool_on_off",
            (f"min(longshore_redis_aof_enabled{{{HERE}}})", "appendonly"),
        ),
        figures(
            "Last write went well",
            "bool_yes_no",
            (f"min(longshore_redis_persistence_ok{{{HERE}}})", "written"),
        ),
        figures(
            "Connections", "short", (f"max(longshore_redis_connected_clients{{{HERE}}})", "open")
        ),
        lines(
            "Memory",
            "bytes",
            (f"max(longshore_redis_memory_bytes{{{HERE}}})", "used"),
            (f"max(longshore_redis_memory_limit_bytes{{{HERE}}})", "maxmemory (0: none)"),
        ),
        lines(
            "Commands in a second",
            "short",
            (f"max(longshore_redis_ops_per_second{{{HERE}}})", "commands"),
        ),
    ),
)

SCRIPTS = Row(
    "Longshore's scripts",
    (
        lines(
            "Calls in a second",
            "short",
            (rate("longshore_script_duration_seconds_count", HERE, "script"), "{{script}}"),
        ),
        lines(
            "Round trips, p99",
            "s",
            (quantile(0.99, "longshore_script_duration_seconds", HERE, "script"), "{{script}}"),
        ),
    ),
)

BOARD = Board(
    "redis",
    "Redis",
    "Whether the broker answers, keeps what it accepts, and has room.",
    (STATE, SCRIPTS),
)
