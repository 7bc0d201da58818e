"""What a record keeps of what Celery says."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from billiard.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded, WorkerLostError
from celery import states
from celery.exceptions import MaxRetriesExceededError, Reject, TaskRevokedError

from longshore.current import Claim
from longshore.errors import HandlerExit, InvalidJob
from longshore.outcome import claim_of, error_of, reason_of, settlement_of
from longshore.records import DeadReason, ErrorInfo, JobState

CLAIM = Claim("job-1", "tag-1", "q", "owner#1", 1, 1)


def test_the_claim_of_a_request_is_in_its_headers():
    assert claim_of(SimpleNamespace(longshore=CLAIM.header())) == CLAIM


@pytest.mark.parametrize("request_", [None, SimpleNamespace(), SimpleNamespace(longshore=None)])
def test_a_request_of_a_stock_transport_has_none(request_):
    assert claim_of(request_) is None


def test_an_error_is_one_line():
    assert error_of(ValueError("two\nlines   here")) == ErrorInfo("ValueError", "two lines here")
    assert error_of(None).type == "Retry"


class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (ValueError(os.fsdecode(b"caf\xe9")), ErrorInfo("ValueError", "caf\\udce9")),
        (Silent(), ErrorInfo("Silent", "its text cannot be had (RuntimeError)")),
        (HandlerExit("SystemExit", "3"), ErrorInfo("SystemExit", "3")),
    ],
)
def test_any_error_can_be_told(error, kept):
    assert error_of(error) == kept


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeLimitExceeded(1), DeadReason.TIME_LIMIT),
        (SoftTimeLimitExceeded(), DeadReason.TIME_LIMIT),
        (WorkerLostError("gone"), DeadReason.WORKER_LOST),
        (MaxRetriesExceededError("enough"), DeadReason.RETRIES_EXHAUSTED),
        (InvalidJob("no such field"), DeadReason.UNKNOWN_ARGUMENTS),
        (Reject("no"), DeadReason.REJECTED),
        (ValueError("broken"), DeadReason.PERMANENT_ERROR),
    ],
)
def test_the_type_of_an_error_gives_the_reason(error, reason):
    assert reason_of(error) is reason


def test_an_error_may_carry_its_own_reason():
    error = ValueError("known")
    error.longshore_reason = DeadReason.REJECTED
    assert reason_of(error, 3, 3) is DeadReason.REJECTED


@pytest.mark.parametrize(
    ("retries", "limit", "reason"),
    [
        (3, 3, DeadReason.RETRIES_EXHAUSTED),
        (2, 3, DeadReason.PERMANENT_ERROR),
        (0, 0, DeadReason.PERMANENT_ERROR),
        (3, None, DeadReason.PERMANENT_ERROR),
    ],
)
def test_the_last_of_several_attempts_has_exhausted_its_retries(retries, limit, reason):
    assert reason_of(ValueError("broken"), retries, limit) is reason


def test_a_success_keeps_its_document():
    end = settlement_of(states.SUCCESS, 3, b"meta")
    assert (end.state, end.meta, end.error, end.reason) == (JobState.SUCCEEDED, b"meta", None, None)


def test_a_failure_is_dead_with_its_error():
    end = settlement_of(states.FAILURE, RuntimeError("torn"), b"meta")
    assert (end.state, end.reason) == (JobState.DEAD, DeadReason.PERMANENT_ERROR)
    assert end.error == ErrorInfo("RuntimeError", "torn")


def test_a_traceback_is_kept_without_its_secrets():
    told = 'File "shop.py", line 7\n  connect("redis://me:s3same@host")'
    assert error_of(ValueError("no"), told).traceback == told.replace("s3same", "***")
    assert error_of(ValueError("no"), object()).traceback is None


@pytest.mark.parametrize(
    ("why", "state", "reason"),
    [
        ("expired", JobState.EXPIRED, DeadReason.EXPIRED),
        ("revoked", JobState.CANCELLED, None),
        ("terminated", JobState.CANCELLED, None),
    ],
)
def test_a_revoked_job_was_cancelled_or_has_expired(why, state, reason):
    end = settlement_of(states.REVOKED, TaskRevokedError(why))
    assert (end.state, end.reason) == (state, reason)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("cannot reach redis://ada:s3cret@db:6379/0", "cannot reach redis://ada:***@db:6379/0"),
        ("login failed: password=s3cret, try again", "login failed: password=***, try again"),
        ('{"api_key": "s3cret", "user": "ada"}', '{"api_key": ***, "user": "ada"}'),
        ("sent Authorization: Bearer s3cret.s3cret", "sent Authorization: ***"),
        ("smtp_password: 's3cret'", "smtp_password: ***"),
        ("the token was refused", "the token was refused"),
    ],
)
def test_an_error_keeps_its_story_and_loses_its_secrets(message, shown):
    assert error_of(RuntimeError(message)).message == shown
