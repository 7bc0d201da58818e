"""Processes that take orders until they are killed: ``python -m support.orders URL BROKER KILLS``.

Each order is a row and a job, committed together. The processes are forks of one that has imported
everything and has no threads. Prints how many left a job behind that had committed and was not
relayed; the next one relays it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from longshore.store import Store
from longshore_tasks.database import OutboxRow, OutboxSession, SentMail, create_engine
from longshore_tasks.jobs.system import Echo
from longshore_tasks.relay import relay

LONGEST_LIFE_SECONDS = 0.04


def order_of(job_id: str) -> SentMail:
    """The caller's row, which belongs to a job."""
    return SentMail(job_id=job_id, message_id="m", template="t", recipients=1, attachments=0)


def accept_orders(url: str, broker: str, begun: int, *, relays: bool) -> None:
    """What an api does until it is killed: commit a row with its job, and relay."""
    engine, store = create_engine(url), Store.from_url(broker)
    while True:
        with OutboxSession(engine) as session:
            session.add(order_of(session.enqueue(Echo(text="order"))))
            session.commit()
        os.write(begun, b".")
        if not relays:
            signal.pause()
        relay(engine, store)


def kill_one(url: str, broker: str, life_seconds: float | None) -> None:
    """Start a process, and kill it so long after its first commit; ``None``: before it relays."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            accept_orders(url, broker, writing, relays=life_seconds is not None)
        finally:
            os._exit(1)
    os.close(writing)
    assert os.read(reading, 1), "the process ended by itself"
    time.sleep(life_seconds or 0.0)
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


def main(url: str, broker: str, kills: int, when: str) -> None:
    """Kill so many ``after the commit`` or ``at random``; print how many before their relay."""
    chance, engine, between = random.Random(7), create_engine(url), 0
    for _ in range(kills):
        life = chance.uniform(0, LONGEST_LIFE_SECONDS) if when == "at random" else None
        kill_one(url, broker, life)
        between += has_waiting(engine)
    sys.stdout.write(f"{between}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
