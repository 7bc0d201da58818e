"""Secrets do not reach the logs."""

from __future__ import annotations

import pytest

from longshore.logs import redact
from longshore.logs.redaction import MASK, redact_text, redacted


@pytest.mark.parametrize(
    "name", ["password", "smtp_password", "token", "Authorization", "client_secret", "api_key"]
)
def test_fields_with_a_secrets_name_are_masked(name: str) -> None:
    assert redact(None, "info", {name: "hunter2"}) == {name: MASK}


def test_fields_of_other_names_are_left_alone() -> None:
    event = {"event": "sold", "count": 3, "password": None, "sizes": [1, 2]}

    assert redact(None, "info", dict(event)) == event


def test_secrets_are_found_within_mappings_and_lists() -> None:
    event = {"headers": {"authorization": "Bearer x"}, "urls": ("redis://:hunter2@h/0",)}

    assert redact(None, "info", event) == {
        "headers": {"authorization": MASK},
        "urls": ["redis://:***@h/0"],
    }


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("redis://:hunter2@host:6379/0", "redis://:***@host:6379/0"),
        ("longshores://ada:p%40ss@host", "longshores://ada:***@host"),
        ("at smtp://a:b@one and smtp://c:d@two", "at smtp://a:***@one and smtp://c:***@two"),
        ("redis://:p@ss:w@host/0", "redis://:***@host/0"),
        ("http://127.0.0.1:8000/a@b", "http://127.0.0.1:8000/a@b"),
        ("mail to ada@example.com: sent", "mail to ada@example.com: sent"),
    ],
)
def test_only_the_password_of_a_url_is_masked(text: str, safe: str) -> None:
    assert redact_text(text) == safe


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("key lsk_0123456789ab_abcDEF-_012 refused", "key *** refused"),
        ("sent Bearer abc.def-012 to it", "sent Bearer *** to it"),
        ("token eyJhbGciOi.eyJzdWIi.c2ln in a sentence", "token *** in a sentence"),
        ("a bearer of news", "a bearer of news"),
        ("the bearing eyJ is no token", "the bearing eyJ is no token"),
    ],
)
def test_keys_and_tokens_are_known_by_their_shape(text: str, safe: str) -> None:
    assert redact_text(text) == safe


def test_a_value_keeps_its_form() -> None:
    value = {"exc_message": ("password=hunter2", 3), "parts": [None, {"x": "token: abc"}]}
    assert redacted(value) == {
        "exc_message": ("password=***", 3),
        "parts": [None, {"x": "token: ***"}],
    }
