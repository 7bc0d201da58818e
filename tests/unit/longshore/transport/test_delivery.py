"""What Celery sees of a claimed message."""

from __future__ import annotations

import json

import pytest
from kombu.exceptions import DecodeError
from kombu.serialization import loads

from longshore.current import Claim
from longshore.store.claims import Delivery
from longshore.transport.delivery import payload_of, plain_json


def delivery(headers, *, attempt=1, number=1, claimed=True):
    raw = {"headers": headers, "properties": {"delivery_info": {"routing_key": "q"}}}
    claim = Claim("job-1", "tag-1", "q", "me#1", attempt, number) if claimed else None
    return Delivery("q", json.dumps(raw).encode(), claim)


def test_the_claim_is_a_header_beside_those_that_came():
    headers = payload_of(delivery({"id": "job-1", "eta": "2026-01-01T00:00:00"}))["headers"]
    assert headers["longshore"]["token"] == "me#1"
    assert headers["eta"] == "2026-01-01T00:00:00"


@pytest.mark.parametrize(
    ("attempt", "number", "redelivered"), [(1, 1, False), (1, 2, True), (2, 2, False), (2, 3, True)]
)
def test_a_delivery_that_is_not_the_first_of_its_attempt_says_so(attempt, number, redelivered):
    payload = payload_of(delivery({"id": "job-1"}, attempt=attempt, number=number))
    assert payload["properties"]["delivery_info"]["redelivered"] is redelivered


def test_what_was_taken_without_a_claim_is_as_it_was():
    assert payload_of(delivery({"id": "1"}, claimed=False))["headers"] == {"id": "1"}


@pytest.mark.parametrize("headers", [{}, {"hello": "world"}, None, []])
def test_what_is_no_task_message_stays_as_it_was(headers):
    assert payload_of(delivery(headers))["headers"] == headers


@pytest.mark.parametrize("body", [b"{never", b"\xff", "[" * 100_000])
def test_what_is_no_json_is_told_as_kombu_tells_it(body):
    with pytest.raises(DecodeError) as kombus:
        loads(body, "application/json", "utf-8", accept={"application/json"})
    with pytest.raises(DecodeError) as own:
        plain_json(body)
    assert str(own.value) == str(kombus.value)
