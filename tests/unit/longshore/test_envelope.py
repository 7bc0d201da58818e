"""Messages as Celery 5 and kombu write them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.current import request_id
from longshore.envelope import NewJob, encode, idempotent_id, list_of, words

WORDS = st.text(max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


def job(**fields) -> NewJob:
    return NewJob(**{"task": "shop.add", "id": "job-1", "kwargs": {}, "queue": "q", **fields})


def document(**fields):
    return json.loads(encode(job(**fields)).raw)


def body(message):
    return json.loads(base64.b64decode(message["body"]))


@given(args=st.lists(VALUES, max_size=3), kwargs=st.dictionaries(WORDS, VALUES, max_size=3))
def test_arguments_arrive_as_they_were_given(args, kwargs):
    got_args, got_kwargs, embed = body(document(args=tuple(args), kwargs=kwargs))
    assert (got_args, got_kwargs) == (args, kwargs)
    assert set(embed) == {"callbacks", "errbacks", "chain", "chord"}


@given(task=WORDS, job_id=WORDS, queue=WORDS, header=WORDS)
def test_any_name_survives(task, job_id, queue, header):
    message = document(task=task, id=job_id, queue=queue, headers={"x-note": header})
    headers = message["headers"]
    assert (headers["task"], headers["id"], headers["root_id"]) == (task, job_id, job_id)
    assert headers["x-note"] == header
    assert message["properties"]["correlation_id"] == job_id
    assert message["properties"]["delivery_info"]["routing_key"] == queue


def test_jobs_of_one_task_differ_where_they_should():
    first, second = encode(job(id="a")), encode(job(id="b"))
    assert first.tag != second.tag
    for post in (first, second):
        message = json.loads(post.raw)
        assert message["properties"]["delivery_tag"] == post.tag
        assert message["headers"]["id"] == post.job_id


def test_time_limits_and_ignored_results_are_headers():
    headers = document(time_limit=9, soft_time_limit=5, ignore_result=True)["headers"]
    assert headers["timelimit"] == [9, 5]
    assert headers["ignore_result"] is True


def test_an_expiry_is_a_moment():
    expires = datetime.fromisoformat(document(expires_in_seconds=60)["headers"]["expires"])
    assert abs(expires - datetime.now(UTC) - timedelta(seconds=60)) < timedelta(seconds=5)
    assert document()["headers"]["expires"] is None


def test_a_header_of_the_callers_own_comes_before_the_usual_one():
    assert document(headers={"shadow": "resize", "group": "g"})["headers"]["shadow"] == "resize"


def test_arguments_are_not_shown_in_the_headers():
    message = document(kwargs={"password": "hunter2"}, args=())
    assert "hunter2" not in json.dumps(message["headers"])


def test_the_current_request_goes_along():
    token = request_id.set("r-1")
    try:
        assert encode(job()).request_id == "r-1"
        assert document()["headers"]["request_id"] == "r-1"
        assert document(headers={"request_id": "r-2"})["headers"]["request_id"] == "r-2"
    finally:
        request_id.reset(token)
    assert "request_id" not in document()["headers"]


def test_an_idempotency_key_stands_for_one_job_of_a_task():
    assert idempotent_id("shop.add", "k") == idempotent_id("shop.add", "k")
    assert idempotent_id("shop.add", "k") != idempotent_id("shop.add", "l")
    assert idempotent_id("shop.add", "k") != idempotent_id("shop.total", "k")


@pytest.mark.parametrize(
    ("priority", "step"),
    [(-1, 0), (0, 0), (1, 0), (2, 0), (3, 3), (5, 3), (6, 6), (8, 6), (9, 9), (99, 9)],
)
def test_a_priority_has_the_list_that_kombu_gives_it(priority, step):
    assert list_of("q", priority) == (f"q\x06\x16{step}" if step else "q")


def test_times_reach_the_script_as_numbers_or_nothing():
    assert "12.500000" in words([encode(job(due_at=12.5))])
    assert "0.000000" in words([encode(job(delay_seconds=0))])
    assert list(words([encode(job())])).count("") >= 4


def test_what_neighbours_share_is_said_once():
    posts = [encode(job(id=name, queue=queue)) for name, queue in zip("abc", "qqr", strict=True)]
    said = list(words(posts))
    assert [said.count(word) for word in ("shop.add", "a", "b", "c")] == [2, 1, 1, 1]
    assert said[0] == 2


@pytest.mark.parametrize("header", ["id", "retries", "eta"])
def test_a_header_that_may_tell_another_attempt_is_left_to_be_read(header):
    assert encode(job()).attempts_before == 0
    assert encode(job(headers={header: 1})).attempts_before is None
