"""No library at all: one LPUSH, one BLPOP. What a message costs on this machine at the least."""

from __future__ import annotations

from redis import Redis

from bench import marks
from bench.environment import redis_url

QUEUE = "bench"
client = Redis.from_url(redis_url())


def enqueue(_task: str, argument: float) -> None:
    """One message: the time at which it was sent."""
    client.lpush(QUEUE, str(argument))


def enqueue_many(task: str, argument: float, count: int) -> None:
    """One by one."""
    for _ in range(count):
        enqueue(task, argument)


def consume() -> None:
    """Note when each message came, until the process is ended."""
    while True:
        popped = client.blpop([QUEUE], timeout=1)
        if popped is not None:
            marks.leave(float(popped[1]))


if __name__ == "__main__":
    consume()
