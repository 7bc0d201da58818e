"""The scheduler's round: ask to lead, enqueue what is due, do the upkeep, say when to return."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo
from uuid import uuid4

from longshore.errors import BrokerError, LeaseLost
from longshore.schedule.broker_clock import BrokerClock
from longshore.schedule.condition import Condition
from longshore.schedule.entry import ScheduleEntry
from longshore.schedule.log import log
from longshore.schedule.tenure import Tenure
from longshore.store import Store, StoreSettings, janitor, queues, schedules
from longshore.store.queues import Maintenance
from longshore.store.retention import retain
from longshore.store.schedules import Standing

#: Delayed jobs and ended leases are looked after at least this often.
LONGEST_PAUSE_SECONDS = 1.0
#: How long a scheduler that stops waits for the broker to take its leadership back.
RESIGN_DEADLINE_SECONDS = 1.0


class Timekeeper:
    """Keeps the schedule of one store, leading or standing by; one thread only."""

    def __init__(
        self,
        open_store: Callable[[StoreSettings], Store],
        settings: StoreSettings,
        entries: Sequence[ScheduleEntry],
        zone: tzinfo,
    ) -> None:
        self._open_store, self._settings = open_store, settings
        self._store = open_store(settings)
        self._entries, self._zone = tuple(entries), zone
        self._token = uuid4().hex
        self._identity = f"{socket.gethostname()}:{os.getpid()}"
        self._tenure: Tenure | None = None
        self._leader = ""
        self._sweep_at = 0.0
        self.broker = Condition("broker unavailable", "broker available again")

    @property
    def leading(self) -> bool:
        """Whether this scheduler was the leader in its last round."""
        return self._tenure is not None

    def turn(self) -> float:
        """Run one round; returns the seconds to wait until the next.

        A broker that does not answer is no error: it is logged once and asked again.
        """
        try:
            pause = self._round()
        except LeaseLost:
            self._tenure = None
            return 0.0
        except BrokerError as error:
            # What took effect is unknown: where the entries stand is asked for again.
            self._tenure = None
            self.broker.failed(error)
            return LONGEST_PAUSE_SECONDS
        self.broker.succeeded()
        return pause

    def resign(self) -> None:
        """Give the leadership up, if it is ours, and close all connections.

        The last round may have been cut short (a signal) with half an answer read, so this asks
        over a connection of its own.
        """
        deadline = min(RESIGN_DEADLINE_SECONDS, self._settings.deadline_seconds)
        with self._open_store(replace(self._settings, deadline_seconds=deadline)) as store:
            try:
                if store.run(schedules.resign(self._token)):
                    log.info("leadership given up", scheduler=self._identity)
            except BrokerError as error:
                log.warning("leadership left to run out", reason=str(error))
        self._tenure = None
        self._store.close()

    def _round(self) -> float:
        standing = self._store.run(schedules.lead(self._token, self._identity))
        clock = BrokerClock(standing.now)
        self._follow(standing)
        if self._tenure is not None:
            self._tenure.deal_with_due(clock.now())
        upkeep = self._store.run(queues.maintain())
        if standing.now >= self._sweep_at:
            if self._store.run(janitor.sweep()).due:
                retain(self._store)
            self._sweep_at = standing.now + janitor.EVERY_SECONDS
        return self._pause(clock, upkeep)

    def _follow(self, standing: Standing) -> None:
        if not standing.leading:
            self._tenure = None
        elif self._tenure is None:
            self._tenure = Tenure.begin(self._store, self._token, self._entries, self._zone)
        if standing.leader != self._leader:
            role = "leading" if standing.leading else "standing by"
            log.info(role, scheduler=self._identity, leader=standing.leader)
        self._leader = standing.leader

    def _pause(self, clock: BrokerClock, upkeep: Maintenance) -> float:
        if upkeep.promoted or upkeep.rescued:
            return 0.0
        pauses = [LONGEST_PAUSE_SECONDS, self._settings.renew_every_seconds]
        if upkeep.next_due_in_seconds is not None:
            pauses.append(upkeep.next_due_in_seconds)
        if self._tenure is not None and self._tenure.next_slot is not None:
            pauses.append((self._tenure.next_slot - clock.now()).total_seconds())
        return max(min(pauses), 0.0)
