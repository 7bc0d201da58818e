"""Secrets do not reach the logs."""

from __future__ import annotations

import re

import pytest

from longshore.logs import redact
from longshore.logs.redaction import MASK, MOST_LETTERS, redact_text, redacted


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


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("url=password=abc", "url=password=***"),
        ('data={"password": "a b", "n": 1}', 'data={"password": ***, "n": 1}'),
        ("x-api-key : abc, y=1", "x-api-key : ***, y=1"),
        ("my_token_of_use='a b' z", "my_token_of_use=*** z"),
        ("Authorization: Bearer abc", "Authorization: ***"),
        ("token=", "token="),
        ("tokens are fine: really", "tokens are fine: really"),
    ],
)
def test_the_value_of_a_secret_name_is_masked(text: str, safe: str) -> None:
    assert redact_text(text) == safe


@pytest.mark.parametrize(
    "piece",
    [
        "a", "token", "token-", "token:", "token=", 'token="', "token='", "token=bearer ", "a:",
        " ", "password ",
        "eyJ-", "eyJ.", "eyJa.eyJ-", "lsk_a", "lsk_a-", "lsk_0_", "a://", "://", ":@",
        "a://b:", "a+", "bearer ", "bearer", "'\"", "=:", "api_key",
    ],
)  # fmt: skip
def test_a_text_that_a_caller_chose_costs_no_more_than_its_length(piece: str) -> None:
    """A pattern that begins anew at each character would take an hour for a text of this length."""
    text = piece * (100_000 // len(piece))
    masked = redacted(text)
    assert len(masked) <= len(text) + len(MASK)


@pytest.mark.parametrize("space", [" ", "\n", "\t"])
def test_a_long_text_keeps_its_two_ends(space: str) -> None:
    text = f"begin{space}{f'word{space}' * 100_000}end"
    shown = redact_text(text)
    assert len(shown) <= MOST_LETTERS + 50
    assert shown.startswith("begin")
    assert shown.endswith("end")
    assert "characters left out" in shown
    left_out = int(re.search(r"\[(\d+) characters", shown)[1])
    assert len(text) - left_out == len(re.sub(r" \[.*?\] ", "", shown))


@pytest.mark.parametrize(
    "secret",
    [
        "redis://:hunter2hunter2@host/0",
        "lsk_0123456789ab_hunter2hunter2",
        'password="hunter2 hunter2 hunter2"',
        "Authorization: Bearer hunter2hunter2",
    ],
)
def test_a_secret_where_a_text_is_cut_does_not_show(secret: str) -> None:
    half = MOST_LETTERS // 2
    for offset in range(len(secret)):
        start = " " * (half - offset)
        assert "hunter2" not in redact_text(f"{start}{secret} {'x ' * half}{' ' * half}")


def test_a_log_line_holds_no_more_than_that_of_a_text() -> None:
    line = redact(None, "info", {"event": "x " * 10**6, "sizes": ["y" * 10**6]})
    assert len(line["event"]) <= MOST_LETTERS + 50
    assert len(line["sizes"][0]) <= MOST_LETTERS + 50


def test_a_result_is_not_shortened() -> None:
    assert redacted("x" * 100_000) == "x" * 100_000
