"""The Valkey of compose, started with its very arguments."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from longshore.testing.binary import valkey_binary
from longshore.testing.ports import free_port
from support.compose import services
from support.until import until

PASSWORD = "of-this-test"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    arguments = [
        word.replace("${VALKEY_PASSWORD:?set it in .env}", PASSWORD)
        for word in services()["valkey"]["command"][1:]
    ]
    port = free_port()
    place = ("--bind", "127.0.0.1", "--port", str(port), "--dir", str(tmp_path))
    command = [str(valkey_binary()), *place, *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield port
        finally:
            process.terminate()


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False


def test_only_its_user_is_let_in_and_may_not_administrate(port: int) -> None:
    with redis.Redis(port=port, username="longshore", password=PASSWORD) as client:
        until(lambda: answers(client))
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.flushall()
    with redis.Redis(port=port) as nobody, pytest.raises(redis.exceptions.AuthenticationError):
        nobody.ping()
