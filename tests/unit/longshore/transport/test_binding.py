from __future__ import annotations

import base64
import json
from collections.abc import Generator
from typing import Any

import pytest

from longshore.message import arguments, renewed
from longshore.sealing.keyring import VARIABLE, keyring
from longshore.sealing.payload import sealed
from longshore.sealing.serializer import CONTENT_TYPE
from longshore.transport.binding import ACCEPT_PLAIN, NotItsArguments, body_of, bound, check

EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.setenv(VARIABLE, f"k1:{base64.b64encode(bytes(32)).decode()}")
    monkeypatch.delenv(ACCEPT_PLAIN, raising=False)
    keyring.cache_clear()
    yield
    keyring.cache_clear()


def message(task: str = "a.task", job_id: str = "job-1") -> dict[str, Any]:
    """A message as Celery hands it over: sealed by the serializer, which knows no job."""
    text = sealed(json.dumps([[1], {"x": 2}, EMBED]))
    return {
        "body": base64.b64encode(text.encode()).decode(),
        "content-type": CONTENT_TYPE,
        "content-encoding": "utf-8",
        "headers": {"task": task, "id": job_id, "retries": 0},
        "properties": {"body_encoding": "base64"},
    }


def test_arguments_are_those_of_the_job_that_they_were_bound_to() -> None:
    own = bound(message())
    check(own)
    assert arguments(json.dumps(own).encode()).kwargs == {"x": 2}
    for names in ({"task": "b.task"}, {"id": "job-2"}):
        with pytest.raises(NotItsArguments, match="another job"):
            check({**own, "headers": {**own["headers"], **names}})


def test_a_repeated_publish_seals_nothing_anew() -> None:
    own = bound(message())
    assert bound(own) is own


def test_arguments_of_no_job_are_read_only_while_keys_are_introduced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(NotItsArguments, match="no job"):
        check(message())
    monkeypatch.setenv(ACCEPT_PLAIN, "true")
    check(message())
    moved = {**bound(message()), "headers": {"task": "a.task", "id": "job-2"}}
    with pytest.raises(NotItsArguments, match="another job"):
        check(moved)


def test_arguments_that_a_person_changed_in_a_dead_letter_are_bound() -> None:
    changed = json.loads(renewed(json.dumps(message()).encode(), kwargs={"x": 3}))
    check(changed)
    with pytest.raises(NotItsArguments):
        check({**changed, "headers": {**changed["headers"], "id": "job-2"}})


def test_what_cannot_be_read_here_is_left_to_whoever_decodes_it() -> None:
    strange = {**message(), "body": base64.b64encode(b"{").decode()}
    assert bound(strange) is strange
    check(strange)
    check({"hello": "world"})


def test_a_body_that_is_not_compressed_as_it_says_cannot_be_read() -> None:
    wrong = message()
    wrong["headers"]["compression"] = "application/x-gzip"
    with pytest.raises(ValueError, match="the body is not application/x-gzip"):
        body_of(wrong)
