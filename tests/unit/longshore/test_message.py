from __future__ import annotations

import base64
import bz2
import json
import zlib

import pytest

from longshore.envelope import NewJob, encode
from longshore.errors import UnreadableMessage
from longshore.message import arguments, contains, renewed

NEW = NewJob(task="shop.add", id="job-1", kwargs={"name": "Zoë", "tags": []}, queue="q", args=(1,))
SENT = encode(NEW).raw


def raw(**changes) -> bytes:
    message = json.loads(SENT)
    message["headers"].update(changes.pop("headers", {}))
    return json.dumps({**message, **changes}).encode()


def test_the_arguments_are_those_that_were_sent():
    sent = arguments(raw())
    assert (sent.args, sent.kwargs) == ((1,), {"name": "Zoë", "tags": []})


def test_text_is_looked_for_in_the_arguments_alone():
    assert contains(raw(), "zoË")
    assert not contains(raw(), "shop.add")
    assert contains(b"\xff no message", "No Message")


def test_a_message_that_was_never_retried_goes_back_as_it_came():
    assert renewed(raw()) == raw()


def test_retries_count_from_none_and_nothing_expires():
    again = json.loads(renewed(raw(headers={"retries": 4, "expires": "2026-01-01T00:00:00+00:00"})))
    assert (again["headers"]["retries"], again["headers"]["expires"]) == (0, None)
    assert arguments(json.dumps(again).encode()) == arguments(raw())


def test_edited_arguments_keep_what_celery_embeds():
    chain = [{"task": "shop.total"}]
    body = base64.b64encode(json.dumps([[1], {"a": 1}, {"chain": chain}]).encode()).decode()
    again = json.loads(renewed(raw(body=body), kwargs={"a": 2}))
    assert json.loads(base64.b64decode(again["body"])) == [[1], {"a": 2}, {"chain": chain}]
    assert again["headers"]["kwargsrepr"] == "{'a': 2}"


@pytest.mark.parametrize(
    ("compression", "compress"),
    [("application/x-gzip", zlib.compress), ("application/x-bz2", bz2.compress)],
)
def test_compressed_arguments_are_read_and_edited(compression, compress):
    body = base64.b64encode(compress(json.dumps([[1], {"a": 1}, {}]).encode())).decode()
    message = raw(body=body, headers={"compression": compression})
    assert arguments(message).kwargs == {"a": 1}
    again = json.loads(renewed(message, kwargs={"a": 2}))
    assert "compression" not in again["headers"]
    assert arguments(json.dumps(again).encode()).kwargs == {"a": 2}


@pytest.mark.parametrize("compression", ["application/x-gzip", "application/x-bz2", "zstd"])
def test_a_body_that_is_not_what_its_compression_says_cannot_be_read(compression):
    body = base64.b64encode(b"neither").decode()
    with pytest.raises(UnreadableMessage):
        arguments(raw(body=body, headers={"compression": compression}))


def test_a_body_in_the_clear_is_edited_in_the_clear():
    message = json.loads(raw(body=json.dumps([[], {}, {}])))
    del message["properties"]["body_encoding"]
    again = json.loads(renewed(json.dumps(message).encode(), args=[5]))
    assert json.loads(again["body"]) == [[5], {}, {}]


@pytest.mark.parametrize(
    "message",
    [
        b"\xff", b"no JSON", b"[]", b'{"headers": {"task": "a"}}', b"[" * 100_000,
        b'{"properties": {}, "headers": {}}', b'{"properties": {}, "headers": []}',
    ],
)  # fmt: skip
def test_what_no_worker_could_run_is_not_renewed(message: bytes):
    with pytest.raises(UnreadableMessage):
        renewed(message)


@pytest.mark.parametrize(
    "changes",
    [
        {"content-type": "application/x-python-serialize"},
        {"body": "?"},
        {"body": base64.b64encode(b"{never").decode()},
        {"body": base64.b64encode(b'{"args": []}').decode()},
    ],
)
def test_arguments_that_cannot_be_read_are_not_edited_but_may_go_back(changes):
    with pytest.raises(UnreadableMessage):
        arguments(raw(**changes))
    with pytest.raises(UnreadableMessage):
        renewed(raw(**changes), kwargs={})
    assert renewed(raw(**changes)) == raw(**changes)
