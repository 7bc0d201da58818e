"""Which operations of the store mean something when RabbitMQ holds the messages."""

from __future__ import annotations

from longshore.errors import NotOnThisBroker

#: They read or write records, results and the schedule's state, which are on Redis.
ON_RECORDS = frozenset(
    {
        *("job", "attempts", "result", "search", "task", "ping", "cancel", "progress", "settle"),
        *("entrust", "confirm", "take_up", "put_off", "give_up", "holder"),
        *("schedule_lead", "schedule_resign", "schedule_declare", "schedule_enqueue"),
        *("schedule_pass", "schedule_overview", "maintain", "sweep"),
    }
)
INSTEAD = {
    "queues": "ask its management for the length of queues",
    "pause": "stop the workers of the queue instead",
    **dict.fromkeys(("purge", "purge_delayed"), "purge the queue with rabbitmqctl"),
    "reschedule": "cancel the job and enqueue another",
    "busy": "ask the workers",
    **dict.fromkeys(
        ("dead_page", "dead_letter", "replay", "discard", "dead_import"),
        "its dead letters are in its queue longshore.dead-letters",
    ),
}


def check_support(name: str) -> None:
    """Let pass what is possible.

    Raises:
        NotOnThisBroker: it is not; the message says what to do instead.
    """
    if name not in ON_RECORDS:
        advice = INSTEAD.get(name, "see docs/brokers.md")
        raise NotOnThisBroker(f"RabbitMQ is the broker, where Longshore cannot do this: {advice}")
