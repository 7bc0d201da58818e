"""Claims in a real broker, pods in a cluster of the test's own: an API over TLS."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from longshore.envelope import NewJob
from longshore.store import Store, StoreSettings, jobs
from longshore.store.claims import Source, claim
from longshore.store.workers import busy
from longshore.testing.server import ValkeyServer
from longshore_scheduler.deletion_cost import DeletionCostKeeper
from longshore_scheduler.deletion_cost.kubernetes import ANNOTATION, Cluster, ClusterUnavailable
from longshore_scheduler.deletion_cost.plan import BUSY, IDLE, Pod


class Api(ThreadingHTTPServer):
    """As much of the Kubernetes API as is asked."""

    def __init__(self, annotations: dict[str, dict[str, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.annotations, self.asked = annotations, list[str]()


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self.server.asked.append(f"GET {self.path} {self.headers['Authorization']}")
        items = [
            {"metadata": {"name": name, "annotations": found}}
            for name, found in self.server.annotations.items()
        ]
        items.append({"metadata": {"name": "leaving", "deletionTimestamp": "now"}})
        self._answer({"items": items})

    def do_PATCH(self) -> None:
        name = self.path.rpartition("/")[2]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.annotations[name].update(body["metadata"]["annotations"])
        self._answer({})

    def _answer(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Api]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.crt")
    (tmp_path / "token").write_text("let-me-in\n")
    (tmp_path / "namespace").write_text("shop")
    server = Api({"pod-1": {}, "pod-2": {ANNOTATION: str(BUSY)}, "pod-3": {ANNOTATION: "dear"}})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.server_port))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url, StoreSettings(lease_seconds=5)) as store:
        yield store


def hold(store: Store, worker: str, count: int = 1) -> None:
    for number in range(count):
        job = NewJob(task="t", id=f"{worker}-{number}", kwargs={}, queue="q")
        store.run(jobs.enqueue(job))
        assert store.run(claim([Source("q", "q")], owner=worker, worker=worker, limit=1))


def test_the_broker_knows_who_is_busy(store: Store) -> None:
    assert store.run(busy()) == {}
    hold(store, "default@pod-1", 2)
    hold(store, "fast@pod-2")
    assert store.run(busy()) == {"default@pod-1": 2, "fast@pod-2": 1}


def test_it_looks_at_so_many_claims_and_no_more(store: Store) -> None:
    hold(store, "default@pod-1", 3)
    assert store.run(busy(limit=2)) == {"default@pod-1": 2}
    assert store.run(busy(limit=0)) == {}


def test_pods_that_leave_are_left_alone(api: Api, tmp_path: Path) -> None:
    found = Cluster("a=b,c=d", tmp_path).pods()
    assert found == [Pod("pod-1", IDLE), Pod("pod-2", BUSY), Pod("pod-3", IDLE)]
    assert api.asked == [
        "GET /api/v1/namespaces/shop/pods?labelSelector=a%3Db%2Cc%3Dd Bearer let-me-in"
    ]


def test_busy_pods_become_dear_and_idle_ones_cheap(store: Store, api: Api, tmp_path: Path) -> None:
    hold(store, "default@pod-1")
    DeletionCostKeeper(store, Cluster("a=b", tmp_path)).turn(0.0)
    assert api.annotations["pod-1"][ANNOTATION] == str(BUSY)
    assert api.annotations["pod-2"][ANNOTATION] == str(IDLE)


def test_an_api_that_is_away_is_told_once_and_asked_again(
    store: Store, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "1")
    away = Cluster("a=b", tmp_path)
    with pytest.raises(ClusterUnavailable, match="GET pods"):
        away.pods()
    keeper = DeletionCostKeeper(store, away)
    keeper.turn(0.0)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(api.server_port))
    keeper._cluster = Cluster("a=b", tmp_path)
    keeper.turn(1.0)
    assert api.annotations["pod-2"][ANNOTATION] == str(IDLE)
