"""A worker's signals, events and remote control: on every pool as on Celery's own broker."""

from __future__ import annotations

import socket
import threading
from collections import defaultdict
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from longshore.testing.server import ValkeyServer
from support.shop import Shop
from support.until import until

OPTIONS = ("--without-gossip", "--without-mingle", "-E", "-Q", "celery,running")
#: Celery's own broker and pool, then every pool on Longshore.
ARMS = {
    "stock prefork": ("redis", "prefork"),
    **{pool: ("longshore", pool) for pool in ("prefork", "threads", "solo")},
    "longshore": ("longshore", "longshore"),
    "longshore-threads": ("longshore", "longshore-threads"),
}
#: These end one running job and no other.
ENDING = ("stock prefork", "prefork", "longshore")
RAN = ("task_prerun", "task_postrun")


@dataclass(frozen=True)
class Told:
    """What is told of a job beside ``task_received`` and ``task-received``."""

    signals: frozenset[str]
    events: frozenset[str]


def told(signals: tuple[str, ...], *events: str) -> Told:
    return Told(frozenset(signals), frozenset(events))


REVOKED = told(("task_revoked",), "task-revoked")
TERMINATED = told((*RAN, "task_revoked terminated"), "task-started", "task-revoked")
WAYS = {
    "succeeded": told((*RAN, "task_success"), "task-started", "task-succeeded"),
    "failed": told((*RAN, "task_failure"), "task-started", "task-failed"),
    "retried": told(
        (*RAN, "task_retry", "task_success"), "task-started", "task-retried", "task-succeeded"
    ),
    "rejected by its task": told(
        (*RAN, "task_failure"), "task-started", "task-failed", "task-rejected"
    ),
    "expired": told(("task_revoked expired",), "task-revoked"),
    "revoked in its queue": REVOKED,
    "revoked by a stamp": REVOKED,
    "terminated": TERMINATED,
    "terminated by a stamp": TERMINATED,
    "past its time limit": told((*RAN, "task_failure"), "task-started", "task-failed"),
    "of an unknown task": told(("task_unknown",), "task-failed"),
}
RUNNING = ("terminated", "terminated by a stamp", "past its time limit")
#: An event that a job revoked in its queue has none of: no worker gets it.
SILENT = {"revoked in its queue": frozenset({"task-revoked"})}


@dataclass
class Scene:
    """All jobs of one worker, and what was heard of them."""

    arm: str
    shop: Shop
    ids: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    beats: list[dict[str, Any]] = field(default_factory=list)

    def heard(self, kind: dict[str, Any]) -> None:
        (self.beats if kind["type"] == "worker-heartbeat" else self.events).append(kind)

    def signals(self, way: str) -> set[str]:
        start = f"signal {self.ids[way]} "
        lines = [line for line in self.shop.lines() if line.startswith(start)]
        return {line.removeprefix(start) for line in lines} - {"task_received"}

    def told(self, way: str) -> set[str]:
        kinds = {one["type"] for one in self.events if one.get("uuid") == self.ids[way]}
        return kinds - {"task-received"}

    def send(self, way: str, signature: Any, **stamps: str) -> None:
        if stamps:
            signature.stamp(**stamps)
        self.ids[way] = signature.apply_async().id

    def play(self) -> None:
        tasks, control = self.shop.module, self.shop.app.control
        later = {"queue": "later"}
        self.send("revoked in its queue", tasks.add.si(1, 2).set(**later))
        self.send("revoked by a stamp", tasks.add.si(1, 2).set(**later), mark="waits")
        control.revoke(self.ids["revoked in its queue"], reply=True, timeout=20, limit=1)
        control.revoke_by_stamped_headers({"mark": ["waits"]}, reply=True, timeout=20, limit=1)
        control.add_consumer("later", reply=True, timeout=20, limit=1)
        self.send("succeeded", tasks.add.si(1, 2))
        self.send("failed", tasks.fail.si())
        self.send("retried", tasks.flaky.si(1))
        self.send("rejected by its task", tasks.rejecting.si())
        self.send("expired", tasks.add.si(1, 2).set(expires=0.001))
        self.send("of an unknown task", self.shop.app.signature("shop.nobody_has_it"))
        with self.shop.app.connection_for_write() as connection:
            connection.SimpleQueue("celery").put({"no": "task"})
        if self.arm in ENDING:
            self.send("past its time limit", tasks.too_long.si())
            self.send("past its time limit, with hooks", tasks.too_long_with_hooks.si())
            self.terminate()

    def terminate(self) -> None:
        tasks, control = self.shop.module, self.shop.app.control
        self.send("terminated", tasks.gated.si("one"))
        self.send("terminated by a stamp", tasks.gated.si("two"), mark="runs")
        until(lambda: {"start one", "start two"} <= set(self.shop.lines()))
        control.revoke(self.ids["terminated"], terminate=True, reply=True, timeout=20, limit=1)
        self.answers["terminated by a stamp"] = control.revoke_by_stamped_headers(
            {"mark": ["runs"]}, terminate=True, reply=True, timeout=20, limit=1
        )

    def query(self) -> None:
        """Ask of a job that runs."""
        self.send("asked of", self.shop.module.gated.si("asked of"))
        until(lambda: "start asked of" in self.shop.lines())
        self.answers["query_task"] = self.shop.app.control.inspect(timeout=20, limit=1).query_task(
            self.ids["asked of"]
        )
        with suppress(AssertionError):
            until(lambda: self.beats and self.beats[-1]["active"], 15)
        self.answers["heartbeat"] = self.beats[-1]
        self.shop.open_gate("asked of")


@contextmanager
def listening(scene: Scene) -> Generator[None]:
    """Hear events in a thread."""
    over = threading.Event()

    def listen() -> None:
        with scene.shop.app.connection_for_read() as connection:
            receiver = scene.shop.app.events.Receiver(connection, handlers={"*": scene.heard})
            while not over.is_set():
                with suppress(socket.timeout):
                    receiver.capture(limit=None, timeout=0.2, wakeup=False)

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def scene_of(arm: str, folder: Path) -> Generator[Scene]:
    scheme, pool = ARMS[arm]
    with ValkeyServer() as server:
        url = server.redis_url.replace("redis://", f"{scheme}://")
        shop = Shop(url, folder, more={"SHOP_SIGNALS": "1"})
        scene = Scene(arm, shop)
        worker = shop.worker(pool=pool, concurrency=4, options=OPTIONS)
        with listening(scene), worker:
            until(lambda: shop.app.control.ping(timeout=1, limit=1))
            until(lambda: scene.beats)
            scene.play()
            if arm != "solo":
                scene.query()
            yield scene
        shop.close()


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, Scene]]:
    """One worker of each pool for all tests."""
    with ExitStack() as stack:
        yield {
            arm: stack.enter_context(scene_of(arm, tmp_path_factory.mktemp("parity")))
            for arm in ARMS
        }


CASES = [
    pytest.param(arm, way, id=f"{arm}-{way}")
    for arm in ARMS
    for way in WAYS
    if arm in ENDING or way not in RUNNING
]


def settled(found: Any, expected: set[str] | frozenset[str]) -> None:
    """Wait for what is expected; more than that is a failure as well."""
    with suppress(AssertionError):
        until(lambda: found() >= expected, 20)
    assert found() == expected


@pytest.mark.parametrize(("arm", "way"), CASES)
def test_signals(scenes, arm, way):
    killed = {"task_postrun"} if arm == "longshore" and way in RUNNING else set()
    settled(lambda: scenes[arm].signals(way), WAYS[way].signals - killed)


@pytest.mark.parametrize(("arm", "way"), CASES)
def test_events(scenes, arm, way):
    silent = frozenset() if arm == "stock prefork" else SILENT.get(way, frozenset())
    settled(lambda: scenes[arm].told(way), WAYS[way].events - silent)


@pytest.mark.parametrize("arm", ENDING)
@pytest.mark.parametrize("hook", ["on_failure {} TimeLimitExceeded", "after_return {} FAILURE"])
def test_hooks_of_a_job_past_its_time_limit(scenes, arm, hook):
    scene = scenes[arm]
    line = f"hook {hook}".format(scene.ids["past its time limit, with hooks"])
    until(lambda: line in scene.shop.lines(), 20)


@pytest.mark.parametrize("arm", ARMS)
def test_a_message_that_is_no_task_is_signalled(scenes, arm):
    until(lambda: "signal None task_rejected" in scenes[arm].shop.lines(), 20)


@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm != "solo"])
def test_a_running_job_is_found_by_query_task(scenes, arm):
    scene = scenes[arm]
    (found,) = scene.answers["query_task"].values()
    ((job_id, (state, info)),) = found.items()
    assert (job_id, state, info["id"]) == (scene.ids["asked of"], "active", job_id)


@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm != "solo"])
def test_heartbeats_count_what_runs_and_what_has_run(scenes, arm):
    beat = scenes[arm].answers["heartbeat"]
    assert beat["active"] >= 1
    assert beat["processed"] >= 4


@pytest.mark.parametrize("arm", ENDING)
def test_control_says_which_stamps_have_ended_a_job(scenes, arm):
    (answer,) = scenes[arm].answers["terminated by a stamp"]
    (said,) = answer.values()
    assert "runs" in said["ok"]
    assert said["ok"].endswith("revoked")


def table() -> str:
    head = ["| A job is | signals | events |", "|---|---|---|"]
    rows = [f"| {way} | {shown(one.signals)} | {shown(one.events)} |" for way, one in WAYS.items()]
    return "\n".join([*head, *rows])


def shown(names: frozenset[str]) -> str:
    kinds: dict[str, str] = defaultdict(str)
    for name in sorted(names):
        kind, _, how = name.partition(" ")
        kinds[kind] = f"`{kind}` ({how})" if how else f"`{kind}`"
    return ", ".join(kinds.values())


def test_the_page_shows_what_is_told():
    assert table() in (Path(__file__).parents[3] / "docs" / "signals.md").read_text()
