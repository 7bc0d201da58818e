"""Every object is one that the cluster's API accepts, misspelt fields included."""

from __future__ import annotations

from typing import Any

import jsonschema
import kubernetes_validate
import pytest

from support.chart import Object, render, shipped
from support.kinds import SOURCES, schema

KUBERNETES = "1.36"
EVERYTHING: dict[str, Any] = {
    "commonLabels": {"team": "shop"},
    "image": {"pullSecrets": ["pull"]},
    "api": {
        "hpa": {"enabled": True},
        "pdb": {"enabled": True},
        "ingress": {
            "enabled": True,
            "className": "nginx",
            "annotations": {"a": "b"},
            "hosts": ["a.example"],
            "tls": [{"secretName": "cert", "hosts": ["a.example"]}],
        },
        "httpRoute": {"enabled": True, "parentRefs": [{"name": "gate"}]},
        "affinity": {"nodeAffinity": {}},
        "tolerations": [{"key": "a", "operator": "Exists"}],
        "nodeSelector": {"disk": "fast"},
        "priorityClassName": "high",
    },
    "workerDefaults": {
        "pdb": {"enabled": True, "maxUnavailable": "25%"},
        "keda": {"enabled": True, "paused": True, "fallback": {"enabled": True}},
    },
    "scheduler": {"pdb": {"enabled": True}},
    "monitoring": {
        "serviceMonitor": {"enabled": True, "labels": {"a": "b"}},
        "podMonitor": {"enabled": True},
        "prometheusRule": {"enabled": True},
        "dashboards": {"enabled": True},
    },
}
SENTINEL: dict[str, Any] = {
    "valkey": {"enabled": False},
    "broker": {
        "existingSecret": "broker",
        "sentinel": {
            "hosts": ["a", "b"],
            "master": "c",
            "username": "d",
            "existingSecret": "sentinels",
        },
    },
    "workerDefaults": {"keda": {"enabled": True}},
}
CASES = [("", {}), ("", SENTINEL), *((name, EVERYTHING) for name in shipped())]
OBJECTS = [
    pytest.param(one, id=f"{environment or 'default'}:{one['kind']}/{one['metadata']['name']}")
    for environment, values in CASES
    for one in render(values, environment)
]


@pytest.mark.parametrize("one", OBJECTS)
def test_is_accepted(one: Object) -> None:
    if one["kind"] in SOURCES:
        version = one["apiVersion"].rpartition("/")[2]
        # Not jsonschema.validate: it also judges the schema, whose patterns are Go's.
        jsonschema.Draft202012Validator(schema(one["kind"], version)).validate(one)
    else:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


@pytest.mark.parametrize("one", OBJECTS)
def test_names_and_labels_fit(one: Object) -> None:
    metadata = one["metadata"]
    assert len(metadata["name"]) <= 63
    assert metadata["labels"]["app.kubernetes.io/name"] == "longshore"
    assert all(len(str(value)) <= 63 for value in metadata["labels"].values())


def test_no_object_twice() -> None:
    for environment in shipped():
        names = [(one["kind"], one["metadata"]["name"]) for one in render(EVERYTHING, environment)]
        assert len(names) == len(set(names))
