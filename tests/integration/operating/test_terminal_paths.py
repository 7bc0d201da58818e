"""Each way in which a job can end for good leads to the dead letters, with all that is known."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from longshore.envelope import NewJob, Post, encode
from longshore.jobs import to_new_job
from longshore.message import arguments
from longshore.records import DeadReason, JobState
from longshore.store import dead_letters, jobs
from support.garden import Fate, Fell, Grow
from support.places import places
from support.until import until


@dataclass(frozen=True)
class Path:
    """One way to end: the job, how its story goes, its error; ``as_it_came``: never retried."""

    job: Callable[[], NewJob]
    outcomes: tuple[str, ...]
    error: str
    raised: bool = False
    as_it_came: bool = True
    spoil: dict[str, str] = field(default_factory=dict)
    state: JobState = JobState.DEAD


def grow(fate: Fate, **options) -> Callable[[], NewJob]:
    return lambda: to_new_job(Grow(fate=fate), **options)


def strange(task: str, **kwargs) -> Callable[[], NewJob]:
    return lambda: replace(to_new_job(Grow(fate=Fate.FLOURISH)), task=task, kwargs=kwargs)


PATHS = {
    DeadReason.RETRIES_EXHAUSTED: Path(
        grow(Fate.NEVER), ("retried", "retried", "failed"), "Transient", True, as_it_came=False
    ),
    DeadReason.PERMANENT_ERROR: Path(grow(Fate.BLIGHT), ("failed",), "Permanent", True),
    DeadReason.TIME_LIMIT: Path(grow(Fate.LINGER), ("failed",), "SoftTimeLimitExceeded", True),
    DeadReason.WORKER_LOST: Path(lambda: to_new_job(Fell()), ("interrupted",), "WorkerLost"),
    DeadReason.QUARANTINED: Path(grow(Fate.UPROOT), ("interrupted",) * 3, "Quarantined"),
    DeadReason.EXPIRED: Path(
        grow(Fate.FLOURISH, expires_in_seconds=0.001),
        ("expired",),
        "Expired",
        state=JobState.EXPIRED,
    ),
    DeadReason.UNDECODABLE: Path(
        grow(Fate.FLOURISH),
        ("failed",),
        "DecodeError",
        spoil={"body": base64.b64encode(b"{never").decode()},
    ),
    DeadReason.UNKNOWN_TASK: Path(strange("garden.weed"), ("failed",), "UnknownTask"),
    DeadReason.UNKNOWN_ARGUMENTS: Path(
        strange("garden.grow", fate="thrive", depth=3), ("failed",), "InvalidJob", True
    ),
}
#: What Celery's own consumer calls it.
STOCK_NAMES = {"UnknownTask": "LookupError"}


def post(path: Path) -> Post:
    message = encode(path.job())
    return replace(message, raw=json.dumps({**json.loads(message.raw), **path.spoil}))


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_nine_ways_to_end_are_nine_dead_letters(store, valkey, gardener, pool):
    posts = {reason: post(path) for reason, path in PATHS.items()}
    store.run(jobs.post_all(list(posts.values())))
    with gardener(pool):
        until(lambda: store.run(dead_letters.page()).total == len(PATHS), 90)
    with valkey.client() as client:
        assert all(places(client, one.job_id) == ["dead"] for one in posts.values())
    for reason, path in PATHS.items():
        letter = store.run(dead_letters.get(posts[reason].job_id))
        assert (letter.record.dead_reason, letter.record.state) == (reason, path.state)
        check_message(letter, path, posts[reason])
        check_story(letter, path)


def check_message(letter, path: Path, sent: Post) -> None:
    if path.as_it_came:
        assert letter.message == str(sent.raw).encode()
    else:
        assert arguments(letter.message) == arguments(str(sent.raw).encode())


def check_story(letter, path: Path) -> None:
    names = {path.error, STOCK_NAMES.get(path.error)}
    assert letter.record.error.type in names, letter.record
    assert tuple(told.outcome for told in letter.attempts) == path.outcomes
    for told in letter.attempts:
        assert told.worker
        assert 0 < told.started_at <= told.ended_at
        assert told.error.message
        if path.raised:
            assert "garden.py" in told.error.traceback or "binding.py" in told.error.traceback
