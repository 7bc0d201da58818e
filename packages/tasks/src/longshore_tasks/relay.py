"""From the outbox to the broker, each job once."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from longshore.store import Store, jobs
from longshore_tasks.database.outbox import OutboxRow

#: In one step of the broker and one transaction.
MOST_AT_ONCE = 100


def relay(engine: Engine, store: Store, most: int = MOST_AT_ONCE) -> int:
    """Enqueue the oldest committed jobs, then forget them; return how many there were.

    A relay that ends in between enqueues them again under the same ids, which adds nothing for as
    long as their records are kept. So may several relays at once.

    Raises:
        BrokerError: the broker did not take them; they stay.
        sqlalchemy.exc.OperationalError: the database does not answer.
    """
    with Session(engine) as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id).limit(most)).all()
        if rows:
            _enqueue(store, rows)
            session.execute(delete(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows])))
            session.commit()
    return len(rows)


def _enqueue(store: Store, rows: Sequence[OutboxRow]) -> None:
    now = time.time()
    store.run(jobs.enqueue_all(row.to_new_job(now) for row in rows))
