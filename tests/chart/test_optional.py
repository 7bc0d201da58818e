"""What is there when it is asked for: routes, budgets, autoscaling, monitoring, data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import yaml

from support.chart import Object, container, manifest, render

HOST = {"api": {"ingress": {"enabled": True, "hosts": ["a.example"], "className": "nginx"}}}


def twice(node: Any) -> Iterator[str]:
    """Yield the keys that a mapping of this document has more than once."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        yield from (key for key in set(keys) if keys.count(key) > 1)
        for _, value in node.value:
            yield from twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from twice(value)


def test_ingress() -> None:
    spec = render(HOST).one("Ingress", "api")["spec"]
    assert spec["ingressClassName"] == "nginx"
    assert [rule["host"] for rule in spec["rules"]] == ["a.example"]


def test_gateway_route() -> None:
    route = {"enabled": True, "parentRefs": [{"name": "gate"}], "hostnames": ["a.example"]}
    spec = render({"api": {"httpRoute": route}}).one("HTTPRoute", "api")["spec"]
    assert spec["parentRefs"] == [{"name": "gate"}]
    assert spec["rules"][0]["backendRefs"] == [{"name": "demo-longshore-api", "port": 80}]


def test_the_apis_autoscaler_owns_its_replicas() -> None:
    objects = render({"api": {"hpa": {"enabled": True}}})
    assert "replicas" not in objects.one("Deployment", "api")["spec"]
    assert objects.one("HorizontalPodAutoscaler", "api")["spec"]["minReplicas"] == 2


def test_budgets_let_unready_pods_go() -> None:
    on = {"pdb": {"enabled": True}}
    objects = render({"api": on, "scheduler": on, "workerDefaults": on})
    assert objects.names("PodDisruptionBudget") == {"api", "scheduler", "worker-default"}
    for one in objects.of("PodDisruptionBudget"):
        assert one["spec"]["maxUnavailable"] == 1
        assert one["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_monitors_find_the_pods() -> None:
    on = {"enabled": True}
    objects = render({"monitoring": {"serviceMonitor": on, "podMonitor": on}})
    service = objects.one("Service", "api")["metadata"]["labels"]
    chosen = objects.one("ServiceMonitor", "api")["spec"]["selector"]["matchLabels"]
    assert chosen.items() <= service.items()
    spec = objects.one("PodMonitor", "workers")["spec"]
    (endpoint,) = spec["podMetricsEndpoints"]
    assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": "celery"}]
    for name, component in (("worker-default", "worker"), ("scheduler", "scheduler")):
        main = container(objects, "Deployment", name)
        (port,) = main["ports"]
        assert endpoint["port"] == port["name"]
        env = {one["name"]: one.get("value") for one in main["env"]}
        assert env["LONGSHORE_METRICS_PORT"] == str(port["containerPort"])
        assert env["LONGSHORE_METRICS_HOST"] == "0.0.0.0"
        labels = objects.one("Deployment", name)["spec"]["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()
        assert labels["app.kubernetes.io/component"] == component
        assert component in spec["selector"]["matchExpressions"][0]["values"]


def test_nothing_is_counted_where_nobody_asks() -> None:
    for name in ("worker-default", "scheduler"):
        main = container(render(), "Deployment", name)
        env = {one["name"]: one.get("value") for one in main["env"]}
        assert env["LONGSHORE_METRICS_PORT"] == "0"
        assert "ports" not in main


def test_alerts_have_a_summary() -> None:
    (rule,) = render({"monitoring": {"prometheusRule": {"enabled": True}}}).of("PrometheusRule")
    alerts = [one for group in rule["spec"]["groups"] for one in group["rules"] if "alert" in one]
    assert alerts
    assert all(one["annotations"]["summary"] for one in alerts)


def test_migrations_run_before_the_release_with_nothing_but_the_database() -> None:
    values: dict[str, Any] = {"migrations": {"hook": True}, "database": {"existingSecret": "db"}}
    job = render(values).one("Job", "migrate")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    (main,) = job["spec"]["template"]["spec"]["containers"]
    assert [one["name"] for one in main["env"]] == ["LONGSHORE_DATABASE_URL"]
    assert "envFrom" not in main


def mounts(objects: list[Object], values: dict[str, Any]) -> list[str]:
    return [
        one["mountPath"] for one in container(render(values), "Deployment", "api")["volumeMounts"]
    ]


def test_files_and_sqlite_are_on_one_volume() -> None:
    objects = render()
    assert objects.names("PersistentVolumeClaim") == {"data"}
    assert "/data" in mounts(objects, {})


def test_no_volume_where_nothing_is_kept() -> None:
    objects = render(environment="prod")
    assert not objects.of("PersistentVolumeClaim")
    assert "/data" not in [
        one["mountPath"] for one in container(objects, "Deployment", "api")["volumeMounts"]
    ]


def test_a_claim_of_ones_own_is_used() -> None:
    objects = render({"storage": {"existingClaim": "mine"}})
    assert not objects.of("PersistentVolumeClaim")
    volumes = objects.one("Deployment", "api")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "mine"}} in volumes


def test_a_digest_wins_over_a_tag_and_a_registry_goes_before_all() -> None:
    digest = "sha256:" + "0" * 64
    values = {"image": {"registry": "registry.example", "tag": "1"}}
    assert _image(values) == "registry.example/longshore/api:1"
    values["api"] = {"image": {"digest": digest}}
    assert _image(values) == f"registry.example/longshore/api@{digest}"


def _image(values: dict[str, Any]) -> str:
    return str(container(render(values), "Deployment", "api")["image"])


def test_valkey_keeps_what_it_accepts_and_evicts_nothing() -> None:
    arguments = container(render(), "StatefulSet", "valkey")["args"]
    pairs = dict(pairwise(arguments))
    assert pairs["--appendonly"] == "yes"
    assert pairs["--maxmemory-policy"] == "noeviction"
    assert pairs["--appendfsync"] == "everysec"


@pytest.mark.parametrize(
    ("limits", "given", "maxmemory"),
    [
        ({"memory": "512Mi"}, "", str(512 * 2**20 * 3 // 5)),
        ({"memory": "1.5Gi"}, "", str(1536 * 2**20 * 3 // 5)),
        ({"memory": "512Mi"}, "100mb", "100mb"),
        ({"memory": "512Mi"}, 0, "0"),
        ({"memory": None}, "", None),
    ],
)
def test_valkey_refuses_jobs_before_its_limit_ends_it(
    limits: dict[str, Any], given: str | int, maxmemory: str | None
) -> None:
    values = {"valkey": {"maxmemory": given, "resources": {"limits": limits}}}
    arguments = container(render(values), "StatefulSet", "valkey")["args"]
    assert dict(pairwise(arguments)).get("--maxmemory") == maxmemory


def test_valkey_lets_in_one_user_only() -> None:
    said = " ".join(container(render(), "StatefulSet", "valkey")["args"])
    # It reads its log as default, and would pass over what default may not do.
    assert "--user default off ~* &* +@all --user" in said
    assert "--user longshore on >$(VALKEY_PASSWORD)" in said


def test_the_schedulers_own_account_has_the_accounts_annotations() -> None:
    annotations = {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/longshore"}
    objects = render(
        {
            "serviceAccount": {"annotations": annotations},
            "scheduler": {"deletionCost": {"enabled": True}},
        }
    )
    accounts = {one["metadata"]["name"]: one["metadata"] for one in objects.of("ServiceAccount")}
    assert set(accounts) == {"demo-longshore", "demo-longshore-scheduler"}
    assert all(one["annotations"] == annotations for one in accounts.values())


def test_no_key_is_there_twice_where_labels_meet() -> None:
    team = {"team": "one"}
    monitors = {
        name: {"enabled": True, "labels": {"team": "monitors"}}
        for name in ("serviceMonitor", "podMonitor", "prometheusRule", "dashboards")
    }
    own = {"podLabels": {"team": "pods"}}
    values: dict[str, Any] = {"commonLabels": team, "workerDefaults": own, "monitoring": monitors}
    values |= {"api": own, "scheduler": own}
    assert not [key for root in yaml.compose_all(manifest("", values)) for key in twice(root)]
    objects = render(values)
    assert objects.one("PodMonitor", "workers")["metadata"]["labels"]["team"] == "monitors"
    for name in ("api", "scheduler", "worker-default"):
        found = objects.one("Deployment", name)
        assert found["metadata"]["labels"]["team"] == "one"
        assert found["spec"]["template"]["metadata"]["labels"]["team"] == "pods"
