"""A store in memory, for tests of what stands on a store: it answers as the scripts do.

It keeps records and counts. Jobs go nowhere by themselves: a test says what becomes of them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from longshore.records import AttemptRecord, JobState
from longshore.store import Call, StoreSettings

T = TypeVar("T")

#: The enqueue script's arguments: what a group of jobs shares, and what each has of its own.
SHARED_WORDS, OWN_WORDS = 13, 6
FINISHED = {state.value for state in JobState if state.finished}


class FakeStore:
    """Takes the place of ``AsyncStore``.

    ``error`` is raised by every call while it is set; ``messages`` holds what was enqueued, each
    as the document that a worker would get. Jobs of the tasks in ``answers`` succeed at once, with
    that result.
    """

    def __init__(self, settings: StoreSettings | None = None) -> None:
        self.settings = settings or StoreSettings()
        self.error: Exception | None = None
        self.messages: list[dict[str, Any]] = []
        self.answers: dict[str, object] = {}
        self.closed = False
        self._batches: dict[str, dict[str, str]] = {}
        self._records: dict[str, dict[str, str]] = {}
        self._attempts: dict[str, list[bytes]] = {}
        self._results: dict[str, bytes] = {}

    async def run(self, call: Call[T]) -> T:
        """Run one call; raises ``error`` when there is one."""
        if self.error is not None:
            raise self.error
        answer: Callable[[Sequence[Any]], object] = getattr(self, f"_run_{call.script.name}")
        return call.read(answer(call.argv(self.settings)[1:]))

    async def aclose(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def change(self, job_id: str, state: JobState, **fields: object) -> None:
        """Put a job into a state, with further fields of its record."""
        words = {name: str(value) for name, value in fields.items()}
        self._records[job_id].update(words, state=state.value)

    def tamper(self, job_id: str, **words: str) -> None:
        """Write fields of a job's record as another program might."""
        self._records[job_id].update(words)

    def succeed(self, job_id: str, result: object) -> None:
        """End a job with a result."""
        self.change(job_id, JobState.SUCCEEDED, finished_at=time.time())
        self._results[job_id] = json.dumps({"result": result}).encode()

    def tell(self, job_id: str, attempt: AttemptRecord) -> None:
        """Add an attempt to a job's story."""
        entry = asdict(attempt)
        error = entry.pop("error") or {}
        entry |= {f"error_{name}": value for name, value in error.items()}
        self._attempts.setdefault(job_id, []).append(json.dumps(entry).encode())

    def _run_enqueue(self, argv: Sequence[Any]) -> list[int | list[bytes]]:
        answers: list[int | list[bytes]] = []
        start = 1
        while start < len(argv):
            own = start + SHARED_WORDS
            end = own + OWN_WORDS * int(argv[start])
            shared = argv[start + 1 : own]
            each = range(own, end, OWN_WORDS)
            answers += [self._enqueue(shared, argv[at : at + OWN_WORDS]) for at in each]
            start = end
        return answers

    def _enqueue(self, shared: Sequence[Any], own: Sequence[Any]) -> int | list[bytes]:
        task, queue, _, priority, unique, _, _, due, delay, _, expires, client = shared
        message, job_id, _, _, fingerprint, request_id = own
        if unique and job_id in self._records:
            return [b"duplicate", self._records[job_id]["fingerprint"].encode()]
        now = time.time()
        due_at = float(due) if due else now + float(delay or 0)
        state = JobState.SCHEDULED if due_at > now else JobState.QUEUED
        self._records[job_id] = {
            "state": state.value,
            "task": task,
            "queue": queue,
            "priority": str(priority),
            "enqueued_at": str(now),
            "due_at": str(due_at) if state is JobState.SCHEDULED else "",
            "expires_at": str(now + float(expires)) if expires else "",
            "fingerprint": fingerprint,
            "request_id": request_id,
            **({"client": client} if client else {}),
        }
        self.messages.append(json.loads(message))
        if task in self.answers:
            self.succeed(job_id, self.answers[task])
        return 1

    def _run_batch_enqueue(self, argv: Sequence[Any]) -> list[int | list[bytes]]:
        batch_id, callback, many = argv[0], argv[2], int(argv[10])
        answers = self._run_enqueue(argv[12 + many :])
        new = str(sum(answer == 1 for answer in answers))
        words = {"size": new, "open": new, "created_at": str(time.time())}
        if client := self._records[argv[11]].get("client"):
            words["client"] = client
        self._batches.setdefault(
            batch_id, {**words, **({"callback": callback} if callback else {})}
        )
        return answers

    def _run_batch(self, argv: Sequence[Any]) -> list[bytes]:
        return _flat(self._batches.get(argv[0], {}))

    def _run_job(self, argv: Sequence[Any]) -> list[bytes]:
        return _flat(self._records.get(argv[0], {}))

    def _run_attempts(self, argv: Sequence[Any]) -> list[bytes]:
        return self._attempts.get(argv[0], [])

    def _run_result(self, argv: Sequence[Any]) -> list[bytes]:
        record = self._records.get(argv[0], {})
        return [record.get("state", "").encode(), self._results.get(argv[0], b"")]

    def _run_cancel(self, argv: Sequence[Any]) -> bytes:
        record = self._records.get(argv[0])
        if record is None:
            return b"unknown"
        if record["state"] not in {*FINISHED, JobState.RUNNING}:
            record["state"] = JobState.CANCELLED.value
        return record["state"].encode()

    def _run_search(self, argv: Sequence[Any]) -> list[Any]:
        wanted: dict[str, str] = dict(zip(("state", "task", "queue"), argv[:3], strict=True))
        older, limit = argv[3], int(argv[5])
        if argv[8]:
            wanted["client"] = argv[8]
        names = list(self._records)
        newest_first = names[: int(older)] if older else names
        found = [name for name in reversed(newest_first) if _fits(self._records[name], wanted)]
        page, more = found[:limit], len(found) > limit
        cursor = str(names.index(page[-1])).encode() if more else b""
        return [cursor, [[name.encode(), _flat(self._records[name])] for name in page]]

    def _run_queues(self, argv: Sequence[Any]) -> list[list[Any]]:
        records = self._records.values()
        names = {record["queue"] for record in records} | set(argv[1:])
        return [[name.encode(), *self._counts(name), b"", b"", 0, b""] for name in names]

    def _counts(self, queue: str) -> list[int]:
        states = [record["state"] for record in self._records.values() if record["queue"] == queue]
        places = ({"queued"}, {"scheduled", "retrying"}, {"running"}, {"dead"})
        return [sum(state in place for state in states) for place in places]

    def _run_task(self, argv: Sequence[Any]) -> list[bytes]:
        states = [record["state"] for record in self._records.values() if record["task"] == argv[0]]
        counts = {state: str(states.count(state)) for state in FINISHED}
        return _flat({**counts, "enqueued": str(len(states))})

    def _run_stats(self, _argv: Sequence[Any]) -> list[list[Any]]:
        return [[], [], []]

    def _run_ping(self, _argv: Sequence[Any]) -> bytes:
        return str(time.time()).encode()


def _flat(words: dict[str, str]) -> list[bytes]:
    return [word.encode() for pair in words.items() for word in pair]


def _fits(record: dict[str, str], wanted: dict[str, str]) -> bool:
    return all(value in {"", record.get(name)} for name, value in wanted.items())
