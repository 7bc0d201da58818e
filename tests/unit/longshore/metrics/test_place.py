from __future__ import annotations

import pytest

from longshore.errors import SettingsError
from longshore.metrics.place import host_of, port_of


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LONGSHORE_METRICS_PORT", raising=False)
    monkeypatch.delenv("LONGSHORE_METRICS_HOST", raising=False)


def test_nothing_is_served_unless_a_port_is_set() -> None:
    assert (port_of({}), host_of({})) == (0, "127.0.0.1")


def test_the_environment_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSHORE_METRICS_PORT", "9464")
    monkeypatch.setenv("LONGSHORE_METRICS_HOST", "0.0.0.0")
    assert (port_of({}), host_of({})) == (9464, "0.0.0.0")


def test_the_app_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSHORE_METRICS_PORT", "9464")
    assert port_of({"longshore_metrics_port": 1234}) == 1234


@pytest.mark.parametrize("value", ["many", "-1", "70000"])
def test_what_is_no_port_is_refused_in_words(value: str) -> None:
    with pytest.raises(SettingsError, match=r"LONGSHORE_METRICS_PORT is .* must be a port, or 0"):
        port_of({"longshore_metrics_port": value})
