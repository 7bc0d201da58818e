"""From kombu's publish to the enqueue script."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from longshore import current
from longshore.current import Claim
from longshore.envelope import REPLACED
from longshore.transport.publishing import is_job, post_of, seconds


def message(**headers):
    return {
        "body": "",
        "headers": {"id": "job-1", "task": "shop.add", **headers},
        "properties": {"delivery_tag": "tag-1"},
    }


def post(**headers):
    return post_of(message(**headers), "q", "q", 0)


@pytest.fixture
def running():
    """This very process runs job-1, for the second time."""
    token = current.claim.set(Claim("job-1", "tag-0", "q", "me#2", 1, 2))
    yield
    current.claim.reset(token)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"id": "1", "task": "t"}, True),
        ({"id": "1"}, False),
        ({"task": "t"}, False),
        ({"id": 1, "task": "t"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_job_has_an_id_and_a_task(headers, expected):
    assert is_job({"headers": headers}) is expected


@pytest.mark.parametrize("value", [None, "", 5, {}])
def test_what_is_no_time_is_none(value):
    assert seconds(value) is None


def test_times_are_read_as_they_are_meant():
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert seconds("2026-01-02T03:04:05+00:00") == moment.timestamp()
    assert seconds("2026-01-02T03:04:05") == moment.timestamp()
    assert seconds("2026-01-02T04:04:05+01:00") == moment.timestamp()


def test_the_message_is_what_the_script_is_told():
    told = post(eta="2026-01-02T03:04:05+00:00", expires="2026-01-02T03:05:05+00:00")
    assert (told.job_id, told.task, told.tag, told.queue) == ("job-1", "shop.add", "tag-1", "q")
    assert told.expires_at - told.due_at == 60
    assert not told.unique
    assert told.token == ""


def test_a_repetition_by_kombu_is_recognised_by_its_headers():
    sent = message()
    assert post_of(sent, "q", "q", 0).nonce == post_of(sent, "q", "q", 0).nonce
    assert post().nonce != post().nonce


def test_own_headers_travel_no_further():
    told = post(longshore_unique=True, longshore_fingerprint="f", longshore={"token": "old"})
    assert (told.unique, told.fingerprint) == (True, "f")
    assert set(json.loads(told.raw)["headers"]) == {"id", "task"}


def test_the_current_request_is_added_unless_one_is_named():
    token = current.request_id.set("r-1")
    try:
        assert post().request_id == "r-1"
        assert json.loads(post().raw)["headers"]["request_id"] == "r-1"
        assert post(request_id="r-2").request_id == "r-2"
    finally:
        current.request_id.reset(token)


def test_a_job_that_enqueues_itself_is_a_retry_under_its_claim(running):
    assert post().token == "me#2"
    assert post(id="another").token == ""


def test_children_of_a_job_that_runs_again_are_enqueued_once(running):
    assert post(id="child").unique
    assert not post().unique


def test_a_job_that_stands_in_for_a_replaced_one_may_take_over_its_claim():
    assert post(replaced_task_nesting=1).token == REPLACED
    assert post(replaced_task_nesting=0).token == ""


def test_a_job_that_replaces_the_one_running_here_moves_its_claim(running):
    assert post(replaced_task_nesting=1).token == "me#2"


def test_a_stand_in_that_was_enqueued_before_a_crash_is_not_enqueued_again(running):
    repeated = post(id="job-2", replaced_task_nesting=1)
    assert (repeated.token, repeated.unique) == ("", True)
