"""The Valkey that the tests and the local run stand on."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from longshore.errors import SettingsError
from longshore.testing.ports import is_free, why_taken
from longshore.testing.server import ServerDidNotStart, ValkeyServer
from longshore.testing.wire import Refused, ask


def test_its_data_survive_a_stop_and_a_kill(tmp_path: Path) -> None:
    with ValkeyServer(directory=tmp_path) as server:
        server.ask("SET", "stop", "kept")
        server.stop()
        server.start()
        server.ask("SET", "kill", "kept")
        server.kill()
        server.start()
        with server.client() as client:
            assert client.mget("stop", "kill") == [b"kept", b"kept"]
    assert is_free(server.port)


def test_its_password_is_in_its_urls_and_nowhere_in_the_list_of_processes() -> None:
    with ValkeyServer(password="a p@ss/word") as server:
        assert server.url == f"longshore://:a%20p%40ss%2Fword@127.0.0.1:{server.port}/0"
        assert server.ask("PING") == "PONG"
        with pytest.raises(Refused, match="NOAUTH"):
            ask(server.port, "PING")
        assert "word" not in " ".join(psutil.Process(server.pid).cmdline())


def test_paused_it_does_not_answer_until_it_is_resumed() -> None:
    with ValkeyServer() as server:
        server.pause()
        with pytest.raises(TimeoutError):
            ask(server.port, "PING", timeout_seconds=0.2)
        server.resume()
        assert server.ask("PING") == "PONG"


def test_a_paused_one_can_be_stopped() -> None:
    with ValkeyServer() as server:
        server.pause()
    assert is_free(server.port)


def test_it_evicts_nothing_and_syncs_as_it_is_told() -> None:
    options = ("--maxmemory", "50mb")
    with ValkeyServer(appendfsync="always", extra=options) as server, server.client() as client:
        told = client.config_get("maxmemory*", "append*")
    assert told["maxmemory-policy"] == "noeviction"
    assert told["appendonly"] == "yes"
    assert told["appendfsync"] == "always"
    assert told["maxmemory"] == str(50 * 2**20)


def test_a_taken_port_is_said(valkey: ValkeyServer) -> None:
    assert why_taken(valkey.port) == "Address already in use"
    with pytest.raises(ServerDidNotStart, match=f"port {valkey.port} of 127.0.0.1 is in use"):
        ValkeyServer(port=valkey.port).start()


def test_a_setting_that_the_server_refuses_is_said() -> None:
    with pytest.raises(ServerDidNotStart, match=r"valkey-server on port \d+: "):
        ValkeyServer(extra=("--no-such-setting", "yes")).start()


def test_a_server_that_does_not_run_has_no_pid() -> None:
    with pytest.raises(ServerDidNotStart, match="not running"):
        _ = ValkeyServer().pid


def test_the_flush_of_the_fixture_forgets_what_was_there(valkey: ValkeyServer) -> None:
    valkey.ask("SET", "a", "1")
    valkey.flush()
    assert valkey.ask("DBSIZE") == "0"


def test_a_server_that_is_not_there_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LONGSHORE_VALKEY_SERVER", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match="LONGSHORE_VALKEY_SERVER"):
        ValkeyServer(directory=tmp_path).start()
