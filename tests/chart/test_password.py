"""The password of the chart's Valkey: made once, where a cluster can be asked for it."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast

import yaml

from support.chart import CHART, NAMESPACE, RELEASE, helm, refusal

NAME = f"{RELEASE}-longshore-valkey"
SECRETS = f"/api/v1/namespaces/{NAMESPACE}/secrets"


KINDS = {
    "v1": ["Secret", "ConfigMap", "Service", "ServiceAccount", "PersistentVolumeClaim", "Pod"],
    "apps/v1": ["Deployment", "StatefulSet"],
    "networking.k8s.io/v1": ["NetworkPolicy"],
}


def group(version: str) -> dict[str, Any]:
    """Return how the API lists a group of one version."""
    name, _, number = version.partition("/")
    served = {"groupVersion": version, "version": number}
    return {"name": name, "versions": [served], "preferredVersion": served}


def resources(version: str) -> dict[str, Any]:
    """Return how the API lists the resources of a version."""
    plural = {kind: f"{kind.lower()}s".replace("ys", "ies") for kind in KINDS[version]}
    found = [
        {"name": name, "kind": kind, "namespaced": True, "verbs": ["get", "list"]}
        for kind, name in plural.items()
    ]
    return {"kind": "APIResourceList", "groupVersion": version, "resources": found}


GROUPS = [version for version in KINDS if "/" in version]
DISCOVERED: dict[str, Any] = {
    "/version": {"major": "1", "minor": "36", "gitVersion": "v1.36.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [*map(group, GROUPS)]},
    "/api/v1": resources("v1"),
    **{f"/apis/{version}": resources(version) for version in GROUPS},
}


class Cluster(HTTPServer):
    """As much of the Kubernetes API as answers what secrets there are."""

    def __init__(self, *secrets: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        found = {"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": [*secrets]}
        each = {f"{SECRETS}/{one['metadata']['name']}": one for one in secrets}
        self.answers = {**DISCOVERED, SECRETS: found, **each}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        found = cast(Cluster, self.server).answers.get(path)
        missing = {"kind": "Status", "apiVersion": "v1", "reason": "NotFound", "code": 404}
        body = json.dumps(missing if found is None else found).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def cluster(*secrets: dict[str, Any]) -> Generator[Cluster]:
    with Cluster(*secrets) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def password(server: Cluster, folder: Path) -> str:
    """Return the password that an install in this cluster renders."""
    kubeconfig = folder / "kubeconfig"
    place = {"name": "a", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
    context = {"name": "a", "context": {"cluster": "a", "user": "a"}}
    kubeconfig.write_text(
        json.dumps(
            {
                "kind": "Config",
                "apiVersion": "v1",
                "current-context": "a",
                "clusters": [place],
                "contexts": [context],
                "users": [{"name": "a", "user": {}}],
            }
        )
    )
    done = subprocess.run(
        [
            *(helm(), "template", RELEASE, str(CHART), "-n", NAMESPACE),
            *("--kubeconfig", str(kubeconfig), "--dry-run=server", "--disable-openapi-validation"),
            *("--show-only", "templates/valkey/secret.yaml"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return base64.b64decode(yaml.safe_load(done.stdout)["data"]["password"]).decode()


def test_without_a_cluster_to_ask_a_secret_must_be_named() -> None:
    said = refusal({"broker": {"existingSecret": ""}})
    assert "no cluster can be asked" in said
    assert "broker.existingSecret" in said


def test_the_first_install_makes_one(tmp_path: Path) -> None:
    with cluster() as empty:
        assert len(password(empty, tmp_path)) == 32


def test_an_upgrade_keeps_it(tmp_path: Path) -> None:
    owned = {
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {
            "meta.helm.sh/release-name": RELEASE,
            "meta.helm.sh/release-namespace": NAMESPACE,
        },
    }
    secret = {
        "kind": "Secret",
        "apiVersion": "v1",
        "metadata": {"name": NAME, "namespace": NAMESPACE, **owned},
        "data": {"password": base64.b64encode(b"kept").decode()},
    }
    with cluster(secret) as installed:
        assert password(installed, tmp_path) == "kept"
