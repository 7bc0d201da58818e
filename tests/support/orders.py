"""A process that takes an order and is killed: ``python -m support.orders URL BROKER MOMENT``.

An order is a row and a job, committed together. ``MOMENT`` is one of ``MOMENTS``, or a number of
kills by chance: then the processes are forks of one that has imported everything and has no
threads, and it prints how many left a job behind that had committed and was not relayed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from longshore.store import Store
from longshore_tasks.database import OutboxRow, OutboxSession, SentMail, create_engine
from longshore_tasks.jobs.system import Echo
from longshore_tasks.relay import relay

LONGEST_LIFE_SECONDS = 0.04
MOMENTS = BEFORE_COMMIT, COMMITTED, RELAYING, ENQUEUED = (
    "before-commit", "committed", "relaying", "enqueued",
)  # fmt: skip


def order_of(job_id: str) -> SentMail:
    """The caller's row, which belongs to a job."""
    return SentMail(job_id=job_id, message_id="m", template="t", recipients=1, attachments=0)


class Dying(Store):
    """A store whose process is killed before its first enqueue reaches the broker, or after."""

    after = False

    def run(self, call: Any) -> Any:
        answer = super().run(call) if self.after else None
        die()
        return answer


def die() -> None:
    """End as a process does that is killed."""
    os.kill(os.getpid(), signal.SIGKILL)


def take_one_order(url: str, broker: str, moment: str) -> None:
    """Take an order and be killed at a moment."""
    engine = create_engine(url)
    with OutboxSession(engine) as session:
        session.add(order_of(session.enqueue(Echo(text="order"))))
        session.flush()
        if moment == BEFORE_COMMIT:
            die()
        session.commit()
    if moment == COMMITTED:
        die()
    Dying.after = moment == ENQUEUED
    with Dying.from_url(broker) as store:
        relay(engine, store)


def accept_orders(url: str, broker: str, begun: int) -> None:
    """What an api does until it is killed: commit a row with its job, and relay."""
    engine, store = create_engine(url), Store.from_url(broker)
    while True:
        with OutboxSession(engine) as session:
            session.add(order_of(session.enqueue(Echo(text="order"))))
            session.commit()
        os.write(begun, b".")
        relay(engine, store)


def kill_one(url: str, broker: str, life_seconds: float) -> None:
    """Start a process, and kill it so long after its first commit."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            accept_orders(url, broker, writing)
        finally:
            os._exit(1)
    os.close(writing)
    assert os.read(reading, 1), "the process ended by itself"
    time.sleep(life_seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)


def has_waiting(engine: Engine) -> bool:
    """Whether a job has committed and is not relayed; no connection is left for a fork."""
    try:
        with Session(engine) as session:
            return session.scalar(select(OutboxRow).limit(1)) is not None
    finally:
        engine.dispose()


def kill_by_chance(url: str, broker: str, kills: int) -> None:
    """Kill `kills` processes; print how many were killed before their relay."""
    chance, engine, between = random.Random(7), create_engine(url), 0
    for _ in range(kills):
        kill_one(url, broker, chance.uniform(0, LONGEST_LIFE_SECONDS))
        between += has_waiting(engine)
    sys.stdout.write(f"{between}\n")


def main(url: str, broker: str, moment: str) -> None:
    """Kill one process at a moment, or several by chance."""
    if moment in MOMENTS:
        take_one_order(url, broker, moment)
    else:
        kill_by_chance(url, broker, int(moment))


if __name__ == "__main__":
    main(*sys.argv[1:])
