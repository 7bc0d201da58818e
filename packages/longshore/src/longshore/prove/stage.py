"""Everything that one scenario needs, and the end of all of it: server, ledger, workers."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from longshore.prove import places
from longshore.prove.ledger import Kind, Ledger
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.producer import Producer
from longshore.prove.verdict import Count, count
from longshore.prove.waiting import NotInTime, holds, until
from longshore.prove.work import AppSettings
from longshore.testing.server import ValkeyServer

READY_SECONDS = 60.0
START_SECONDS = 60.0


class Stage:
    """A context: a Valkey of its own, a ledger, a producer, and workers as they are asked for."""

    def __init__(self, run: Run, *, lease_seconds: float, appendfsync: str = "everysec") -> None:
        self.run, self.lease_seconds = run, lease_seconds
        self._stack = ExitStack()
        self._numbers = itertools.count(1)
        self.members: list[Member] = []
        self.server = ValkeyServer(appendfsync=appendfsync)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="longshore-prove-"))
            self.folder = Path(folder)
            stack.enter_context(self.server)
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

    def _end_members(self) -> None:
        for member in self.members:
            member.kill()

    @property
    def settings(self) -> AppSettings:
        """What the app is told on this stage."""
        return AppSettings(
            self.run.arm, f"127.0.0.1:{self.server.port}/0", str(self.ledger.path),
            str(self.lease_seconds),
        )  # fmt: skip

    @property
    def elapsed_seconds(self) -> float:
        """Since the stage was set."""
        return time.monotonic() - self.began

    def member(self, role: str, pool: Pool, options: Sequence[str] = ()) -> Member:
        """Starts one more worker, without waiting for it."""
        name = f"{role}{next(self._numbers)}"
        log = self.folder / f"{name}.log"
        member = Member(name, pool, self.settings.environment(), log, options)
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

    def has_started(self, member: Member) -> bool:
        """Whether it has run anything."""
        return any(
            mark.kind is Kind.START and mark.member == member.name for mark in self.ledger.marks()
        )

    def finished(self, jobs: set[str]) -> bool:
        """Whether all these jobs have finished at least once."""
        return jobs <= self.ledger.subjects(Kind.FINISH)

    def drained(self, seconds: float) -> bool:
        """Waits until everything accepted has finished and nothing is in any place but its end."""
        jobs = set(self.producer.accepted)
        return holds(lambda: self.finished(jobs), seconds) and holds(
            lambda: not places.busy(self.server), seconds
        )

    def count(self) -> Count:
        """The sets as they are now; what stands in a place in Redis is not lost."""
        elsewhere = places.waiting(self.server) | places.claimed(self.server)
        return count(self.producer.accepted, self.ledger.marks(), elsewhere)
