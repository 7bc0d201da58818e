"""Every way in which a job ends, and who waits for it: all learn of it, on every pool."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from celery import chain, chord
from celery.exceptions import TimeoutError as StillPending

from longshore.store import Store, StoreSettings, jobs
from longshore.store.claims import Source, claim, release
from longshore.testing.server import ValkeyServer
from support.shop import Shop
from support.until import until

QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")
POOLS = ("prefork", "threads", "solo", "longshore", "longshore-threads")
#: These can end a running job.
ENDING = ("prefork", "longshore")
FAILURE, REVOKED = "FAILURE", "REVOKED"
WAYS = {
    "failed": FAILURE,
    "rejected": FAILURE,
    "time limit": FAILURE,
    "unknown task": FAILURE,
    "undecodable": FAILURE,
    "quarantined": FAILURE,
    "expired": REVOKED,
    "cancelled in its queue": REVOKED,
    "cancelled before it is due": REVOKED,
    "cancelled as it runs": REVOKED,
    "purged": REVOKED,
    "purged before it is due": REVOKED,
}
FOLLOWERS = (
    "its own result",
    "a chord",
    "a chord's error callback",
    "a chain",
    "an error callback",
)


@dataclass
class Cell:
    """One job that ends in one way, and the result of whoever follows it."""

    way: str
    follower: str
    job_id: str
    result: Any


@dataclass
class Matrix:
    """All jobs of one worker."""

    shop: Shop
    store: Store
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def member(self, way: str) -> Any:
        tasks = self.shop.module
        return {
            "failed": tasks.fail.si(),
            "rejected": tasks.rejecting.si(),
            "time limit": tasks.too_long.si(),
            "unknown task": self.shop.app.signature("shop.nobody_has_it"),
            "undecodable": tasks.add.si(1, 2).set(serializer="pickle"),
            "quarantined": tasks.add.si(1, 2).set(queue="deadly"),
            "expired": tasks.add.si(1, 2).set(expires=0.001),
            "cancelled before it is due": tasks.add.si(1, 2).set(countdown=3600),
            "cancelled as it runs": tasks.gated.si("never").set(queue="running"),
            "purged": tasks.add.si(1, 2).set(queue="purged"),
            "purged before it is due": tasks.add.si(1, 2).set(queue="purged", countdown=3600),
        }.get(way) or tasks.add.si(1, 2)

    def send(self, way: str, follower: str) -> None:
        tasks, member = self.shop.module, self.member(way)
        note = tasks.on_error.s()
        if follower == "a chord":
            result = chord([member, tasks.add.si(1, 2)])(tasks.total.s())
            job_id = result.parent.results[0].id
        elif follower == "a chord's error callback":
            result = chord([member, tasks.add.si(1, 2)])(tasks.total.s().on_error(note))
            job_id = result.parent.results[0].id
        elif follower == "a chain":
            result = chain(member, tasks.passed_on.s()).apply_async()
            job_id = result.parent.id
        else:
            errbacks = {"link_error": note} if follower == "an error callback" else {}
            result = member.apply_async(**errbacks)
            job_id = result.id
        self.cells[way, follower] = Cell(way, follower, job_id, result)

    def ids(self, way: str) -> list[str]:
        return [cell.job_id for cell in self.cells.values() if cell.way == way]

    def prepare(self) -> None:
        """Let those end that end before any worker has them."""
        for way in ("cancelled in its queue", "cancelled before it is due"):
            for one in self.ids(way):
                self.store.run(jobs.cancel(one))
        with self.shop.app.connection_for_write() as connection:
            connection.default_channel.queue_purge("purged")
        deadly = claim([Source("deadly", "deadly")], owner="w1", worker="w1@host", limit=100)
        for delivery in self.store.run(deadly):
            assert delivery.claim is not None
            self.store.run(release(delivery.claim, begun=True, counted=True, why="killed"))

    def cancel_running(self) -> None:
        running = self.ids("cancelled as it runs")
        for one in running:
            until(lambda one=one: self.store.run(jobs.get(one)).state == "running")
        for one in running:
            self.store.run(jobs.cancel(one))


def ways_of(pool: str) -> Generator[tuple[str, str]]:
    for way, state in WAYS.items():
        if way in ("time limit", "cancelled as it runs") and pool not in ENDING:
            continue
        for follower in FOLLOWERS:
            if way == "undecodable" and follower != "its own result":
                continue  # who follows it stands in what nobody can read
            if follower == "an error callback" and state == REVOKED:
                continue  # Celery calls them for failures only
            yield way, follower


@contextmanager
def ended(pool: str, folder: Path) -> Generator[Matrix]:
    """A worker of this pool to which every job was sent."""
    with ValkeyServer() as server, Store.from_url(server.url, StoreSettings(max_deliveries=1)) as s:
        shop = Shop(server.url, folder, transport_options={"max_deliveries": 1})
        matrix = Matrix(shop, s)
        for way, follower in ways_of(pool):
            matrix.send(way, follower)
        matrix.prepare()
        queues = ("-Q", "celery,deadly,purged,running")
        # As many at a time as there are jobs that run until they are cancelled.
        with shop.worker(pool=pool, concurrency=4, options=(*QUICK, *queues)):
            matrix.cancel_running()
            yield matrix
        shop.close()


@pytest.fixture(scope="module")
def matrices(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, Matrix]]:
    """One worker of each pool for all tests."""
    with ExitStack() as stack:
        yield {
            pool: stack.enter_context(ended(pool, tmp_path_factory.mktemp("ends")))
            for pool in POOLS
        }


CASES = [
    pytest.param(pool, way, follower, id=f"{pool}-{way}-{follower}")
    for pool in POOLS
    for way, follower in ways_of(pool)
]


@pytest.mark.parametrize(("pool", "way", "follower"), CASES)
def test_whoever_waits_for_a_job_learns_how_it_ended(matrices, pool, way, follower):
    matrix = matrices[pool]
    cell = matrix.cells[way, follower]
    try:
        cell.result.get(timeout=60, propagate=False)
    except StillPending:
        pytest.fail(f"{follower} of a job that is {way} waits for ever")
    expected = FAILURE if "chord" in follower else WAYS[way]
    assert cell.result.state == expected
    if follower.endswith("error callback"):
        ended = cell.result.id if "chord" in follower else cell.job_id
        until(lambda: f"errback {ended}" in matrix.shop.lines())
        assert matrix.shop.lines().count(f"errback {ended}") == 1


def shown(way: str, follower: str) -> str:
    """What the page says of a cell."""
    if way == "undecodable" and follower != FOLLOWERS[0]:
        return "unreadable"
    if follower == "a chord":
        return "`ChordError`"
    if follower.endswith("error callback"):
        return "called" if (way, follower) in set(ways_of("prefork")) else "not called"
    return f"`{WAYS[way]}`"


def table() -> str:
    head = [f"| A job is | {' | '.join(FOLLOWERS)} |", f"|---|{'---|' * len(FOLLOWERS)}"]
    rows = [f"| {way} | {' | '.join(shown(way, one) for one in FOLLOWERS)} |" for way in WAYS]
    return "\n".join([*head, *rows])


def test_the_page_shows_the_matrix():
    assert table() in (Path(__file__).parents[3] / "docs" / "ends.md").read_text()
