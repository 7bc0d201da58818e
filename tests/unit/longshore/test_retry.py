from __future__ import annotations

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from hypothesis import given
from hypothesis import strategies as st

from longshore.errors import InvalidJob, Permanent, SettingsError, Transient
from longshore.records import DeadReason
from longshore.retry import DeadLetter, Discard, RetryAfter, RetryPolicy, decide


class Away(Transient):
    pass


class Unwanted(Exception):
    pass


def test_delays_double_from_a_minute_and_the_sixth_failure_is_final() -> None:
    policy = RetryPolicy(jitter=0)
    decisions = [decide(policy, attempt, Away(), random=0.5) for attempt in range(1, 7)]
    assert decisions == [
        RetryAfter(60),
        RetryAfter(120),
        RetryAfter(240),
        RetryAfter(480),
        RetryAfter(960),
        DeadLetter(DeadReason.RETRIES_EXHAUSTED),
    ]


@given(attempt=st.integers(1, 10_000), random=st.floats(0, 1, exclude_max=True))
def test_a_delay_stays_between_the_first_and_the_longest_with_its_jitter(
    attempt: int, random: float
) -> None:
    policy = RetryPolicy(jitter=0.2)
    assert 60 <= policy.delay_seconds(attempt, random=random) <= 3600 * 1.2


def test_jitter_spreads_retries() -> None:
    policy = RetryPolicy(jitter=0.1)
    assert policy.delay_seconds(1, random=0) == 60
    assert policy.delay_seconds(1, random=0.5) == pytest.approx(63)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("a bug"), DeadReason.PERMANENT_ERROR),
        (Permanent("never"), DeadReason.PERMANENT_ERROR),
        (InvalidJob("no such field"), DeadReason.UNKNOWN_ARGUMENTS),
        (SoftTimeLimitExceeded(), DeadReason.TIME_LIMIT),
    ],
)
def test_an_error_that_is_not_named_transient_goes_to_the_dead_letters_at_once(
    error: BaseException, reason: DeadReason
) -> None:
    assert decide(RetryPolicy(), 1, error, random=0) == DeadLetter(reason)


def test_a_permanent_error_is_final_even_under_a_policy_that_retries_everything() -> None:
    policy = RetryPolicy(retry_on=(Exception,))
    assert decide(policy, 1, Permanent(), random=0) == DeadLetter(DeadReason.PERMANENT_ERROR)
    assert isinstance(decide(policy, 1, ValueError(), random=0), RetryAfter)


def test_an_unwanted_job_is_discarded() -> None:
    assert decide(RetryPolicy(discard_on=(Unwanted,)), 1, Unwanted(), random=0) == Discard()


@pytest.mark.parametrize(
    ("numbers", "rule"),
    [
        ({"max_retries": -1}, "max_retries"),
        ({"first_delay_seconds": -1}, "first_delay_seconds"),
        ({"factor": 0.5}, "factor"),
        ({"max_delay_seconds": 1}, "max_delay_seconds"),
        ({"jitter": 2}, "jitter"),
    ],
)
def test_a_policy_out_of_range_is_refused_by_the_name_of_its_number(
    numbers: dict[str, float], rule: str
) -> None:
    with pytest.raises(SettingsError, match=rule):
        RetryPolicy(**numbers)  # type: ignore[arg-type]
