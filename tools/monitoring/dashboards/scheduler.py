"""The schedulers: who leads, and whether slots are on time."""

from tools.monitoring.board import NAMESPACE as HERE
from tools.monitoring.board import Board, Row, lines, rate

LAST = "longshore_schedule_last_slot_timestamp_seconds"

LEADER = Row(
    "Leader",
    (
        lines(
            "Who leads",
            "short",
            (f"max by (instance) (longshore_scheduler_leader{{{HERE}}})", "{{instance}}"),
        ),
        lines(
            "Script calls in a second",
            "short",
            (
                rate(
                    "longshore_script_duration_seconds_count",
                    f'{HERE}, script=~"schedule.*"',
                    "script",
                ),
                "{{script}}",
            ),
        ),
    ),
)

SLOTS = Row(
    "Slots",
    (
        lines(
            "Lateness",
            "s",
            (f"max by (entry) (longshore_schedule_lateness_seconds{{{HERE}}})", "{{entry}}"),
        ),
        lines(
            "Slots that went by in an hour",
            "short",
            (
                f"sum by (entry) (increase(longshore_schedule_missed_slots_total{{{HERE}}}[1h]))",
                "{{entry}}",
            ),
        ),
        lines(
            "Since the last slot",
            "s",
            (
                f"time() - max by (entry) ({LAST}{{{HERE}}} > 0)",
                "{{entry}}",
            ),
        ),
    ),
)

BOARD = Board(
    "scheduler",
    "Scheduler",
    "Who leads, and whether the schedule's slots are on time.",
    (LEADER, SLOTS),
)
