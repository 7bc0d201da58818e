"""What a server's error says, by the words of Redis 6.2, 7 and Valkey."""

from __future__ import annotations

import pytest
from redis import exceptions

from longshore.store.refusals import cannot_write, code_of, is_demotion, passes, refusal

IN_SCRIPT_6 = "Error running script (call to f_caa5): @user_script:1: @user_script: 1: "


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (exceptions.ReadOnlyError("You can't write against a read only replica."), "READONLY"),
        (exceptions.ResponseError(f"{IN_SCRIPT_6}-READONLY You can't write"), "READONLY"),
        (exceptions.ResponseError("UNBLOCKED force unblock, instance state changed"), "READONLY"),
        (exceptions.OutOfMemoryError("command not allowed"), "OOM"),
        (exceptions.ResponseError(f"{IN_SCRIPT_6}-OOM command not allowed"), "OOM"),
        (exceptions.ResponseError("MISCONF Redis is configured to save"), "MISCONF"),
        (exceptions.NoPermissionError("no permissions to run the 'eval' command"), "NOPERM"),
        (exceptions.ResponseError("ACL failure in script: No permissions to access"), "NOPERM"),
        (
            exceptions.ResponseError(f"{IN_SCRIPT_6}The user executing the script can't run this"),
            "NOPERM",
        ),
        (exceptions.AuthenticationError("Authentication required."), "NOAUTH"),
        (exceptions.ResponseError("WRONGPASS invalid username-password pair"), "NOAUTH"),
        (exceptions.ResponseError("WRONGTYPE Operation against a key"), ""),
        (exceptions.ResponseError("BUSYKEY Target key name already exists."), ""),
        (exceptions.ResponseError("value of READONLY is not an integer"), ""),
    ],
)
def test_the_code_of_an_error(error: Exception, code: str) -> None:
    assert code_of(error) == code


def test_a_refusal_that_may_pass_is_told_from_one_of_the_call_itself() -> None:
    full = refusal("here", "enqueue", exceptions.OutOfMemoryError("command not allowed"))
    wrong = refusal("here", "enqueue", exceptions.ResponseError("WRONGTYPE of key"))
    assert passes(full)
    assert not cannot_write(full)
    assert not passes(wrong)
    assert str(wrong) == "broker here refused enqueue: WRONGTYPE of key"
    assert "maxmemory" in str(full)


def test_a_replica_is_known_by_the_class_of_its_error() -> None:
    assert is_demotion(exceptions.ReadOnlyError("You can't write against a read only replica."))
    assert not is_demotion(exceptions.OutOfMemoryError("command not allowed"))
