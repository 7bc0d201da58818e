"""Everything that one scenario needs, and the end of all of it: server, ledger, workers."""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from longshore.prove import places
from longshore.prove.arm import Arm
from longshore.prove.ledger import Kind, Ledger
from longshore.prove.member import Member, Pool, worker_words
from longshore.prove.options import Run
from longshore.prove.producer import Producer
from longshore.prove.verdict import Count, count
from longshore.prove.waiting import NotInTime, holds, until
from longshore.prove.work import AppSettings
from longshore.testing.sentinel import SentinelSet
from longshore.testing.server import ValkeyServer

SCHEDULER = "longshore.schedule:LongshoreScheduler"
READY_SECONDS = 60.0
START_SECONDS = 60.0


class Stage:
    """A context: a Valkey of its own, a ledger, a producer, and workers as they are asked for.

    With ``sentinels``, ``server`` is the primary until somebody says otherwise.
    """

    sentinels: SentinelSet

    def __init__(
        self,
        run: Run,
        *,
        lease_seconds: float,
        appendfsync: str = "everysec",
        options: Mapping[str, object] | None = None,
        sentinels: bool = False,
    ) -> None:
        self.run, self.lease_seconds, self._options = run, lease_seconds, options or {}
        self._stack = ExitStack()
        self._numbers = itertools.count(1)
        self.members: list[Member] = []
        self.server = ValkeyServer(appendfsync=appendfsync)
        self._with_sentinels = sentinels

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="longshore-prove-"))
            self.folder = Path(folder)
            self._place = self._set_server(stack)
            self.ledger = Ledger(self.folder / "ledger")
            self.producer = Producer(self.settings)
            stack.callback(self.producer.close)
            stack.callback(self._end_members)
            self._stack = stack.pop_all()
        self.began = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _set_server(self, stack: ExitStack) -> str:
        """Starts the server, with all that belongs to it; its place in a broker URL."""
        if not self._with_sentinels:
            stack.enter_context(self.server)
            return f"127.0.0.1:{self.server.port}/0"
        self.sentinels = stack.enter_context(SentinelSet(self.folder))
        self.server = self.sentinels.primary
        return self.sentinels.place

    def _end_members(self) -> None:
        for member in self.members:
            member.kill()

    @property
    def settings(self) -> AppSettings:
        """What the app is told on this stage."""
        return AppSettings(
            self.run.arm, self._place, str(self.ledger.path),
            str(self.lease_seconds), json.dumps(dict(self._options)),
        )  # fmt: skip

    @property
    def is_over(self) -> bool:
        """Whether the caller's time limit for the faults has passed."""
        limit = self.run.options.seconds
        return limit is not None and self.elapsed_seconds > limit

    @property
    def elapsed_seconds(self) -> float:
        """Since the stage was set."""
        return time.monotonic() - self.began

    def member(
        self,
        role: str,
        pool: Pool,
        options: Sequence[str] = (),
        *,
        environment: Mapping[str, str] | None = None,
    ) -> Member:
        """Starts one more worker, without waiting for it; ``environment`` is added to its own."""
        name = f"{role}{next(self._numbers)}@prove"
        return self._start(name, worker_words(name, pool, options), environment or {})

    def scheduler(self) -> Member:
        """Starts a scheduler, Longshore's or stock Celery's."""
        name = f"scheduler{next(self._numbers)}"
        state = ("-S", SCHEDULER) if self.run.arm is Arm.LONGSHORE else ("-s", self.folder / name)
        return self._start(name, ("beat", "-l", "WARNING", "--pidfile=", *map(str, state)))

    def _start(
        self, name: str, words: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Member:
        log, own = (
            self.folder / f"{name}.log",
            {**self.settings.environment(), **(environment or {})},
        )
        member = Member(self.run.fork_server, name, words, own, log)
        self.members.append(member)
        return member

    def is_ready(self, member: Member) -> bool:
        """Whether it consumes.

        Raises:
            NotInTime: it never will, for it has ended.
        """
        if not member.runs:
            raise NotInTime(f"{member.name} ended on starting: {member.last_lines()}")
        return member.name in self.ledger.subjects(Kind.READY)

    def wait_until_ready(self, *members: Member) -> None:
        """Returns when all of them consume.

        Raises:
            NotInTime: one did not.
        """
        for member in members:
            until(lambda one=member: self.is_ready(one), READY_SECONDS, f"{member.name} ready")  # type: ignore[misc]

    def wait_until_started(self, job: str, times: int = 1, seconds: float = START_SECONDS) -> None:
        """Returns when a job has been started so often.

        Raises:
            NotInTime: it was not.
        """

        def started() -> bool:
            return sum(mark.subject == job for mark in self.ledger.of(Kind.START)) >= times

        until(started, seconds, f"start {times} of a job")

    def has_started(self, member: Member, since: float = 0.0) -> bool:
        """Whether it has begun a job, at that time or later."""
        return self.ledger.has_started(member.name, since)

    def finished(self, jobs: AbstractSet[str]) -> bool:
        """Whether all these jobs have finished at least once."""
        return jobs <= self.ledger.subjects(Kind.FINISH)

    def drained(self, seconds: float) -> bool:
        """Waits until everything accepted has finished and nothing is in any place but its end.

        Gives up when for so many seconds nothing has finished.
        """
        jobs, done = set(self.producer.accepted), -1
        while not holds(lambda: self.finished(jobs), seconds):
            before, done = done, len(self.ledger.subjects(Kind.FINISH))
            if done == before:
                return False
        return holds(lambda: not places.busy(self.server), seconds)

    def count(self) -> Count:
        """The sets as they are now; what stands in a place in Redis is not lost."""
        elsewhere = places.waiting(self.server) | places.claimed(self.server)
        return count(self.producer.accepted, self.ledger.marks(), elsewhere)
