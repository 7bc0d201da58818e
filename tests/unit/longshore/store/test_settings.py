"""Settings out of range are refused, with the rule that they break."""

from __future__ import annotations

import pytest

from longshore.errors import SettingsError
from longshore.store import StoreSettings
from longshore.store.settings import RANGES, settings_from_options


@pytest.mark.parametrize("name", RANGES)
def test_both_ends_of_every_range_are_allowed(name):
    low, high, _ = RANGES[name]
    assert getattr(StoreSettings(**{name: low}), name) == low
    assert getattr(StoreSettings(**{name: high}), name) == high


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("beyond", ["low", "high"])
def test_what_is_beyond_is_refused_by_name(name, beyond):
    low, high, unit = RANGES[name]
    value = low - 0.01 if beyond == "low" else high + 1
    with pytest.raises(SettingsError, match=f"{name} is .* between {low:g} and .* {unit}"):
        StoreSettings(**{name: value})


def test_three_renewals_may_be_lost_in_a_lease():
    assert StoreSettings(lease_seconds=12).renew_every_seconds == 3


def test_own_options_are_taken_from_celerys():
    options = {"lease_seconds": 2, "visibility_timeout": 3600, "global_keyprefix": "p:"}
    settings = settings_from_options(options)
    assert (settings.lease_seconds, settings.key_prefix) == (2, "p:")
    assert settings_from_options({}) == StoreSettings()


def test_an_own_prefix_comes_before_kombus():
    assert settings_from_options({"key_prefix": "a:", "global_keyprefix": "b:"}).key_prefix == "a:"
