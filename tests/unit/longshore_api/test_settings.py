from __future__ import annotations

import pytest
from pydantic import ValidationError

from longshore_api.settings import ApiSettings


def test_the_api_reads_its_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSHORE_PORT", "8123")
    monkeypatch.setenv("LONGSHORE_UPLOAD_MAX_BYTES", "1000")
    settings = ApiSettings()
    assert (settings.port, settings.upload_max_bytes) == (8123, 1000)


def test_the_store_of_the_api_has_a_breaker() -> None:
    settings = ApiSettings(breaker_seconds=3, broker_deadline_seconds=1.5).store_settings()
    assert (settings.breaker_seconds, settings.deadline_seconds) == (3, 1.5)


@pytest.mark.parametrize("wrong", [{"port": 70_000}, {"upload_max_bytes": 0}, {"drain_seconds": 0}])
def test_a_value_out_of_range_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        ApiSettings(**wrong)
