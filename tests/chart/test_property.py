"""Whatever the numbers: what renders is safe, and what is refused says so in words."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshore.store.connecting import check_url
from support.chart import Objects, RefusedError, container, render

SECONDS = st.integers(min_value=5, max_value=4000)
MAYBE_SECONDS = st.none() | SECONDS
FEW = st.integers(min_value=0, max_value=4)

SETS = st.fixed_dictionaries(
    {
        "hardLimitSeconds": SECONDS,
        "drainMarginSeconds": st.integers(min_value=5, max_value=600),
        "terminationGracePeriodSeconds": MAYBE_SECONDS,
        "keda": st.fixed_dictionaries(
            {
                "enabled": st.booleans(),
                "minReplicas": FEW,
                "maxReplicas": st.integers(min_value=1, max_value=4),
                "cooldownSeconds": MAYBE_SECONDS,
                "countClaimed": st.booleans(),
                "fallback": st.fixed_dictionaries({"enabled": st.booleans(), "replicas": FEW}),
            }
        ),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(own=SETS, scheduled=st.booleans())
def test_renders_safe_or_refuses_in_words(own: dict[str, Any], scheduled: bool) -> None:
    values = {"workers": {"default": own}, "scheduler": {"enabled": scheduled}}
    objects, refused = rendered(values)
    if objects is None:
        assert "longshore: workers.default." in refused
        return
    pods = objects.one("Deployment", "worker-default")["spec"]["template"]["spec"]
    grace = pods["terminationGracePeriodSeconds"]
    assert grace >= own["hardLimitSeconds"] + own["drainMarginSeconds"]
    for scaled in objects.of("ScaledObject"):
        assert_scales_safely(scaled["spec"], grace, scheduled)


HOSTS = st.sampled_from(["redis", "redis.data.svc", "10.0.0.7"])
BROKERS = st.fixed_dictionaries(
    {
        "host": st.sampled_from(["", "redis"]),
        "database": FEW,
        "username": st.sampled_from(["", "me"]),
        "existingSecret": st.sampled_from(["", "secret"]),
        "tls": st.fixed_dictionaries(
            {"enabled": st.booleans(), "caSecret": st.sampled_from(["", "authority"])}
        ),
        "sentinel": st.fixed_dictionaries(
            {
                "hosts": st.lists(HOSTS, max_size=3),
                "master": st.sampled_from(["", "harbour"]),
                "username": st.sampled_from(["", "watcher"]),
                "existingSecret": st.sampled_from(["", "sentinels"]),
            }
        ),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broker=BROKERS, own=st.booleans())
def test_names_a_broker_that_the_engine_reaches_or_refuses_in_words(
    broker: dict[str, Any], own: bool
) -> None:
    objects, refused = rendered({"broker": broker, "valkey": {"enabled": own}})
    if objects is None:
        assert "longshore: " in refused
        assert "broker" in refused
        return
    names = [one["name"] for one in container(objects, "Deployment", "api")["env"]]
    url = container(objects, "Deployment", "api")["env"][names.index("LONGSHORE_BROKER_URL")]
    # No such file here; any other shows as well that its option is understood.
    check_url(url["value"].replace("/etc/longshore/broker/ca.crt", __file__))
    for name in re.findall(r"\$\((\w+)\)", url["value"]):
        assert name in names[: names.index("LONGSHORE_BROKER_URL")]


def rendered(values: dict[str, Any]) -> tuple[Objects | None, str]:
    try:
        return render(values), ""
    except RefusedError as refused:
        return None, str(refused)


def assert_scales_safely(spec: dict[str, Any], grace: int, scheduled: bool) -> None:
    assert spec["cooldownPeriod"] >= grace
    assert spec["minReplicaCount"] <= spec["maxReplicaCount"]
    assert spec.get("fallback", {"replicas": 1})["replicas"] >= 1
    if spec["minReplicaCount"] == 0:
        assert scheduled
        assert "claimed" in spec["advanced"]["scalingModifiers"]["formula"]
