"""What a span says of its job, in OpenTelemetry's words where it has some.

Source: https://opentelemetry.io/docs/specs/semconv/registry/attributes/messaging/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from longshore.current import Claim

Attributes = dict[str, str | int | bool]

SYSTEM = "longshore"
OUTCOME = "longshore.outcome"
ERROR_TYPE = "error.type"
#: The name of a step → what kind of operation it is.
KINDS = {
    "send": "send",
    "create": "create",
    "claim": "receive",
    "process": "process",
    "settle": "settle",
}


def of_job(word: str, task: str, job_id: str, queue: str) -> Attributes:
    """What every span of a job says."""
    return {
        "messaging.system": SYSTEM,
        "messaging.operation.name": word,
        "messaging.operation.type": KINDS[word],
        "messaging.destination.name": queue,
        "messaging.message.id": job_id,
        "longshore.task": task,
    }


def sent(word: str, task: str, job_id: str, queue: str, headers: Mapping[str, Any]) -> Attributes:
    """Of an enqueue; a slot's job says which slot of which entry it is."""
    told = of_job(word, task, job_id, queue)
    slot = headers.get("longshore_slot")
    if isinstance(slot, Mapping):
        told["longshore.schedule.entry"] = str(slot.get("entry"))
        told["longshore.schedule.slot"] = str(slot.get("due"))
    return told


def batch(task: str, queue: str, count: int) -> Attributes:
    """Of jobs that are enqueued together."""
    told = of_job("send", task, "", queue)
    del told["messaging.message.id"]
    told["messaging.batch.message_count"] = count
    return told


def attempt(held: Claim | None, request: Any) -> Attributes:
    """Of one run; ``request`` is Celery's, as an object or as the mapping that it is made of."""
    place = request.get("delivery_info") or {}
    queue = held.queue if held is not None else str(place.get("routing_key") or "")
    told = of_job("process", str(request.get("task") or ""), str(request.get("id") or ""), queue)
    retries = request.get("retries") or 0
    told["longshore.attempt"] = held.attempt if held is not None else int(retries) + 1
    if held is not None:
        told["longshore.delivery"] = held.delivery
    for name, key in (("longshore.worker", "hostname"), ("longshore.request_id", "request_id")):
        if value := request.get(key):
            told[name] = str(value)
    return told


def step(word: str, told: Mapping[str, str | int | bool]) -> Attributes:
    """Of a step beside the run: what is true of the run, under the step's name."""
    kind = {"messaging.operation.name": word, "messaging.operation.type": KINDS[word]}
    return {**told, **kind}
